"""The file: one line for each invoice, with the dates of its issue, due date and settlement."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

COLUMNS = ("countryCode", "customerID", "invoiceNumber", "InvoiceDate", "DueDate", "InvoiceAmount", "SettledDate")


@dataclass(frozen=True)
class Entry:
    """One invoice of the history. `settled` is None when it never was."""

    number: str
    customer: str
    issued: date
    due: date
    amount: Decimal
    settled: date | None


class UnreadableHistory(ValueError):
    """The file is not a history; the text names the line, the column and what is expected."""


def read(path: Path, *, limit: int | None = None) -> list[Entry]:
    """The entries in the order of their issue; with `limit`, the first ones alone."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = csv.DictReader(file)
        missing = [column for column in COLUMNS if column not in (rows.fieldnames or ())]
        if missing:
            raise UnreadableHistory(f"{path}: the column {missing[0]} is missing; expected {', '.join(COLUMNS)}")
        entries = [_entry(row, line) for line, row in enumerate(rows, start=2)]
    in_order = sorted(entries, key=lambda entry: (entry.issued, entry.number))
    return in_order[:limit]


def _entry(row: dict[str, str], line: int) -> Entry:
    try:
        amount = Decimal(row["InvoiceAmount"])
    except ArithmeticError:
        raise UnreadableHistory(f"line {line}, InvoiceAmount: {row['InvoiceAmount']!r} is not an amount") from None
    return Entry(
        number=row["invoiceNumber"],
        customer=row["customerID"],
        issued=_date(row, "InvoiceDate", line),
        due=_date(row, "DueDate", line),
        amount=amount,
        settled=_date(row, "SettledDate", line) if row["SettledDate"] else None,
    )


def _date(row: dict[str, str], column: str, line: int) -> date:
    try:
        return datetime.strptime(row[column], "%m/%d/%Y").date()  # noqa: DTZ007 (a calendar date)
    except ValueError:
        raise UnreadableHistory(f"line {line}, {column}: {row[column]!r} is not a date M/D/YYYY") from None


def customers(entries: Sequence[Entry]) -> list[str]:
    return sorted({entry.customer for entry in entries})
