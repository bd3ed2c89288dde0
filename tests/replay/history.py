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
    """The entries, at least one, in the order of their issue; with `limit`, the first ones alone."""
    try:
        with path.open(newline="", encoding="utf-8") as file:
            entries = _entries(csv.DictReader(file), path)
    except (UnicodeDecodeError, csv.Error) as error:
        raise UnreadableHistory(f"{path}: not a CSV file in UTF-8: {error}") from None
    in_order = sorted(entries, key=lambda entry: (entry.issued, entry.number))
    return in_order[:limit]


def _entries(rows: "csv.DictReader[str]", path: Path) -> list[Entry]:
    columns = rows.fieldnames or ()
    missing = [column for column in COLUMNS if column not in columns]
    if missing:
        raise UnreadableHistory(f"{path}: the column {missing[0]} is missing; expected {', '.join(COLUMNS)}")
    entries = [_entry(row, rows.line_num) for row in rows]
    if not entries:
        raise UnreadableHistory(f"{path}: no invoice; expected a line for each below the columns' names")
    return entries


def _entry(row: dict[str, str], line: int) -> Entry:
    if None in row or None in row.values():
        raise UnreadableHistory(f"line {line}: expected a value for each column of the first line, and no more")
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
