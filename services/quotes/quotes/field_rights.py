"""What a profile lets its holder see and write of a quote's lines."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, ClassVar

from chassis.problems import Forbidden
from contracts.rights import Access, Field
from services.quotes.quotes.models import PricedLine
from services.quotes.quotes.schemas import LineInput

AccessTo = Callable[[Field], Access]

GUARDED: dict[Field, str] = {Field.QUOTE_COST_PRICE: "cost_price", Field.QUOTE_DISCOUNT: "discount_percent"}
"""The member of a line that each right is about. The margin is computed, and never given."""
UNSET: dict[str, Decimal | None] = {"cost_price": None, "discount_percent": Decimal(0)}


class FieldNotEditable(Forbidden):
    """What the caller's profile hides or only shows was given, or stands in what would be replaced."""

    expected: ClassVar[dict[Access, str]] = {
        Access.HIDDEN: "nothing, since the caller's profile hides this field",
        Access.VISIBLE: "what stands there, since the caller's profile only shows this field",
    }

    def __init__(self, field: str, access: Access) -> None:
        super().__init__(f"{field}: expected {self.expected[access]}")
        self.errors = [{"field": field, "expected": self.expected[access]}]

    @property
    def facts(self) -> dict[str, Any]:
        return {"errors": self.errors}


def permitted(given: Sequence[LineInput], before: Sequence[PricedLine], access: AccessTo) -> list[LineInput]:
    """The lines to store: what the caller may not edit stays as it was. Raises FieldNotEditable."""
    if access(Field.QUOTE_DISCOUNT) is Access.HIDDEN:
        _check_no_discount_is_replaced_unseen(before)
    known = counterparts(given, before)
    for right, name in GUARDED.items():
        if access(right) is not Access.EDITABLE:
            given = [
                _kept(line, name, old, access(right), place)
                for place, (line, old) in enumerate(zip(given, known, strict=True))
            ]
    return list(given)


def check_shows_nothing_hidden(lines: Sequence[PricedLine], access: AccessTo) -> None:
    """What the customer was sent, its document and its page, shows the discounts. Raises FieldNotEditable."""
    if access(Field.QUOTE_DISCOUNT) is Access.HIDDEN and any(line.discount_percent for line in lines):
        raise FieldNotEditable("discount_percent", Access.HIDDEN)


def counterparts(given: Sequence[LineInput], before: Sequence[PricedLine]) -> list[PricedLine | None]:
    """The line that each one replaces: the one with its id; without an id, the next with its description."""
    left = list(before)
    found = []
    for line in given:
        old = next((each for each in left if _is_same(line, each)), None)
        if old is not None:
            left.remove(old)
        found.append(old)
    return found


def _is_same(line: LineInput, old: PricedLine) -> bool:
    return line.id == old.id if line.id else line.description == old.description


def _kept(line: LineInput, name: str, old: PricedLine | None, access: Access, place: int) -> LineInput:
    stored = getattr(old, name) if old else UNSET[name]
    is_given = name in line.model_fields_set
    if is_given and (access is Access.HIDDEN or getattr(line, name) != stored):
        raise FieldNotEditable(f"lines.{place}.{name}", access)
    return line.model_copy(update={name: stored})


def _check_no_discount_is_replaced_unseen(before: Sequence[PricedLine]) -> None:
    """Who does not see a discount does not see the unit price that it is taken off either."""
    for place, line in enumerate(before):
        if line.discount_percent:
            raise FieldNotEditable(f"lines.{place}.discount_percent", Access.HIDDEN)
