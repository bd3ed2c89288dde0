"""Where the points of a line of time stand, in percent of its width."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from services.console.pages.invoices.timeline import Entry

MARGIN = 4.0


@dataclass(frozen=True)
class Point:
    x: str
    entry: Entry


@dataclass(frozen=True)
class Axis:
    """`today` and `due` are where these days are; None when no day is due."""

    points: Sequence[Point]
    first: date
    last: date
    today: str
    due: str | None


def axis_of(past: Sequence[Entry], future: Sequence[Entry], *, now: datetime, due: date | None) -> Axis:
    """From the first point to the last, today and the due date included."""
    due_at = datetime.combine(due, time(12), UTC) if due else None
    moments = [entry.at for entry in (*past, *future)] + [now] + ([due_at] if due_at else [])
    first, last = min(moments), max(moments)
    span = max(last - first, timedelta(days=1))

    def place(moment: datetime) -> str:
        return f"{MARGIN + (100 - 2 * MARGIN) * ((moment - first) / span):.2f}"

    return Axis(
        points=[Point(place(entry.at), entry) for entry in (*past, *future)],
        first=first.date(),
        last=last.date(),
        today=place(now),
        due=place(due_at) if due_at else None,
    )
