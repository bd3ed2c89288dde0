"""What of an entry its reader may not see: what their profile hides in the service that it is from."""

from collections.abc import Sequence

from pydantic import JsonValue

from chassis.caller import Caller
from chassis.changes import HIDDEN
from contracts.events.audit import Change, Values
from contracts.rights import Access, Field

SERVICE = "quotes"
DISCOUNT = ("discount_percent", "unit_price")
"""Of a line. From the unit price and what the line comes to the discount can be computed."""


def shown_to(caller: Caller, service: str, changes: Sequence[Change]) -> list[Change]:
    """The changes of an entry that this service told, without the discounts of quotes where these are hidden."""
    if service != SERVICE or caller.access(Field.QUOTE_DISCOUNT) is not Access.HIDDEN:
        return list(changes)
    return [Change(object=each.object, before=_values(each.before), after=_values(each.after)) for each in changes]


def _values(values: Values | None) -> Values | None:
    return None if values is None else {name: _without_discount(value) for name, value in values.items()}


def _without_discount(value: JsonValue) -> JsonValue:
    if isinstance(value, list):
        return [_without_discount(each) for each in value]
    if isinstance(value, dict):
        return {name: HIDDEN if name in DISCOUNT else _without_discount(each) for name, each in value.items()}
    if isinstance(value, str) and any(f"'{name}'" in value for name in DISCOUNT):
        return HIDDEN  # lines too long to be told whole are told as the beginning of their text
    return value
