"""What the list of receivables is asked: filters as a person types them, as billing takes them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Self
from uuid import UUID

from contracts.receivable import ReceivableStatus
from services.console.peers.client import Value
from services.console.web.catalogues import mark
from services.console.web.formats import Formats


class Scope(StrEnum):
    """The views that most people begin with."""

    OVERDUE = "overdue"
    OPEN = "open"
    SETTLED = "settled"
    ALL = "all"


SCOPES: Mapping[Scope, Mapping[str, Value]] = {
    Scope.OVERDUE: {"overdue": True},
    Scope.OPEN: {"status": ReceivableStatus.OPEN},
    Scope.SETTLED: {"status": ReceivableStatus.SETTLED},
    Scope.ALL: {},
}
LABELS = {
    Scope.OVERDUE: mark("Overdue"),
    Scope.OPEN: mark("Open"),
    Scope.SETTLED: mark("Paid"),
    Scope.ALL: mark("All"),
}
AMOUNTS = ("min_amount", "max_amount")
UNREADABLE = {
    "min_amount": mark("Balance from: this is not an amount; it filters nothing."),
    "max_amount": mark("Balance to: this is not an amount; it filters nothing."),
    "min_days_late": mark("Days late: this is not a number of days; it filters nothing."),
    "customer_id": mark("Customer: this names nobody; it filters nothing."),
}
SORTS = ("due_date", "balance", "number", "customer")


@dataclass(frozen=True)
class Asked:
    """`wrong` are the names of what cannot be read; nothing is asked by them."""

    scope: Scope
    sort: str
    filters: Mapping[str, Value]
    wrong: frozenset[str] = field(default=frozenset())

    @classmethod
    def of(cls, query: Mapping[str, str], formats: Formats) -> Self:
        scope = Scope(query["scope"]) if query.get("scope") in set(Scope) else Scope.OVERDUE
        sort = query.get("sort", "due_date")
        sort = sort if sort.removeprefix("-") in SORTS else "due_date"
        read = {
            **{name: _amount(query.get(name), formats) for name in AMOUNTS},
            "min_days_late": _days(query.get("min_days_late")),
            "customer_id": _identity(query.get("customer_id")),
        }
        wrong = frozenset(name for name, value in read.items() if query.get(name) and value is None)
        return cls(scope, sort, {**SCOPES[scope], **read, "q": query.get("q", "")[:100]}, wrong)


def in_any_language(query: Mapping[str, str], formats: Formats) -> dict[str, str]:
    """The amounts of a query with a point, which readers of every language may write."""
    read = {name: formats.read_amount(query.get(name, "")) for name in AMOUNTS}
    return {name: f"{amount.normalize():f}" for name, amount in read.items() if amount is not None}


def _amount(text: str | None, formats: Formats) -> str | None:
    amount = formats.read_amount(text) if text else None
    return None if amount is None else f"{amount:f}"


def _days(text: str | None) -> int | None:
    try:
        days = int(text or "")
    except ValueError:
        return None
    return days if -36_500 <= days <= 36_500 else None


def _identity(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None
