"""Rows of tasks as answers."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from chassis.paging import Page, decode, encode
from chassis.problems import InvalidField
from services.notify.tasks.models import Task, TaskStatus
from services.notify.tasks.schemas import TaskView


def task_view(task: Task) -> TaskView:
    completed_at = task.settled_at if task.status is TaskStatus.COMPLETED else None
    return TaskView.model_validate(task.model_dump() | {"completed_at": completed_at})


def page_of_tasks(tasks: Sequence[Task], limit: int) -> Page[TaskView]:
    """A page of `limit`, of one row more when there is a next one."""
    shown = tasks[:limit]
    more = encode(shown[-1].due_on.isoformat(), shown[-1].id) if len(tasks) > limit else None
    return Page(items=[task_view(task) for task in shown], next=more)


def position_of(cursor: str | None) -> tuple[date, UUID] | None:
    if cursor is None:
        return None
    try:
        due_on, task_id = decode(cursor, length=2)
        return date.fromisoformat(due_on), UUID(task_id)
    except (TypeError, ValueError, AttributeError):
        raise InvalidField("cursor", cursor, "the `next` of the page before") from None
