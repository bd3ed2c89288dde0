"""Erasing what a service holds on a customer, and saying beforehand what that would be."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import delete, func, literal, select, text, update
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import audit
from chassis.caller import Caller
from chassis.clock import real_now
from chassis.personal.held import Held, Holdings
from contracts.events.audit import ERASED, Change
from contracts.events.billing import CustomerErased
from contracts.profiles import Role

PERMIT = text("select set_config('relance.erasing', :day, true)")
"""The triggers that keep rows as they were written let go, in this transaction, of what may be erased on that day."""


class Going(BaseModel):
    table: str
    rows: int


class Staying(BaseModel):
    table: str
    rows: int
    until: date


class ErasureView(BaseModel):
    """What erasing the customer would do in this service; `in_the_way`: why it cannot be done yet."""

    customer_id: UUID
    in_the_way: list[str]
    erased: list[Going]
    kept: list[Staying]


async def preview(session: AsyncSession, holdings: Holdings, organisation: str, customer_id: UUID) -> ErasureView:
    erased = [await _going(session, held, organisation, customer_id) for held in holdings.held if held.until is None]
    kept = [await _staying(session, held, organisation, customer_id) for held in holdings.held]
    return ErasureView(
        customer_id=customer_id,
        in_the_way=list(await holdings.obstacles(session, organisation, customer_id)),
        erased=[each for each in erased if each.rows],
        kept=[each for each in kept if each is not None],
    )


async def permit(session: AsyncSession, day: date | None) -> None:
    """From here to the end of the transaction; None takes it back. `day` is business time."""
    await (await session.connection()).execute(PERMIT, {"day": day.isoformat() if day else ""})


async def erase(session: AsyncSession, holdings: Holdings, event: CustomerErased, *, now: datetime) -> Sequence[str]:
    """Delete or empty the rows, and tell the audit which they were; again it finds nothing. `now`: business time.

    What the law keeps is named to the audit too: the copies there of what was written are forgotten.
    """
    await session.flush()
    await permit(session, now.date())
    objects: list[str] = []
    for held in holdings.held:
        objects += await (_named if held.until is not None else _erased)(session, held, event)
    await permit(session, None)
    tell(session, holdings.service, event, objects)
    return objects


async def is_left(session: AsyncSession, holdings: Holdings, event: CustomerErased) -> bool:
    """Whether a row of theirs has something that is to be erased."""
    connection = await session.connection()
    for held in holdings.held:
        if held.until is None:
            which = held.to_empty(event.organisation, event.customer_id)
            query = select(literal(1)).select_from(held.model).where(which).limit(1)
            if (await connection.execute(query)).first():
                return True
    return False


def tell(session: AsyncSession, service: str, event: CustomerErased, objects: Sequence[str]) -> None:
    """Entries of the audit that name what was erased, without a word of it."""
    who = Caller(event.asked_by, event.organisation, event.asked_by_name, Role.SERVICE, frozenset())
    named = [f"customers/{event.customer_id}", *objects]
    for start in range(0, len(named), audit.MOST):
        changes = [Change(object=name, before=None, after=None) for name in named[start : start + audit.MOST]]
        audit.record(session, who, service=service, action=ERASED, changes=changes, object=named[0], at=real_now())


async def _going(session: AsyncSession, held: Held, organisation: str, customer_id: UUID) -> Going:
    query = select(func.count()).select_from(held.model).where(held.to_empty(organisation, customer_id))
    return Going(table=held.table, rows=(await (await session.connection()).execute(query)).scalar_one())


async def _staying(session: AsyncSession, held: Held, organisation: str, customer_id: UUID) -> Staying | None:
    if held.until is None:
        return None
    query = select(func.count(), func.max(held.until)).select_from(held.model)
    found = await (await session.connection()).execute(query.where(held.whose(organisation, customer_id)))
    rows, until = found.one()
    return Staying(table=held.table, rows=rows, until=until) if rows else None


async def _named(session: AsyncSession, held: Held, event: CustomerErased) -> list[str]:
    query = select(held.key).where(held.whose(event.organisation, event.customer_id))
    keys = (await (await session.connection()).execute(query)).scalars().all()
    return [f"{held.table}/{key}" for key in keys]


async def _erased(session: AsyncSession, held: Held, event: CustomerErased) -> list[str]:
    which = held.to_empty(event.organisation, event.customer_id)
    statement = (
        delete(held.model).where(which) if held.empty is None else (update(held.model).where(which).values(held.empty))
    )
    keys = (await (await session.connection()).execute(statement.returning(held.key))).scalars().all()
    return [f"{held.table}/{key}" for key in keys]
