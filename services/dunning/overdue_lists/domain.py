"""When an overdue list comes, and until when."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from chassis.problems import DomainError
from contracts.clock import Clock
from contracts.overdue_list import OverdueListDue
from services.dunning.overdue_lists.models import OverdueList
from services.dunning.overdue_lists.schemas import OverdueListInput

WEEK = timedelta(days=7)
LASTS = 26 * WEEK
"""Somebody who left cannot ask for it again: the list to them ends by itself, whoever forgot to end it."""


class ReaderWithoutAddress(DomainError):
    """The list goes to whoever asks for it, at the address that identity knows."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} has no e-mail address; the list goes to the person who asks for it.")


def asked_for(
    organisation: str,
    owner: str,
    *,
    name: str,
    email: str,
    wanted: OverdueListInput,
    zone: ZoneInfo,
    now: datetime,
) -> OverdueList:
    return OverdueList(
        organisation=organisation,
        owner=owner,
        owner_name=name,
        email=email,
        **dict(wanted),
        asked_at=now,
        until=now.astimezone(zone).date() + LASTS,
        next_at=next_moment(wanted.weekday, wanted.hour, zone, after=now),
    )


def change(known: OverdueList, asked: OverdueList) -> None:
    """Asking once more is what makes a list last on; name and address are those of today."""
    for name in OverdueList.model_fields.keys() - {"organisation", "owner"}:
        setattr(known, name, getattr(asked, name))


def next_moment(weekday: int, hour: int, zone: ZoneInfo, *, after: datetime) -> datetime:
    """The first such hour that comes after an instant, in UTC.

    An hour that summer time leaves out is the one after it; of one that comes twice it is the first. Public holidays
    are days like others: a list contacts no customer.
    """
    today = after.astimezone(zone).date()
    day = today + timedelta(days=(weekday - today.weekday()) % 7)
    moment = _at(day, hour, zone)
    return moment if moment > after else _at(day + WEEK, hour, zone)


def due(row: OverdueList, zone: ZoneInfo, clock: Clock) -> OverdueListDue | None:
    """The list of the day on which it was due; None when it has ended before."""
    day = row.next_at.astimezone(zone).date()
    if day > row.until:
        return None
    return OverdueListDue(organisation=row.organisation, owner=row.owner, day=day, clock=clock)


def _at(day: date, hour: int, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(hour), zone).astimezone(UTC)
