"""What billing tells of the overdue receivables, read a page at a time."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from chassis.http import Peer
from chassis.paging import Page
from contracts.base import Contract, Currency, Instant
from contracts.overdue_list import MOST_INVOICES, MOST_PAYERS, LatePayer, OverdueAmounts, OverdueInvoice
from contracts.parties import Language

A_PAGE = 200
MOST_COUNTED = 10_000
"""Customers, each of which billing has to tell; beyond them the list says no number."""
LARGEST_FILE = 3 * 1024 * 1024
"""Bytes, over 20,000 invoices: mail servers and notify refuse much more."""
NEWLY = 7
"""Days, from one list to the next."""


class Aged(Contract):
    """`/receivables/aged` of billing, of one currency."""

    currency: Currency
    not_due: Decimal
    days_1_to_30: Decimal
    days_31_to_60: Decimal
    days_61_to_90: Decimal
    days_over_90: Decimal
    total: Decimal

    @property
    def overdue(self) -> Decimal:
        return self.total - self.not_due


class AgedBalance(Contract):
    day: date
    as_of: Instant
    totals: list[Aged]


class AgedCustomer(Aged):
    customer_id: UUID
    customer_name: str


class Total(Contract):
    """`/receivables/totals`, of one currency."""

    currency: Currency
    count: int
    balance: Decimal


class Totals(Contract):
    currencies: list[Total]


class Item(Contract):
    number: str
    customer_name: str
    due_date: date
    days_late: int
    currency: Currency
    balance: Decimal


AgedCustomers = Page[AgedCustomer]
Items = Page[Item]


@dataclass(frozen=True)
class Figures:
    """The overdue receivables of one organisation."""

    billing: Peer
    organisation: str

    async def aged(self) -> AgedBalance:
        return await self.billing.get("/receivables/aged", AgedBalance, organisation=self.organisation)

    async def amounts(self, aged: AgedBalance) -> list[OverdueAmounts]:
        """Of each currency in which something is overdue, the largest first."""
        counts, newly = await self._totals(), await self._totals(max_days_late=NEWLY)
        none = Decimal("0.00")
        return [
            OverdueAmounts(
                currency=each.currency,
                total=each.overdue,
                **each.model_dump(include={"days_1_to_30", "days_31_to_60", "days_61_to_90", "days_over_90"}),
                invoices=counts[each.currency].count if each.currency in counts else 0,
                newly=newly[each.currency].balance if each.currency in newly else none,
                newly_invoices=newly[each.currency].count if each.currency in newly else 0,
            )
            for each in sorted(aged.totals, key=lambda each: -each.overdue)
            if each.overdue > 0
        ]

    async def late_payers(self) -> tuple[list[LatePayer], int | None]:
        """Those who owe most too late, and how many customers are late; None when they are too many to count."""
        largest: list[LatePayer] = []
        counted: set[UUID] = set()
        query: dict[str, str | int] = {"sort": "-overdue", "limit": A_PAGE}
        while len(counted) <= MOST_COUNTED:
            page = await self.billing.get(
                "/receivables/aged/customers", AgedCustomers, organisation=self.organisation, **query
            )
            counted |= {each.customer_id for each in page.items}
            largest += [_payer(each) for each in page.items[: MOST_PAYERS - len(largest)]]
            if page.next is None:
                return largest, len(counted)
            query["cursor"] = page.next
        return largest, None

    async def invoices(self) -> list[OverdueInvoice]:
        """Those that are late for longest."""
        page = await self.billing.get(
            "/receivables", Items, organisation=self.organisation, overdue="true", limit=MOST_INVOICES
        )
        return [OverdueInvoice(**each.model_dump()) for each in page.items]

    async def file(self, language: Language) -> bytes | None:
        """All of them as the console gives them to spreadsheets; None when that is too much for a mail."""
        path = f"/receivables/export?overdue=true&language={language}"
        return await self.billing.get_at_most(LARGEST_FILE, path, organisation=self.organisation)

    async def _totals(self, **asked: int) -> dict[str, Total]:
        found = await self.billing.get(
            "/receivables/totals", Totals, organisation=self.organisation, overdue="true", **asked
        )
        return {each.currency: each for each in found.currencies}


def _payer(customer: AgedCustomer) -> LatePayer:
    return LatePayer(name=customer.customer_name, currency=customer.currency, overdue=customer.overdue)
