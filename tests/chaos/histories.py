"""What Temporal's histories tell of the workflows and of their tasks that failed."""

from collections.abc import AsyncIterator
from uuid import UUID

from temporalio.api.enums.v1 import EventType, WorkflowTaskFailedCause
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client, WorkflowExecution

from contracts import dunning
from tests.chaos.evidence import Run

PAGE = 1000
PREFIX = dunning.workflow_id(UUID(int=0)).partition(":")[0] + ":"


async def runs(client: Client, *, histories: bool) -> AsyncIterator[Run]:
    async for found in client.list_workflows(f'WorkflowType = "{dunning.WORKFLOW}"', page_size=PAGE):
        failures = await _failures(client, found) if histories else []
        status = found.status.name if found.status else "UNKNOWN"
        yield Run(
            found.id.removeprefix(PREFIX),
            status,
            tuple(filter(_is_ours, failures)),
            sum(map(_is_slow, failures)),
            found.start_time,
        )


async def _failures(client: Client, found: WorkflowExecution) -> list[str]:
    history = await client.get_workflow_handle(found.id, run_id=found.run_id).fetch_history()
    return [_cause(each) for each in history.events if each.event_type in FAILED]


FAILED = (EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED, EventType.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT)
PASSING = ("UNHANDLED_COMMAND", "FORCE_CLOSE_COMMAND")
"""A signal or a termination came while the task was at work: the server asks again, or needs no answer."""
LATE = ("timed out", "TMPRL1101")
"""The worker died with the task, or did not get two seconds of a processor in time."""


def _cause(event: HistoryEvent) -> str:
    if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT:
        return "timed out"
    told = event.workflow_task_failed_event_attributes
    name = WorkflowTaskFailedCause.Name(told.cause).removeprefix("WORKFLOW_TASK_FAILED_CAUSE_")
    return f"{name} {told.failure.message}"


def _is_slow(cause: str) -> bool:
    return any(word in cause for word in LATE)


def _is_ours(cause: str) -> bool:
    return not _is_slow(cause) and not cause.startswith(PASSING)
