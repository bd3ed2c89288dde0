"""Workflows that need a person: ended by a failure, or stuck because their code cannot go on."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self
from uuid import UUID

from pydantic import BaseModel
from temporalio.client import Client, WorkflowExecution, WorkflowExecutionStatus
from temporalio.service import RPCError

from chassis.clock import real_now
from chassis.problems import DomainError
from chassis.settings import TemporalSettings
from workflows.client import connect_as_set

PATIENCE = timedelta(seconds=5)
LOOKED_BACK = timedelta(days=7)
MOST = 200
"""Of the newest; where so many fail, the cause is one."""
PROBLEMS = "TemporalReportedProblems"
"""Set by the server (1.30 and later) on a running workflow whose task failed several times in a row."""


class Trouble(StrEnum):
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    STUCK = "stuck"
    """It runs, and its task fails again and again: a defect or a change of its code."""


class TemporalUnavailable(DomainError):
    """Temporal does not answer, or not to this question."""

    status = 503


@dataclass(frozen=True)
class Troubled:
    workflow_id: str
    run_id: str
    trouble: Trouble
    since: datetime
    problems: tuple[str, ...] = ()


async def failing(client: Client, workflow: str, *, after: datetime, limit: int) -> Sequence[Troubled]:
    """Of a kind of workflow, newest first: those stuck now, and those that failed after a real instant.

    TemporalUnavailable when the server does not answer within 5 s.
    """
    since = after.isoformat()
    query = (
        f"WorkflowType = '{workflow}' AND (ExecutionStatus = 'Running' AND {PROBLEMS} IS NOT NULL"
        f" OR ExecutionStatus IN ('Failed', 'TimedOut') AND CloseTime >= '{since}')"
    )
    found: list[Troubled] = []
    try:
        async for execution in client.list_workflows(query, limit=limit, rpc_timeout=PATIENCE):
            found.append(_troubled(execution))
    except (RPCError, RuntimeError) as error:  # a first connection that fails is a RuntimeError
        raise TemporalUnavailable(f"Temporal does not answer: {error}") from error
    return found


def _troubled(execution: WorkflowExecution) -> Troubled:
    trouble = {
        WorkflowExecutionStatus.FAILED: Trouble.FAILED,
        WorkflowExecutionStatus.TIMED_OUT: Trouble.TIMED_OUT,
    }.get(execution.status or WorkflowExecutionStatus.RUNNING, Trouble.STUCK)
    named = execution.search_attributes.get(PROBLEMS, [])
    return Troubled(
        workflow_id=execution.id, run_id=execution.run_id, trouble=trouble,
        since=execution.close_time or execution.start_time, problems=tuple(str(each) for each in named),
    )  # fmt: skip


class TroubledView(BaseModel):
    """A workflow that needs a person. `since` is real time."""

    trouble: Trouble
    since: datetime
    problems: list[str]
    workflow_id: str
    run_id: str


class FailingView(TroubledView):
    """With what it was about."""

    about: UUID
    number: str

    @classmethod
    def of(cls, troubled: Troubled, about: UUID, number: str) -> Self:
        return cls(about=about, number=number, **asdict(troubled))


Ask = Callable[[], Awaitable[Sequence[Troubled]]]


async def asking(settings: TemporalSettings, workflow: str) -> Ask:
    """Asks for the failing ones of the last seven days; the connection is made at the first question."""
    client = await connect_as_set(settings)

    async def ask() -> Sequence[Troubled]:
        return await failing(client, workflow, after=real_now() - LOOKED_BACK, limit=MOST)

    return ask


def subjects(found: Sequence[Troubled]) -> dict[UUID, list[Troubled]]:
    """By the id that ends the workflow's."""
    by_id: dict[UUID, list[Troubled]] = {}
    for each in found:
        by_id.setdefault(UUID(each.workflow_id.rpartition(":")[2]), []).append(each)
    return by_id


def views(found: Mapping[UUID, Sequence[Troubled]], numbers: Mapping[UUID, str]) -> list[FailingView]:
    """Of those subjects that have a number: the others are another organisation's."""
    return [
        FailingView.of(each, subject, numbers[subject])
        for subject, several in found.items()
        for each in several
        if subject in numbers
    ]
