"""Rows of tasks as answers."""

from services.notify.tasks.models import Task, TaskStatus
from services.notify.tasks.schemas import TaskView


def task_view(task: Task) -> TaskView:
    completed_at = task.settled_at if task.status is TaskStatus.COMPLETED else None
    return TaskView.model_validate(task.model_dump() | {"completed_at": completed_at})
