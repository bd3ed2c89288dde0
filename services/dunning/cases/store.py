"""Queries of cases and their holds."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, tuple_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.locks import lock
from contracts.dunning import CaseState, ClosingReason
from contracts.receivable import ReceivableStatus
from services.dunning.cases.models import Case, CaseHold


async def serialise(session: AsyncSession, invoice_id: UUID) -> None:
    """One event of an invoice at a time, before it has a row to lock."""
    await lock(session, str(invoice_id))


async def case_of(session: AsyncSession, organisation: str, invoice_id: UUID) -> Case | None:
    return (await session.exec(select(Case).where(*_is(organisation, invoice_id)))).first()


async def is_out_of_step(session: AsyncSession, organisation: str, invoice_id: UUID) -> bool:
    """Whether the case has changed since its workflow was told; False when there is none."""
    columns = select(Case.revision, Case.steered).where(*_is(organisation, invoice_id))
    found = (await session.exec(columns)).first()
    return found is not None and found[0] != found[1]


async def lock_case(session: AsyncSession, organisation: str, invoice_id: UUID) -> Case | None:
    """The row as it is now, held until the transaction ends; the journal can still refer to it."""
    statement = select(Case).where(*_is(organisation, invoice_id)).with_for_update(key_share=True)
    return (await session.exec(statement.execution_options(populate_existing=True))).first()


async def cases_of(session: AsyncSession, organisation: str, invoices: Collection[UUID]) -> Sequence[Case]:
    statement = select(Case).where(col(Case.organisation) == organisation, col(Case.invoice_id).in_(invoices))
    return (await session.exec(statement)).all()


async def page(
    session: AsyncSession,
    organisation: str,
    *filters: ColumnElement[bool],
    before: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[Case]:
    """Newest first; `before` is the creation and the id of the last row of the page before."""
    statement = select(Case).where(col(Case.organisation) == organisation, *filters)
    if before is not None:
        statement = statement.where(tuple_(col(Case.created_at), col(Case.id)) < before)
    newest = statement.order_by(col(Case.created_at).desc(), col(Case.id).desc())
    return (await session.exec(newest.limit(limit))).all()


async def lock_cases_concerned(
    session: AsyncSession, organisation: str, *, customer_id: UUID | None, invoice_id: UUID | None
) -> Sequence[Case]:
    """The cases of an invoice, or of a customer, whose receivable is open."""
    concerned = col(Case.customer_id) == customer_id if customer_id else col(Case.invoice_id) == invoice_id
    statement = select(Case).where(
        col(Case.organisation) == organisation, concerned, col(Case.receivable_status) == ReceivableStatus.OPEN
    )
    ordered = statement.order_by(col(Case.id)).with_for_update(key_share=True)
    return (await session.exec(ordered.execution_options(populate_existing=True))).all()


async def lock_cases_without_version(session: AsyncSession, organisation: str, scenario: str) -> Sequence[Case]:
    """Cases that wait for the first publication of their scenario."""
    statement = select(Case).where(
        col(Case.organisation) == organisation, col(Case.scenario) == scenario, col(Case.version).is_(None)
    )
    ordered = statement.order_by(col(Case.id)).with_for_update(key_share=True)
    return (await session.exec(ordered.execution_options(populate_existing=True))).all()


async def closed_invoices(
    session: AsyncSession, organisation: str, invoices: Collection[UUID], *, closed_before: datetime
) -> set[UUID]:
    """Those of `invoices` whose case is closed."""
    statement = select(Case.invoice_id).where(
        col(Case.organisation) == organisation,
        col(Case.invoice_id).in_(invoices),
        col(Case.state) == CaseState.CLOSED,
        col(Case.closed_at) < closed_before,
    )
    return set((await session.exec(statement)).all())


async def holds_in_force(session: AsyncSession, case: Case) -> Sequence[CaseHold]:
    """Those that nobody lifted, oldest first; some may have run out and wait to be lifted."""
    statement = select(CaseHold).where(col(CaseHold.case_id) == case.id, col(CaseHold.lifted_at).is_(None))
    return (await session.exec(statement.order_by(col(CaseHold.placed_at), col(CaseHold.id)))).all()


async def invoices_with_a_hold_that_ran_out(
    session: AsyncSession, *, now: datetime, limit: int
) -> Sequence[tuple[str, UUID]]:
    """Of every organisation, but no promise of an amount: (organisation, invoice)."""
    statement = (
        select(Case.organisation, Case.invoice_id)
        .join(CaseHold, col(CaseHold.case_id) == col(Case.id))
        .where(col(CaseHold.lifted_at).is_(None), col(CaseHold.until) <= now, col(CaseHold.promised_on).is_(None))
    )
    return (await session.exec(statement.distinct().limit(limit))).all()


async def promises_whose_day_is_over(
    session: AsyncSession, *, now: datetime, limit: int
) -> Sequence[tuple[str, UUID, datetime]]:
    """Of every organisation, those over first come first: (organisation, invoice, end of the promised day)."""
    statement = (
        select(Case.organisation, Case.invoice_id, CaseHold.until)
        .join(CaseHold, col(CaseHold.case_id) == col(Case.id))
        .where(col(CaseHold.lifted_at).is_(None), col(CaseHold.until) <= now, col(CaseHold.promised_on).is_not(None))
        .order_by(col(CaseHold.until), col(CaseHold.id))
    )
    found = await session.exec(statement.limit(limit))
    return [(organisation, invoice_id, until) for organisation, invoice_id, until in found if until is not None]


def _is(organisation: str, invoice_id: UUID) -> tuple[ColumnElement[bool], ...]:
    return col(Case.organisation) == organisation, col(Case.invoice_id) == invoice_id


def filters_of(
    state: CaseState | None,
    reason: ClosingReason | None,
    customer_id: UUID | None,
    number: str | None,
    *,
    invoices: Collection[UUID] | None = None,
) -> list[ColumnElement[bool]]:
    wanted = [
        (Case.state, state),
        (Case.closing_reason, reason),
        (Case.customer_id, customer_id),
        (Case.number, number),
    ]
    filters = [col(column) == value for column, value in wanted if value is not None]
    return filters if invoices is None else [*filters, col(Case.invoice_id).in_(invoices)]


async def open_cases_of_other_versions(
    session: AsyncSession,
    organisation: str,
    scenario: str,
    version: int,
    *,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[Case]:
    """Oldest first; `after` is the creation and the id of the last row of the page before."""
    statement = select(Case).where(*_of_other_versions(organisation, scenario, version))
    if after is not None:
        statement = statement.where(tuple_(col(Case.created_at), col(Case.id)) > after)
    return (await session.exec(statement.order_by(col(Case.created_at), col(Case.id)).limit(limit))).all()


async def kinds_of_other_versions(
    session: AsyncSession, organisation: str, scenario: str, version: int
) -> Sequence[tuple[int, date, list[str], int]]:
    """(version, due date, what is done, how many open cases)."""
    kind = (col(Case.version), col(Case.due_date), col(Case.done))
    statement = select(*kind, func.count()).where(*_of_other_versions(organisation, scenario, version))
    return [
        (number or 0, due, done, count) for number, due, done, count in await session.exec(statement.group_by(*kind))
    ]


async def running_by_version(session: AsyncSession, organisation: str, scenario: str) -> dict[int, int]:
    """How many open cases follow each version."""
    statement = (
        select(Case.version, func.count())
        .where(
            col(Case.organisation) == organisation,
            col(Case.scenario) == scenario,
            col(Case.state) != CaseState.CLOSED,
        )
        .group_by(col(Case.version))
    )
    return {version: count for version, count in await session.exec(statement) if version is not None}


async def running_by_scenario(
    session: AsyncSession, organisation: str, scenarios: Sequence[str]
) -> dict[str, dict[int, int]]:
    """How many open cases follow each version of each of these scenarios."""
    statement = (
        select(Case.scenario, Case.version, func.count())
        .where(
            col(Case.organisation) == organisation,
            col(Case.scenario).in_(scenarios),
            col(Case.version).is_not(None),
            col(Case.state) != CaseState.CLOSED,
        )
        .group_by(col(Case.scenario), col(Case.version))
    )
    found: dict[str, dict[int, int]] = {}
    for scenario, version, count in await session.exec(statement):
        if version is not None:
            found.setdefault(scenario, {})[version] = count
    return found


def _of_other_versions(organisation: str, scenario: str, version: int) -> tuple[ColumnElement[bool], ...]:
    return (
        col(Case.organisation) == organisation,
        col(Case.scenario) == scenario,
        col(Case.version) != version,
        col(Case.state) != CaseState.CLOSED,
    )
