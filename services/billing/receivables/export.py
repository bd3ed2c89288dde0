"""Receivables as CSV, a row at a time: the whole list never stands in memory."""

import csv
from collections.abc import AsyncIterator
from datetime import date
from io import StringIO

from chassis.database import Sessions
from contracts.parties import Language
from contracts.receivable import ReceivableStatus
from services.billing.receivables import store
from services.billing.receivables.listing import Filters, Row
from services.billing.receivables.orders import Order, Place, place_of

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
STATUSES = {
    Language.FRENCH: {
        ReceivableStatus.OPEN: "Ouverte",
        ReceivableStatus.SETTLED: "Payée",
        ReceivableStatus.CREDITED: "Avoir émis",
        ReceivableStatus.CANCELLED: "Annulée",
        ReceivableStatus.WRITTEN_OFF: "Passée en perte",
    },
    Language.ENGLISH: {
        ReceivableStatus.OPEN: "Open",
        ReceivableStatus.SETTLED: "Paid",
        ReceivableStatus.CREDITED: "Credited",
        ReceivableStatus.CANCELLED: "Cancelled",
        ReceivableStatus.WRITTEN_OFF: "Written off",
    },
}
"""In the words of the console's pages."""
SEPARATORS = {Language.FRENCH: ";", Language.ENGLISH: ","}
FORMULAS = ("=", "+", "-", "@", "\t", "\r")


async def as_csv(sessions: Sessions, organisation: str, filters: Filters, language: Language) -> AsyncIterator[str]:
    """Those due first come first. French spreadsheets part columns by semicolons and decimals by a comma."""
    yield BOM + _line(HEADINGS[language], language)
    after: Place | None = None
    while True:
        async with sessions() as session:
            _, rows = await store.page(session, organisation, filters, after=after, limit=AT_ONCE)
        if rows:
            yield "".join(_line(_cells(row, filters.today, language), language) for row in rows)
        if len(rows) < AT_ONCE:
            return
        after = place_of(Order.DUE_DATE, rows[-1])


def _cells(row: Row, today: date, language: Language) -> tuple[str, ...]:
    amounts = [f"{amount:f}" for amount in (row["total"], row["balance"])]
    if language is Language.FRENCH:
        amounts = [amount.replace(".", ",") for amount in amounts]
    name = f"'{row['customer_name']}" if row["customer_name"].startswith(FORMULAS) else row["customer_name"]
    status = ReceivableStatus(row["status"])
    days_late = str((today - row["due_date"]).days) if status is ReceivableStatus.OPEN else ""
    dates = (row["issue_date"].isoformat(), row["due_date"].isoformat(), days_late)
    return (row["number"], name, *dates, *amounts, row["currency"], STATUSES[language][status])


def _line(cells: tuple[str, ...], language: Language) -> str:
    line = StringIO()
    csv.writer(line, delimiter=SEPARATORS[language]).writerow(cells)
    return line.getvalue()
