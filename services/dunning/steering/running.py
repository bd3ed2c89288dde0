"""Which workflows of cases run, as Temporal tells it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated
from uuid import UUID

from pydantic import StringConstraints, TypeAdapter
from temporalio.client import Client, WorkflowExecutionDescription, WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from chassis.clock import real_now
from chassis.paging import encode, position_of
from contracts import dunning
from services.dunning.cases.models import Case
from services.dunning.reconciliation.domain import AT_ONCE
from services.dunning.steering.patience import RPC_TIMEOUT, patience

RUNNING = f'WorkflowType = "{dunning.WORKFLOW}" AND ExecutionStatus = "Running"'
ABOUT_TO_WAKE = timedelta(seconds=2)
"""Real time before the end of its delay from which on a workflow is told by signals: ended from outside, a step that
it has just begun would be lost to the journal."""
TOKEN = TypeAdapter(tuple[Annotated[str, StringConstraints(pattern="^([0-9a-f]{2})+$")]])
"""Where Temporal's list goes on: its own token, in hexadecimal digits."""


@dataclass(frozen=True)
class RunningWorkflows:
    """What the reconciliation and `relance reconcile` ask."""

    temporal: Client

    async def running_pages(self) -> AsyncIterator[list[tuple[str, UUID]]]:
        """Of every organisation, (organisation, invoice) where a workflow runs: a page at a time, and it may lag by a
        moment.
        """
        async with patience():
            pages = self.temporal.list_workflows(RUNNING, page_size=AT_ONCE, rpc_timeout=RPC_TIMEOUT)
            await pages.fetch_next_page()
        while True:
            yield [
                (await run.memo_value("organisation", default=""), _invoice_of(run.id))
                for run in pages.current_page or ()
            ]
            if pages.next_page_token is None:
                return
            async with patience():
                await pages.fetch_next_page()

    async def running_of(self, invoices: Sequence[UUID]) -> set[UUID]:
        """Those of at most a page of invoices whose workflow runs; it may lag by a moment."""
        ids = ", ".join(f"'{dunning.workflow_id(each)}'" for each in invoices)
        query = f"WorkflowId IN ({ids}) AND ExecutionStatus = 'Running'"
        async with patience():
            found = self.temporal.list_workflows(query, page_size=AT_ONCE, rpc_timeout=RPC_TIMEOUT)
            return {_invoice_of(run.id) async for run in found}

    async def running_page(
        self, organisation: str, *, after: str | None, limit: int
    ) -> tuple[dict[UUID, int], str | None]:
        """Invoices of the organisation whose workflow runs, with the run; and where the next page begins.

        422 for a cursor that is not ours. A page may be shorter than `limit`: the others are other organisations'.
        """
        position = position_of(after, TOKEN)
        token = bytes.fromhex(position[0]) if position else None
        async with patience():
            pages = self.temporal.list_workflows(
                RUNNING, page_size=limit, next_page_token=token, rpc_timeout=RPC_TIMEOUT
            )
            await pages.fetch_next_page()
        found = {
            _invoice_of(run.id): int(await run.memo_value("run", default=0))
            for run in pages.current_page or ()
            if await run.memo_value("organisation", default="") == organisation
        }
        following = pages.next_page_token
        return found, encode(following.hex()) if following else None

    async def which_run(self, cases: Sequence[Case]) -> list[UUID]:
        """Those whose workflow runs at this moment for this run of the case: asked one by one.

        What Temporal lists lags, and stands in a store of its own: restored to another moment than the rest of it, that
        lists what is gone. The hourly reconciliation goes by the list; who compares after a loss must not.
        """
        async with patience():
            found = await asyncio.gather(
                *(find_running(self.temporal, each.organisation, each.invoice_id) for each in cases)
            )
        return [
            case.invoice_id
            for case, each in zip(cases, found, strict=True)
            if each is not None and await each.memo_value("run", default=0) == case.run
        ]

    async def asleep(self, organisation: str, invoices: Sequence[UUID]) -> set[UUID]:
        """Those of at most a page whose workflow runs and has nothing under way: it tries no step, and no task of it
        waits for a worker.
        """
        async with patience():
            found = await asyncio.gather(*(find_running(self.temporal, organisation, each) for each in invoices))
        return {each for each, run in zip(invoices, found, strict=True) if run is not None and _is_asleep(run)}


async def find_running(temporal: Client, organisation: str, invoice_id: UUID) -> WorkflowExecutionDescription | None:
    """None too for that of another organisation, whose invoice somebody gave out for theirs."""
    handle = temporal.get_workflow_handle(dunning.workflow_id(invoice_id))
    try:
        found = await handle.describe(rpc_timeout=RPC_TIMEOUT)
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return None
        raise
    is_theirs = await found.memo_value("organisation", default=organisation) == organisation
    return found if is_theirs and found.status is WorkflowExecutionStatus.RUNNING else None


def is_waiting(running: WorkflowExecutionDescription) -> bool:
    """Whether it is still in its start delay, and surely will be until we have acted on it."""
    return running.execution_time is not None and running.execution_time > real_now() + ABOUT_TO_WAKE


def _is_asleep(running: WorkflowExecutionDescription) -> bool:
    raw = running.raw_description
    return is_waiting(running) or not (raw.pending_activities or raw.HasField("pending_workflow_task"))


def _invoice_of(workflow_id: str) -> UUID:
    return UUID(workflow_id.rpartition(":")[2])
