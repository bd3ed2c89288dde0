"""A page in the reader's language, made from a template."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

from babel.dates import format_date
from babel.numbers import format_currency
from fastapi import Depends, Header, Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from contracts.money import digits_shown
from deploy.local.mailbox.words import preferred

templates = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("templates")), autoescape=True, undefined=StrictUndefined
)
REGIONS = {"fr": "fr_FR", "en": "en_GB"}


class View:
    """What every page of one request shares: the language, and whether there are letters and tasks to show."""

    def __init__(self, languages: str, *, has_desk: bool) -> None:
        self.language, self.words = preferred(languages)
        self.has_desk = has_desk

    def day(self, value: date) -> str:
        return format_date(value, "d MMM y", locale=REGIONS[self.language])

    def money(self, amount: str, currency: str) -> str:
        value = Decimal(amount)
        is_whole = digits_shown(value, currency) == 0
        return format_currency(value, currency, locale=REGIONS[self.language], currency_digits=is_whole)

    def page(self, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
        return HTMLResponse(templates.get_template(template).render(values, view=self, words=self.words), status)


def view_of(request: Request, languages: Annotated[str, Header(alias="Accept-Language")] = "") -> View:
    return View(languages, has_desk=request.app.state.desk is not None)


CurrentView = Annotated[View, Depends(view_of)]
