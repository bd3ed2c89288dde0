"""The form of a draft: fields for each line, as far as the reader's profile lets them be written."""

import re
from collections.abc import Mapping

from chassis.caller import Caller
from chassis.units import PIECE
from contracts.rights import Access, Field
from services.console.peers.quotes import Quote, Written
from services.console.web import currencies
from services.console.web.catalogues import mark
from services.console.web.differences import since
from services.console.web.formats import Formats
from services.console.web.forms import Form
from services.console.web.visit import Visit

BLANKS = 3
"""Empty lines at the end; another three come with each saving."""
MOST_LINES = 500
"""As many as a quote takes: what the form leaves out is deleted."""
LINE = re.compile(r"lines\.(?P<index>[0-9]{1,3})\.(?P<field>.+)")
NUMBERS = ("quantity", "unit_price", "vat_rate", "discount_percent", "cost_price")
LABELS = {
    "subject": mark("Subject"),
    "currency": mark("Currency"),
    "order_reference": mark("Customer's reference"),
    "valid_until": mark("Valid until"),
    "follow_up_days": mark("Days until the follow-up e-mail"),
    "note": mark("Note under the totals"),
}
OFFERED = ("HUR", "DAY", "WEE", "MON", "ANN", "KGM", "LTR", "MTR", "MTK", "MTQ", "KMT", "SET", "LS")
"""Units beside the piece: codes of UN/ECE Recommendation 20."""
GUARDED = {"discount_percent": Field.QUOTE_DISCOUNT, "cost_price": Field.QUOTE_COST_PRICE}


def columns_for(caller: Caller) -> dict[str, bool]:
    """The numbers that the reader sees, and whether they may be written."""
    access = {name: caller.access(GUARDED[name]) if name in GUARDED else Access.EDITABLE for name in NUMBERS}
    return {name: each is Access.EDITABLE for name, each in access.items() if each is not Access.HIDDEN}


def values_of(quote: Quote, formats: Formats) -> dict[str, str]:
    """What stands in the form at first."""
    values = {
        "customer_id": str(quote.customer_id),
        "currency": quote.currency,
        "subject": quote.subject,
        "order_reference": quote.order_reference or "",
        "note": quote.note,
        "valid_until": quote.valid_until.isoformat() if quote.valid_until else "",
        "follow_up_days": str(quote.follow_up_days),
        "since": since(quote.changed_at),
    }
    for place, line in enumerate(quote.lines):
        values |= {f"lines.{place}.id": str(line.id or ""), f"lines.{place}.description": line.description}
        values[f"lines.{place}.unit"] = line.unit
        for name in NUMBERS:
            value = getattr(line, name)
            values[f"lines.{place}.{name}"] = "" if value is None else formats.exact(value)
    return values


def named(values: Mapping[str, str], visit: Visit) -> dict[str, str]:
    """What the form says, by the names of its fields, each line on one line: to be compared."""
    said = {visit.say(label): values.get(name, "").strip() for name, label in LABELS.items()}
    for place in range(MOST_LINES):
        of = f"lines.{place}."
        words = [values.get(of + name, "").strip() for name in ("description", *NUMBERS)]
        words.insert(2, visit.formats.unit(values.get(of + "unit", "").strip()))
        if words[0]:
            said[visit.say("Line %(number)s", number=place + 1)] = " · ".join(word for word in words if word)
    return said


def places_of(form: Form) -> range:
    """The lines that the form has, and a few empty ones."""
    filled = [place for place in range(MOST_LINES) if form.value(f"lines.{place}.description")]
    return range(min(MOST_LINES, max(filled, default=-1) + 1 + BLANKS))


def units_for(visit: Visit, unit: str) -> list[tuple[str, str]]:
    """Those that a line offers, as they are sent and read; what it has already is among them."""
    offered = [(PIECE, visit.say(mark("piece"))), *((code, visit.formats.unit(code)) for code in OFFERED)]
    return offered if unit in dict(offered) else [*offered, (unit, visit.formats.unit(unit))]


def written_in(form: Form, columns: dict[str, bool]) -> Written:
    return Written(
        customer_id=form.identity("customer_id"),
        currency=currencies.chosen(form),
        subject=form.text("subject", most=200, needed=False),
        order_reference=form.text("order_reference", most=100, needed=False) or None,
        note=form.text("note", most=1000, needed=False),
        valid_until=form.optional_day("valid_until"),
        follow_up_days=form.whole("follow_up_days", least=1, most=90),
        lines=[_line(form, place, columns) for place in _written(form)],
    )


def field_of(form: Form, name: str) -> str:
    """The form's name of a field of the quote, which has no lines where the form has empty ones."""
    line = LINE.fullmatch(name)
    places = _written(form)
    if line is None or int(line["index"]) >= len(places):
        return name
    return f"lines.{places[int(line['index'])]}.{line['field']}"


def _written(form: Form) -> list[int]:
    """A line without a description is left out."""
    return [place for place in range(MOST_LINES) if form.value(f"lines.{place}.description").strip()]


def _line(form: Form, place: int, columns: dict[str, bool]) -> dict[str, str]:
    def of(name: str) -> str:
        return f"lines.{place}.{name}"

    unit = form.text(of("unit"), most=20, needed=False) or PIECE
    given = {"description": form.text(of("description"), most=1000), "unit": unit}
    if line_id := form.value(of("id")):
        given["id"] = line_id
    for name, may_write in columns.items():
        if may_write and form.value(of(name)).strip():
            given[name] = form.exact(of(name))
    return given
