"""Queries of open cases that their workflow may not follow."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.dunning import CaseState
from services.dunning.cases.models import AT_WORK, Case
from services.dunning.journal.models import JournalEntry

Which = tuple[ColumnElement[bool], ...]


async def open_invoices(
    session: AsyncSession, organisation: str, *, opened_before: datetime, after: UUID | None, limit: int
) -> Sequence[UUID]:
    """In the order of their ids; `after` is the last of the page before."""
    which = (col(Case.state) != CaseState.CLOSED, col(Case.opened_at) < opened_before)
    return await _page(session, organisation, which, after=after, limit=limit)


async def invoices_untold(
    session: AsyncSession, organisation: str, *, changed_before: datetime, after: UUID | None, limit: int
) -> Sequence[UUID]:
    """Of open cases that changed before and whose workflow was not told: by their ids, as `open_invoices`."""
    return await _page(session, organisation, _is_untold(changed_before), after=after, limit=limit)


async def untold_of(
    session: AsyncSession, organisation: str, invoices: Collection[UUID], *, changed_before: datetime
) -> Sequence[UUID]:
    """Those of `invoices` that `invoices_untold` gives."""
    return await _those_of(session, organisation, invoices, _is_untold(changed_before))


async def invoices_long_due(
    session: AsyncSession, organisation: str, *, due_before: datetime, after: UUID | None, limit: int
) -> Sequence[UUID]:
    """Of cases that are at work and whose step was due before, with no decision since: by their ids, as
    `open_invoices`.
    """
    return await _page(session, organisation, _is_long_due(due_before), after=after, limit=limit)


async def long_due_of(
    session: AsyncSession, organisation: str, invoices: Collection[UUID], *, due_before: datetime
) -> Sequence[UUID]:
    """Those of `invoices` that `invoices_long_due` gives."""
    return await _those_of(session, organisation, invoices, _is_long_due(due_before))


def _is_untold(changed_before: datetime) -> Which:
    return (
        col(Case.state) != CaseState.CLOSED,
        col(Case.revision) != col(Case.steered),
        or_(col(Case.changed_at).is_(None), col(Case.changed_at) < changed_before),
    )


def _is_long_due(due_before: datetime) -> Which:
    decided = select(JournalEntry.id).where(
        col(JournalEntry.case_id) == col(Case.id), col(JournalEntry.decided_at) >= due_before
    )
    at_work = col(Case.state).in_(AT_WORK)
    return at_work, col(Case.next_moment) < due_before, ~decided.exists()


async def _page(
    session: AsyncSession, organisation: str, which: Which, *, after: UUID | None, limit: int
) -> Sequence[UUID]:
    statement = select(Case.invoice_id).where(col(Case.organisation) == organisation, *which)
    if after is not None:
        statement = statement.where(col(Case.invoice_id) > after)
    return (await session.exec(statement.order_by(col(Case.invoice_id)).limit(limit))).all()


async def _those_of(
    session: AsyncSession, organisation: str, invoices: Collection[UUID], which: Which
) -> Sequence[UUID]:
    statement = select(Case.invoice_id).where(
        col(Case.organisation) == organisation, col(Case.invoice_id).in_(invoices), *which
    )
    return (await session.exec(statement)).all()
