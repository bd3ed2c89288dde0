"""Receivables as CSV, a row at a time: the whole list never stands in memory."""

import csv
from collections.abc import AsyncIterator
from datetime import date
from io import StringIO
from uuid import UUID

from chassis.database import Sessions
from contracts.parties import Language
from services.billing.receivables import store
from services.billing.receivables.orders import Order, place_of
from services.billing.receivables.schemas import ReceivableItem
from services.billing.receivables.store import Filters
from services.billing.receivables.views import item_of

AT_ONCE = 1000
BOM = "\ufeff"
"""Without it spreadsheets take UTF-8 for Latin-1."""
HEADINGS = {
    Language.FRENCH: (
        "Numéro", "Client", "Émise le", "Échéance", "Jours de retard", "Total", "Reste dû", "Devise", "Statut",
    ),
    Language.ENGLISH: (
        "Number", "Customer", "Issued on", "Due date", "Days late", "Total", "Balance", "Currency", "Status",
    ),
}  # fmt: skip
SEPARATORS = {Language.FRENCH: ";", Language.ENGLISH: ","}
FORMULAS = ("=", "+", "-", "@", "\t", "\r")


async def as_csv(sessions: Sessions, organisation: str, filters: Filters, language: Language) -> AsyncIterator[str]:
    """Those due first come first. French spreadsheets part columns by semicolons and decimals by a comma."""
    yield BOM + _line(HEADINGS[language], language)
    after: tuple[date, UUID] | None = None
    while True:
        async with sessions() as session:
            rows = await store.page(session, organisation, filters, order=Order.DUE_DATE, after=after, limit=AT_ONCE)
        if rows:
            items = [item_of(*row, today=filters.today) for row in rows]
            yield "".join(_line(_cells(item, language), language) for item in items)
        if len(rows) < AT_ONCE:
            return
        after = place_of(Order.DUE_DATE, rows[-1])  # type: ignore[assignment]  # of this order it is a date


def _cells(item: ReceivableItem, language: Language) -> tuple[str, ...]:
    amounts = [f"{amount:f}" for amount in (item.total, item.balance)]
    if language is Language.FRENCH:
        amounts = [amount.replace(".", ",") for amount in amounts]
    name = f"'{item.customer_name}" if item.customer_name.startswith(FORMULAS) else item.customer_name
    dates = (item.issue_date.isoformat(), item.due_date.isoformat(), str(item.days_late))
    return (item.number, name, *dates, *amounts, item.currency, str(item.status))


def _line(cells: tuple[str, ...], language: Language) -> str:
    line = StringIO()
    csv.writer(line, delimiter=SEPARATORS[language]).writerow(cells)
    return line.getvalue()
