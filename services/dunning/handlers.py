"""Reactions to events: cases follow billing's receivables, and workflows follow the cases."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession
from temporalio.client import Client, WorkflowExecutionDescription, WorkflowExecutionStatus
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from chassis.bus import TryAgain
from chassis.clock import Now, real_now
from contracts import dunning
from contracts.dunning import CaseChange, DunningCase
from contracts.events import Event
from contracts.events.billing import InvoiceEvent
from contracts.events.dunning import CaseEvent
from services.dunning.cases import store
from services.dunning.cases.following import follow
from services.dunning.cases.models import Case
from services.dunning.cases.planning import Planner
from services.dunning.reconciliation.domain import Mended

RPC_TIMEOUT = timedelta(seconds=5)
REFUSALS = (RPCStatusCode.INVALID_ARGUMENT, RPCStatusCode.UNIMPLEMENTED)
"""Answers that trying again does not change; any other error of the server passes."""
NO_CONNECTION = "Failed client connect"
"""How the SDK begins to say that a first connection failed; it has no class of its own for that."""


@dataclass(frozen=True)
class FollowInvoice:
    """Billing's events about an invoice, in any order."""

    now: Now

    async def __call__(self, event: Event, session: AsyncSession) -> None:
        if not isinstance(event, InvoiceEvent):
            raise TypeError(f"{event.type}: an event about an invoice is expected")
        await follow(session, event, now=self.now())


@dataclass(frozen=True)
class SteerWorkflow:
    """Brings a workflow in step with its case as it is now, whatever the event said.

    The case's row stays locked meanwhile: a case that closes waits, and its own event comes after.
    """

    temporal: Client
    now: Now

    async def __call__(self, event: Event, session: AsyncSession) -> None:
        if not isinstance(event, CaseEvent):
            raise TypeError(f"{event.type}: an event about a case is expected")
        await self.steer(session, event.organisation, event.invoice_id)

    async def steer(self, session: AsyncSession, organisation: str, invoice_id: UUID) -> Mended:
        case = await store.lock_case(session, organisation, invoice_id)
        if case is None:
            return Mended.NOTHING
        async with _patience():
            running = await self._running(invoice_id)
            if not case.is_open:
                return await self._close(case, running)
            return await self._carry_on(session, case, running)

    async def running(self) -> set[UUID]:
        """The invoices whose workflow runs, of every organisation."""
        query = f'WorkflowType = "{dunning.WORKFLOW}" AND ExecutionStatus = "Running"'
        prefix = dunning.workflow_id(UUID(int=0)).partition(":")[0] + ":"
        async with _patience():
            found = [run.id async for run in self.temporal.list_workflows(query, rpc_timeout=RPC_TIMEOUT)]
        return {UUID(each.removeprefix(prefix)) for each in found if each.startswith(prefix)}

    async def _running(self, invoice_id: UUID) -> WorkflowExecutionDescription | None:
        handle = self.temporal.get_workflow_handle(dunning.workflow_id(invoice_id))
        try:
            found = await handle.describe(rpc_timeout=RPC_TIMEOUT)
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return None
            raise
        return found if found.status is WorkflowExecutionStatus.RUNNING else None

    async def _carry_on(
        self, session: AsyncSession, case: Case, running: WorkflowExecutionDescription | None
    ) -> Mended:
        planner = Planner(session, case.organisation)
        contract = await planner.contract_of(case, self.now.clock)
        turn = await planner.next_turn(case, now=self.now())
        first_moment = turn.planned.moment if turn else self.now()
        if running is None:
            return await self._start(case, contract, first_moment)
        if await running.memo_value("run", default=0) != case.run:
            return await self._start(case, contract, first_moment, anew=True)
        if _is_waiting(running):
            if await running.memo_value("input", default="") == _fingerprint(contract):
                return Mended.NOTHING
            return await self._start(case, contract, first_moment, anew=True)
        change = CaseChange(due_date=contract.due_date, scenario=contract.scenario, calendar=contract.calendar)
        if await self._signal(running, dunning.CHANGE_SIGNAL, change):
            return Mended.CHANGED
        return await self._start(case, contract, first_moment)

    async def _start(self, case: Case, contract: DunningCase, first_moment: datetime, *, anew: bool = False) -> Mended:
        """Asleep until the first moment: an invoice that is paid in time costs no workflow task."""
        delay = self.now.clock.real_span(first_moment - self.now())
        await self.temporal.start_workflow(
            dunning.WORKFLOW,
            contract,
            id=dunning.workflow_id(case.invoice_id),
            task_queue=dunning.TASK_QUEUE,
            id_conflict_policy=(WorkflowIDConflictPolicy.TERMINATE_EXISTING if anew else WorkflowIDConflictPolicy.FAIL),
            start_delay=delay if delay > timedelta(0) else None,
            memo={
                "run": case.run,
                "invoice": case.number,
                "organisation": case.organisation,
                "input": _fingerprint(contract),
            },
            rpc_timeout=RPC_TIMEOUT,
        )
        return Mended.STARTED

    async def _close(self, case: Case, running: WorkflowExecutionDescription | None) -> Mended:
        if running is None:
            return Mended.NOTHING
        if not _is_waiting(running):
            closed = await self._signal(running, dunning.CLOSE_SIGNAL, case.closing_reason)
            return Mended.CLOSED if closed else Mended.NOTHING
        handle = self.temporal.get_workflow_handle(running.id, run_id=running.run_id)
        try:
            # a signal wakes no workflow that has not begun
            await handle.terminate(reason=str(case.closing_reason), rpc_timeout=RPC_TIMEOUT)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
        return Mended.CLOSED

    async def _signal(self, running: WorkflowExecutionDescription, name: str, value: object) -> bool:
        """False when it has ended meanwhile."""
        handle = self.temporal.get_workflow_handle(running.id, run_id=running.run_id)
        try:
            await handle.signal(name, value, rpc_timeout=RPC_TIMEOUT)
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return False
            raise
        return True


def _is_waiting(running: WorkflowExecutionDescription) -> bool:
    """Whether it is still in its start delay."""
    return running.execution_time is not None and running.execution_time > real_now()


def _fingerprint(contract: DunningCase) -> str:
    return hashlib.sha256(contract.model_dump_json().encode()).hexdigest()[:32]


@asynccontextmanager
async def _patience() -> AsyncIterator[None]:
    """A Temporal that is out of reach, or that someone else is talking to about the same case, is waited for."""
    try:
        yield
    except WorkflowAlreadyStartedError as error:
        raise TryAgain(f"Temporal: {error}") from error
    except RPCError as error:
        if error.status in REFUSALS:
            raise
        raise TryAgain(f"Temporal: {error.status.name}: {error}") from error
    except RuntimeError as error:
        if not str(error).startswith(NO_CONNECTION):
            raise
        raise TryAgain(f"Temporal: {error}") from error
