"""The query of a list of receivables, as text: SQLAlchemy takes longer to compose it than PostgreSQL to answer it.

Nothing that a caller wrote stands in it: it is put together from the pieces below and takes parameters.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from contracts.receivable import ReceivableStatus
from services.billing.receivables.orders import Order, Place

Row = Mapping[str, Any]
"""A receivable of a list with its customer: the columns of `PART`."""
CLOSED = tuple(status for status in ReceivableStatus if status is not ReceivableStatus.OPEN)
IS_LATE = "r.status = 'open' and r.due_date < :today"


@dataclass(frozen=True)
class Found:
    """What words fit: the names of customers, and the numbers of invoices."""

    customers: Sequence[UUID]
    invoices: Sequence[UUID]


@dataclass(frozen=True)
class Filters:
    """What is asked of a list on the day `today`; None asks nothing. Amounts are of the balance.

    `found` takes the place of `words` once something was looked up by them.
    """

    today: date
    is_overdue: bool | None = None
    due_from: date | None = None
    due_until: date | None = None
    customer_id: UUID | None = None
    min_amount: Decimal | None = None
    max_amount: Decimal | None = None
    status: ReceivableStatus | None = None
    words: str | None = None
    invoices: Sequence[UUID] | None = None
    found: Found | None = None

    @property
    def is_of_days(self) -> bool:
        """Whether nothing is asked but of status, lateness and due date."""
        others = (self.customer_id, self.min_amount, self.max_amount, self.words, self.invoices, self.found)
        return all(each is None for each in others)

    @property
    def is_of_what_is_open(self) -> bool:
        return self.status is ReceivableStatus.OPEN or (self.status is None and self.is_overdue is True)

    @property
    def is_of_everything(self) -> bool:
        return self == Filters(self.today)


PART = """
    select r.invoice_id, r.number, r.organisation, r.customer_id, r.issue_date, r.due_date, r.total, r.balance,
        r.currency, r.status, r.scenario, r.version, c.name as customer_name, c.kind, c.language,
        c.address ->> 'country' as country, c.scenario as customer_scenario
    from receivables r join customers c on c.id = r.customer_id
    where r.organisation = :organisation and c.organisation = :organisation {conditions}
    order by {by} {way}, r.invoice_id {way} limit :limit
"""
CONDITIONS = {
    "due_from": "r.due_date >= :due_from",
    "due_until": "r.due_date <= :due_until",
    "customer_id": "r.customer_id = :customer_id",
    "invoices": "r.invoice_id = any(:invoices)",
    "min_amount": "r.balance >= :min_amount",
    "max_amount": "r.balance <= :max_amount",
    "words": """(r.customer_id in (select id from customers where organisation = :organisation
        and lower(name) like :words) or lower(r.number) like :words)""",
    "found": "(r.customer_id = any(:found_customers) or r.invoice_id = any(:found_invoices))",
}
SORTED_BY = {"due_date": "r.due_date", "balance": "r.balance", "number": "r.number", "customer": "c.name"}
COLUMNS = {"due_date": "due_date", "balance": "balance", "number": "number", "customer": "customer_name"}


def page(filters: Filters, order: Order, after: Place | None) -> str:
    """One part for each stretch of the index that the order follows, and the first of them all."""
    way = "desc" if order.is_backwards else "asc"
    by = SORTED_BY[order.by]
    place = f"({by}, r.invoice_id) {'<' if order.is_backwards else '>'} (:after, :after_id)" if after else ""
    stretches = _stretches(filters) if order.by == "due_date" else [standing(filters)]
    parts = [
        PART.format(conditions=_joined(stretch, *_asked_of_rows(filters), place), by=by, way=way)
        for stretch in stretches
    ]
    together = " union all ".join(f"({part})" for part in parts)
    return f"select * from ({together}) as listed order by {ordered_by(order)} limit :limit"  # noqa: S608 (our own text)


def ordered_by(order: Order) -> str:
    way = "desc" if order.is_backwards else "asc"
    return f"{COLUMNS[order.by]} {way}, invoice_id {way}"


def conditions(filters: Filters) -> str:
    """All that is asked, after a `where` that is there already."""
    return _joined(standing(filters), *_asked_of_rows(filters))


def parameters(filters: Filters) -> dict[str, object]:
    """Those that are asked for, and `today`."""
    asked = {name: getattr(filters, name) for name in CONDITIONS if name != "found"}
    if filters.words is not None:
        asked["words"] = pattern(filters.words)
    if filters.found is not None:
        asked |= {"found_customers": filters.found.customers, "found_invoices": filters.found.invoices}
    return {name: value for name, value in asked.items() if value is not None} | {"today": filters.today}


def pattern(words: str) -> str:
    """For `like`, of a text that has these words in it."""
    return "%" + re.sub(r"([\\%_])", r"\\\1", words.lower()) + "%"


def standing(filters: Filters) -> str:
    """What is asked of status and lateness, as one condition."""
    late = {None: "", True: IS_LATE, False: f"not ({IS_LATE})"}[filters.is_overdue]
    status = f"r.status = '{filters.status}'" if filters.status else ""
    return " and ".join(each for each in (late, status) if each)


def _stretches(asked: Filters) -> list[str]:
    """The same as stretches of an index, each in the order of the due dates.

    Read so, a list passes over nothing: not over a million that are late to find one that is not.
    """
    is_narrow = asked.is_overdue is not None or asked.min_amount is not None or asked.max_amount is not None
    if not is_narrow and asked.status is None:
        return [""]
    stretches = []
    if asked.status in (None, ReceivableStatus.OPEN):
        day = {None: "", True: " and r.due_date < :today", False: " and r.due_date >= :today"}[asked.is_overdue]
        stretches.append(f"r.status = 'open'{day}")
    if not asked.is_overdue and (asked.min_amount or Decimal(0)) <= 0:  # nothing is owed on what is closed
        stretches += [f"r.status = '{closed}'" for closed in CLOSED if asked.status in (None, closed)]
    return stretches or ["false"]


def _asked_of_rows(filters: Filters) -> list[str]:
    return [condition for name, condition in CONDITIONS.items() if getattr(filters, name) is not None]


def _joined(*given: str) -> str:
    return "".join(f" and {condition}" for condition in given if condition)
