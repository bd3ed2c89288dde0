"""Queries of open cases that their workflow may not follow."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.dunning import CaseState
from services.dunning.cases.models import Case
from services.dunning.journal.models import JournalEntry


async def invoices_long_due(
    session: AsyncSession, organisation: str, *, due_before: datetime, after: UUID | None, limit: int
) -> Sequence[UUID]:
    """Of cases that are at work and whose step was due before, with no decision since; by their ids.

    `after` is the last of the page before.
    """
    statement = select(Case.invoice_id).where(col(Case.organisation) == organisation, *_is_long_due(due_before))
    if after is not None:
        statement = statement.where(col(Case.invoice_id) > after)
    return (await session.exec(statement.order_by(col(Case.invoice_id)).limit(limit))).all()


async def long_due_of(
    session: AsyncSession, organisation: str, invoices: Collection[UUID], *, due_before: datetime
) -> Sequence[UUID]:
    """Those of `invoices` that `invoices_long_due` gives."""
    which = (col(Case.organisation) == organisation, col(Case.invoice_id).in_(invoices))
    return (await session.exec(select(Case.invoice_id).where(*which, *_is_long_due(due_before)))).all()


async def untold_of(
    session: AsyncSession, organisation: str, invoices: Collection[UUID], *, changed_before: datetime
) -> Sequence[UUID]:
    """Those of `invoices` whose open case changed before, and whose workflow was not told."""
    statement = select(Case.invoice_id).where(
        col(Case.organisation) == organisation,
        col(Case.invoice_id).in_(invoices),
        col(Case.state) != CaseState.CLOSED,
        col(Case.revision) != col(Case.steered),
        or_(col(Case.changed_at).is_(None), col(Case.changed_at) < changed_before),
    )
    return (await session.exec(statement)).all()


def _is_long_due(due_before: datetime) -> tuple[ColumnElement[bool], ...]:
    decided = select(JournalEntry.id).where(
        col(JournalEntry.case_id) == col(Case.id), col(JournalEntry.decided_at) >= due_before
    )
    at_work = col(Case.state).in_((CaseState.SCHEDULED, CaseState.ACTIVE))  # as the index of moments has them
    return at_work, col(Case.next_moment) < due_before, ~decided.exists()
