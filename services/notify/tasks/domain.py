"""The life of a task: opened, then completed or withdrawn."""

from datetime import datetime, timedelta
from decimal import Decimal

from chassis.caller import Author
from chassis.dates import first_today
from chassis.problems import DomainError, InvalidField
from contracts.actions import ActionOutcome, ActionStatus, DunningContext, OpenTask
from contracts.events import TaskCompleted, TaskOpened
from contracts.receivable import Receivable
from services.notify.rendering.jobs import Rendering
from services.notify.tasks.models import CallOutcome, Task, TaskStatus
from services.notify.tasks.schemas import CompletionInput, ConcernedInvoice


class TaskWithdrawn(DomainError):
    def __init__(self, task: Task) -> None:
        super().__init__(f"The task « {task.subject} » was withdrawn. {task.reason}")


class TaskAlreadyCompleted(DomainError):
    def __init__(self, task: Task) -> None:
        by = task.completed_by_name or task.completed_by
        super().__init__(f"The task « {task.subject} » was completed as {task.outcome} by {by}.")


def opened_task(organisation: str, asked: OpenTask, context: DunningContext, rendering: Rendering) -> Task:
    receivable = context.receivable
    contact = receivable.contact
    return Task(
        organisation=organisation,
        key=asked.key,
        customer_id=contact.customer_id,
        invoice_id=receivable.invoice_id,
        receivable_version=receivable.version,
        assignee=asked.assignee,
        due_on=asked.due_on,
        customer=contact.name,
        phone=(contact.phone or "").strip() or None,
        language=contact.language,
        subject=rendering.subject,
        note=rendering.text,
        invoices=[_concerned(context).model_dump(mode="json")],
        status=TaskStatus.OPENED,
        opened_at=asked.at,
        settled_at=asked.at,
    )


def _concerned(context: DunningContext) -> ConcernedInvoice:
    receivable = context.receivable
    return ConcernedInvoice(
        invoice_id=receivable.invoice_id,
        number=receivable.number,
        issue_date=receivable.issue_date,
        due_date=receivable.due_date,
        total=receivable.total,
        balance=receivable.balance,
        currency=receivable.currency,
        days_late=context.days_late,
    )


def opening_of(task: Task) -> TaskOpened:
    return TaskOpened(organisation=task.organisation, key=task.key, recipient=task.assignee, outcome=task.status.value)


def withdraw(task: Task, reason: str, *, now: datetime) -> None:
    task.status = TaskStatus.WITHDRAWN
    task.reason = reason
    task.settled_at = now


def asks_too_much(task: Task, owed: Decimal) -> bool:
    """More than is owed, or nobody knows how much, for its customer was erased."""
    concerned = _invoices(task)
    return not concerned or any(each.balance > owed for each in concerned)


def follow(task: Task, receivable: Receivable) -> None:
    """Put off until the day after the due date where that is later than was known; back to the day first planned where
    it is not any more.
    """
    planned_on = task.planned_on or task.due_on
    due_date = receivable.due_date
    is_moved = any(due_date > each.due_date for each in _invoices(task))
    task.due_on = max(planned_on, due_date + timedelta(days=1)) if is_moved else planned_on
    task.planned_on = planned_on if task.due_on != planned_on else None


def bring_back(task: Task, receivable: Receivable, *, now: datetime) -> TaskOpened | None:
    """A call whose invoice is owed again. None, and it stays withdrawn, where it asks for more than is owed or its
    customer was erased.
    """
    if asks_too_much(task, receivable.balance):
        return None
    follow(task, receivable)
    task.status, task.reason, task.settled_at = TaskStatus.OPENED, None, now
    return opening_of(task)


def _invoices(task: Task) -> list[ConcernedInvoice]:
    return [ConcernedInvoice.model_validate(each) for each in task.invoices]


def complete(task: Task, completion: CompletionInput, *, by: Author, now: datetime) -> TaskCompleted | None:
    """Note how the call went. None when the very same is known already."""
    _check_promise(completion, now=now)
    if task.status is TaskStatus.WITHDRAWN:
        raise TaskWithdrawn(task)
    told = (completion.outcome, completion.note, completion.promised_on)
    if task.status is TaskStatus.COMPLETED:
        if told != (task.outcome, task.outcome_note, task.promised_on):
            raise TaskAlreadyCompleted(task)
        return None
    task.status = TaskStatus.COMPLETED
    task.outcome, task.outcome_note, task.promised_on = told
    task.completed_by, task.completed_by_name, task.settled_at = by.id, by.name, now
    return TaskCompleted(
        organisation=task.organisation,
        key=task.key,
        recipient=task.assignee,
        outcome=completion.outcome.value,
        reason=completion.note or None,
    )


def _check_promise(completion: CompletionInput, *, now: datetime) -> None:
    promised_on = completion.promised_on
    if completion.outcome is not CallOutcome.PROMISED:
        if promised_on is not None:
            raise InvalidField("promised_on", promised_on.isoformat(), "nothing, unless the outcome is promised")
        return
    first = first_today(now)  # nobody here knows the organisation's time zone
    if promised_on is None or promised_on < first:
        value = promised_on.isoformat() if promised_on else None
        raise InvalidField("promised_on", value, f"the date of payment promised, from {first} on")


def outcome_of(task: Task) -> ActionOutcome:
    evidence = {
        "task_id": str(task.id),
        "due_on": task.due_on.isoformat(),
        "phone": task.phone,
        "outcome": task.outcome.value if task.outcome else None,
        "promised_on": task.promised_on.isoformat() if task.promised_on else None,
        "completed_by": task.completed_by,
    }
    return ActionOutcome(
        key=task.key,
        status=ActionStatus(task.status.value),
        recipient=task.assignee,
        reason=task.reason,
        evidence={name: value for name, value in evidence.items() if value},
        at=task.settled_at,
    )
