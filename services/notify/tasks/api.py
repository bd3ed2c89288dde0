"""Endpoints: planned calls opened, read and completed."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from chassis.auth import Caller, require
from chassis.clock import CurrentClock
from chassis.database import Transaction
from chassis.idempotency import IdempotentRoute
from chassis.paging import DAY_AND_ID, Cursor, Limit, Page, page_of, position_of
from contracts.actions import ActionOutcome, OpenTask
from contracts.base import BusinessDate
from contracts.rights import Right
from services.notify.tasks import store, use_cases
from services.notify.tasks.models import TaskStatus
from services.notify.tasks.schemas import Assignee, Assignees, CompletionInput, TaskView
from services.notify.tasks.views import task_view
from services.notify.templates.api import CurrentRenderer

router = APIRouter(prefix="/tasks", tags=["tasks"], route_class=IdempotentRoute)

Reader = Annotated[Caller, require(Right.TASKS_READ)]
Asker = Annotated[Caller, require(Right.TASKS_OPEN)]
ASSIGNEES = 100
Collector = Annotated[Caller, require(Right.TASKS_COMPLETE)]


@router.post("", status_code=201)
async def open_task(
    asked: OpenTask, caller: Asker, transaction: Transaction, renderer: CurrentRenderer, response: Response
) -> ActionOutcome:
    """Plan one call under its key; 200 with the first outcome when the key is known.

    409 `too_late` when the balance or the due date of its invoice changed since it was read: read it again.
    """
    answered = await use_cases.open_task(transaction, caller, asked, renderer=renderer)
    response.status_code = answered.status_code
    return answered.outcome


@router.get("")
async def list_tasks(
    caller: Reader,
    transaction: Transaction,
    assignee: str | None = None,
    status: TaskStatus | None = None,
    due: Annotated[BusinessDate | None, Query(description="Due on this day or before")] = None,
    customer_id: UUID | None = None,
    invoice_id: UUID | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[TaskView]:
    """The calls, the one due first at the top."""
    tasks = await store.page_of(
        transaction,
        caller.organisation,
        assignee=assignee,
        status=status,
        due=due,
        customer_id=customer_id,
        invoice_id=invoice_id,
        after=position_of(cursor, DAY_AND_ID),
        limit=limit + 1,
    )
    return page_of(tasks, limit, task_view, position=lambda row: (row.due_on, row.id))


@router.get("/assignees")
async def list_assignees(
    caller: Reader,
    transaction: Transaction,
    due: Annotated[BusinessDate | None, Query(description="Due on this day or before")] = None,
) -> Assignees:
    """Who has open calls, and how many; those with the most first, 100 at most."""
    rows = await store.assignees(transaction, caller.organisation, due=due, limit=ASSIGNEES)
    return Assignees(items=[Assignee(name=name, calls=calls) for name, calls in rows])


@router.get("/{task_id}")
async def get_task(task_id: UUID, caller: Reader, transaction: Transaction) -> TaskView:
    return task_view(await store.task_of(transaction, caller.organisation, task_id))


@router.post("/{task_id}/complete")
async def complete_task(
    task_id: UUID, completion: CompletionInput, caller: Collector, transaction: Transaction, now: CurrentClock
) -> TaskView:
    """Note how the call went. 409 once the task was withdrawn, or completed otherwise."""
    return task_view(await use_cases.complete_task(transaction, caller, task_id, completion, now=now()))
