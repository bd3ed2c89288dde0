"""Queries of the journal."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, and_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.dunning import Outcome
from services.dunning.cases.models import Case
from services.dunning.journal.models import JournalEntry
from services.dunning.policies.models import DunningPolicy
from services.dunning.scenarios.models import ScenarioVersion


async def of_turn(session: AsyncSession, organisation: str, invoice_id: UUID, turn_id: UUID) -> JournalEntry | None:
    """The acting entry of a turn."""
    return (await session.exec(select(JournalEntry).where(*_acting(organisation, invoice_id, turn_id)))).first()


def _acting(organisation: str, invoice_id: UUID, turn_id: UUID) -> tuple[ColumnElement[bool], ...]:
    return (
        col(JournalEntry.organisation) == organisation,
        col(JournalEntry.invoice_id) == invoice_id,
        col(JournalEntry.turn_id) == turn_id,
        col(JournalEntry.outcome) != Outcome.SUPERSEDED,
    )


async def what_decides(
    session: AsyncSession, case: Case, turn_id: UUID
) -> tuple[JournalEntry | None, ScenarioVersion | None, DunningPolicy | None]:
    """The acting entry of a turn, and what the plan of its case is made of, in one round trip."""
    statement = (
        select(JournalEntry, ScenarioVersion, DunningPolicy)
        .select_from(Case)
        .outerjoin(JournalEntry, and_(*_acting(case.organisation, case.invoice_id, turn_id)))
        .outerjoin(
            ScenarioVersion,
            and_(
                col(ScenarioVersion.organisation) == Case.organisation,
                col(ScenarioVersion.key) == Case.scenario,
                col(ScenarioVersion.version) == Case.version,
            ),
        )
        .outerjoin(DunningPolicy, col(DunningPolicy.organisation) == Case.organisation)
        .where(col(Case.id) == case.id)
    )
    entry, version, policy = (await session.exec(statement)).one()
    return entry, version, policy


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
