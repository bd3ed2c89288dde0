"""Queries of the journal."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.dunning import Outcome
from services.dunning.journal.models import JournalEntry


async def of_turn(session: AsyncSession, organisation: str, invoice_id: UUID, turn_id: UUID) -> JournalEntry | None:
    """The acting entry of a turn."""
    statement = select(JournalEntry).where(
        col(JournalEntry.organisation) == organisation,
        col(JournalEntry.invoice_id) == invoice_id,
        col(JournalEntry.turn_id) == turn_id,
        col(JournalEntry.outcome) != Outcome.SUPERSEDED,
    )
    return (await session.exec(statement)).first()


async def page(
    session: AsyncSession, organisation: str, *filters: ColumnElement[bool], before: tuple[int] | None, limit: int
) -> Sequence[JournalEntry]:
    """Newest first; `before` is the id of the last row of the page before."""
    statement = select(JournalEntry).where(col(JournalEntry.organisation) == organisation, *filters)
    if before is not None:
        statement = statement.where(col(JournalEntry.id) < before[0])
    return (await session.exec(statement.order_by(col(JournalEntry.id).desc()).limit(limit))).all()


async def of_case(session: AsyncSession, organisation: str, case_id: UUID, *, limit: int) -> Sequence[JournalEntry]:
    return await page(session, organisation, col(JournalEntry.case_id) == case_id, before=None, limit=limit)


def filters_of(
    invoice_id: UUID | None = None,
    customer_id: UUID | None = None,
    outcome: str | None = None,
    reason: str | None = None,
    step: str | None = None,
) -> list[ColumnElement[bool]]:
    wanted = (
        (JournalEntry.invoice_id, invoice_id),
        (JournalEntry.customer_id, customer_id),
        (JournalEntry.outcome, outcome),
        (JournalEntry.reason, reason),
        (JournalEntry.step, step),
    )
    return [col(column) == value for column, value in wanted if value is not None]
