"""A sample of the workflows of a namespace: as many running and ended ones of each kind, drawn from what is there."""

import random
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowExecution, WorkflowHistory

PATIENCE = timedelta(seconds=20)
MOST_LISTED = 100_000
"""Of a kind and state, the newest: drawing from more takes minutes and tells nothing else."""
STATES = {"running": "ExecutionStatus = 'Running'", "ended": "ExecutionStatus != 'Running'"}


@dataclass(frozen=True)
class Sample:
    """`there`: how many the namespace has, up to MOST_LISTED; `drawn`: those to look at."""

    kind: str
    state: str
    there: int
    drawn: Sequence[WorkflowExecution]


async def sample(client: Client, kind: str, state: str, *, size: int, chance: random.Random) -> Sample:
    """Each has the same chance; memory holds no more than `size`. RPCError when the server refuses or is silent."""
    kept: list[WorkflowExecution] = []
    there = 0
    query = f"WorkflowType = '{kind}' AND {STATES[state]}"
    async for execution in client.list_workflows(query, limit=MOST_LISTED, rpc_timeout=PATIENCE):
        there += 1
        if len(kept) < size:
            kept.append(execution)
        elif (place := chance.randrange(there)) < size:
            kept[place] = execution
    return Sample(kind, state, there, kept)


async def histories(client: Client, drawn: Sequence[WorkflowExecution]) -> AsyncIterator[WorkflowHistory]:
    """One at a time, those whose code has run. RPCError when the server refuses or is silent.

    One that sleeps until its first moment has done nothing that could be replayed: the SDK would wait for ever.
    """
    for execution in drawn:
        handle = client.get_workflow_handle(execution.id, run_id=execution.run_id)
        history = await handle.fetch_history(rpc_timeout=PATIENCE)
        if any(event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED for event in history.events):
            yield history
