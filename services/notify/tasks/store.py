"""Tasks in the database."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import func, tuple_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.problems import NotFound
from services.notify.tasks.models import Task, TaskStatus


async def by_key(session: AsyncSession, organisation: str, key: str) -> Task | None:
    query = select(Task).where(col(Task.organisation) == organisation, col(Task.key) == key)
    return (await session.exec(query)).one_or_none()


async def task_of(session: AsyncSession, organisation: str, task_id: UUID, *, lock: bool = False) -> Task:
    query = select(Task).where(col(Task.organisation) == organisation, col(Task.id) == task_id)
    task = (await session.exec(query.with_for_update() if lock else query)).one_or_none()
    if task is None:
        raise NotFound("task", task_id)
    return task


async def page_of(
    session: AsyncSession,
    organisation: str,
    *,
    assignee: str | None,
    status: TaskStatus | None,
    due: date | None,
    customer_id: UUID | None,
    invoice_id: UUID | None,
    after: tuple[date, UUID] | None,
    limit: int,
) -> Sequence[Task]:
    """The one due first comes first; `due` is the last day, `after` the last row of the page before."""
    query = select(Task).where(col(Task.organisation) == organisation)
    if assignee is not None:
        query = query.where(col(Task.assignee) == assignee)
    if status is not None:
        query = query.where(col(Task.status) == status)
    if due is not None:
        query = query.where(col(Task.due_on) <= due)
    if customer_id is not None:
        query = query.where(col(Task.customer_id) == customer_id)
    if invoice_id is not None:
        query = query.where(col(Task.invoice_id) == invoice_id)
    if after is not None:
        query = query.where(tuple_(col(Task.due_on), col(Task.id)) > after)
    return (await session.exec(query.order_by(col(Task.due_on), col(Task.id)).limit(limit))).all()


async def assignees(
    session: AsyncSession, organisation: str, *, due: date | None, limit: int
) -> Sequence[tuple[str, int]]:
    """Who has open calls, and how many; those with the most first."""
    calls = func.count()
    query = select(col(Task.assignee), calls).where(
        col(Task.organisation) == organisation, col(Task.status) == TaskStatus.OPENED
    )
    if due is not None:
        query = query.where(col(Task.due_on) <= due)
    query = query.group_by(col(Task.assignee)).order_by(calls.desc(), col(Task.assignee)).limit(limit)
    return [(name, count) for name, count in (await session.exec(query)).all()]


async def opened_for(
    session: AsyncSession, organisation: str, invoice_id: UUID, *, until_version: int
) -> Sequence[Task]:
    """The open tasks that speak of the receivable at this version or an earlier one, locked."""
    query = (
        select(Task)
        .where(col(Task.organisation) == organisation, col(Task.invoice_id) == invoice_id)
        .where(col(Task.status) == TaskStatus.OPENED, col(Task.receivable_version) <= until_version)
    )
    return (await session.exec(query.with_for_update())).all()


async def withdrawn_for(
    session: AsyncSession, organisation: str, invoice_id: UUID, *, until_version: int
) -> Sequence[Task]:
    """Those of `opened_for` that were withdrawn since, locked."""
    query = (
        select(Task)
        .where(col(Task.organisation) == organisation, col(Task.invoice_id) == invoice_id)
        .where(col(Task.status) == TaskStatus.WITHDRAWN, col(Task.receivable_version) <= until_version)
    )
    return (await session.exec(query.with_for_update())).all()
