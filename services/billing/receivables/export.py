"""Receivables as CSV, a row at a time: the whole list never stands in memory."""

import csv
import re
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
FORMULA = re.compile(r"((?:^|[;,\t\r\n])[\s\"]*)([=+@-])")
"""Where a cell may begin in a spreadsheet that parts columns by the other separator, whatever is in quotes here."""


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
    status = ReceivableStatus(row["status"])
    days_late = str((today - row["due_date"]).days) if status is ReceivableStatus.OPEN else ""
    dates = (row["issue_date"].isoformat(), row["due_date"].isoformat(), days_late)
    texts = (_no_formula(row["number"]), _no_formula(row["customer_name"]))
    return (*texts, *dates, *amounts, row["currency"], STATUSES[language][status])


def _no_formula(text: str) -> str:
    """An apostrophe makes text of what a spreadsheet would compute."""
    return FORMULA.sub(r"\1'\2", text)


def _line(cells: tuple[str, ...], language: Language) -> str:
    line = StringIO()
    csv.writer(line, delimiter=SEPARATORS[language]).writerow(cells)
    return line.getvalue()
