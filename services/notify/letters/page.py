"""The sheet around a letter's text: letterhead, address in the window, reference, footer."""

from datetime import date
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from contracts.actions import CustomerContext
from contracts.parties import Language
from services.notify.messages.domain import reference_of, seller_of
from services.notify.rendering.jobs import Rendering
from services.notify.rendering.values import DateText
from services.notify.rendering.variables import variables_for_customer

FOLDER = Path(__file__).parent / "sheet"
LONGEST_LINE = 38
"""Characters of a line of a postal address (NF Z 10-011); the sheet folds a longer one."""
MOST_LINES = 6


def sheet(context: CustomerContext, rendering: Rendering, *, language: Language, day: date) -> str:
    """The HTML of a letter dated `day`. All but the letter's own text is escaped here."""
    variables = variables_for_customer(context, language)
    recipient = [variables.customer.name, *variables.customer.address.lines]
    html = Markup(rendering.html)  # noqa: S704 (rendered with autoescape; the rest of it is an admin's to write)
    return (
        _environment()
        .get_template("sheet.html.jinja")
        .render(
            language=language.value,
            seller=variables.seller,
            city=seller_of(context).address.city,
            recipient=recipient,
            is_long=_lines(recipient) > MOST_LINES,
            reference=reference_of(context),
            date=DateText(day, language),
            subject=rendering.subject,
            body=html,
            paragraphs=[part for part in rendering.text.split("\n\n") if part.strip()],
        )
    )


def _lines(address: list[str]) -> int:
    return sum(max(1, -(-len(line) // LONGEST_LINE)) for line in address)


@lru_cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
