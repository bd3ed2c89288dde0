"""Ask for the overdue list, end it, and start the sending of those that are due."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.auth import Caller
from chassis.clock import Now
from chassis.database import Sessions
from chassis.problems import NotFound
from contracts.events import Event, UserLocked
from contracts.overdue_list import OverdueListDue
from services.dunning.overdue_lists import domain, store
from services.dunning.overdue_lists.models import OverdueList
from services.dunning.overdue_lists.planning import zone_of
from services.dunning.overdue_lists.schemas import OverdueListInput

AT_ONCE = 50


async def ask_for(session: AsyncSession, caller: Caller, wanted: OverdueListInput, *, now: datetime) -> OverdueList:
    """To the caller's own address and nobody else's; what they asked for before is changed, and lasts on.

    409 for a caller without an address, such as a program.
    """
    if not caller.email:
        raise domain.ReaderWithoutAddress(caller.name)
    organisation, owner = caller.organisation, caller.subject
    await store.serialise(session, organisation, owner)
    zone = await zone_of(session, organisation)
    asked = domain.asked_for(
        organisation, owner, name=caller.name, email=caller.email, wanted=wanted, zone=zone, now=now
    )
    known = await store.find(session, organisation, owner)
    if known is None:
        session.add(asked)
        return asked
    domain.change(known, asked)
    return known


async def get(session: AsyncSession, organisation: str, owner: str) -> OverdueList:
    row = await store.find(session, organisation, owner)
    if row is None:
        raise NotFound("overdue list of", owner)
    return row


async def end(session: AsyncSession, organisation: str, owner: str) -> None:
    """Idempotent."""
    if row := await store.find(session, organisation, owner):
        await session.delete(row)


async def end_of_locked(event: Event, session: AsyncSession) -> None:
    """Who may no longer sign in is sent nothing any more."""
    locked = UserLocked.of(event)
    await end(session, locked.organisation, str(locked.user_id))


async def send_due(sessions: Sessions, start: Callable[[OverdueListDue], Awaitable[None]], *, now: Now) -> int:
    """Start the sending of each list whose hour has come, and forget those that have ended; how many were looked at.

    After an outage one is sent for all that were missed. One that was started before a crash is started once more,
    which changes nothing: its workflow has the day in its id.
    """
    async with sessions() as session, session.begin():
        rows = await store.lock_due(session, now=now(), limit=AT_ONCE)
        for row in rows:
            zone = await zone_of(session, row.organisation)
            due = domain.due(row, zone, now.clock)
            if due is None:
                await session.delete(row)
                continue
            await start(due)
            row.next_at = domain.next_moment(row.weekday, row.hour, zone, after=now())
    return len(rows)
