"""Reactions to events: cases follow billing's receivables, and workflows follow the cases."""

import asyncio
import hashlib
import logging
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from pydantic import StringConstraints, TypeAdapter
from sqlmodel.ext.asyncio.session import AsyncSession
from temporalio.client import Client, WorkflowExecutionDescription, WorkflowExecutionStatus, WorkflowHandle
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from chassis import faults
from chassis.clock import Now, real_now
from chassis.database import without_transaction
from chassis.paging import encode, position_of
from chassis.passing import TryAgain
from contracts import dunning, overdue_list
from contracts.dunning import CaseChange, ClosingReason, DunningCase
from contracts.events import Event
from contracts.events.billing import InvoiceEvent
from contracts.events.dunning import CaseEvent, CaseOpened
from contracts.overdue_list import OverdueListDue
from services.dunning.cases import store
from services.dunning.cases.following import Before, Followed, follow
from services.dunning.cases.models import Case
from services.dunning.cases.planning import Planner, next_moment_of
from services.dunning.reconciliation.domain import AT_ONCE, Mended

log = logging.getLogger(__name__)

RPC_TIMEOUT = timedelta(seconds=5)
RUNNING = f'WorkflowType = "{dunning.WORKFLOW}" AND ExecutionStatus = "Running"'
SURELY_ASLEEP = timedelta(seconds=5)
"""Real time before its first moment in which a workflow is still in its start delay, whatever clocks say."""
ABOUT_TO_WAKE = timedelta(seconds=2)
"""Real time before the end of its delay from which on a workflow is told by signals: ended from outside, a step that
it has just begun would be lost to the journal."""
LEFT_ALONE_S = 5.0
"""For so long a Temporal that did not answer keeps no receivable waiting; the events of the cases wait for it."""
TOKEN = TypeAdapter(tuple[Annotated[str, StringConstraints(pattern="^([0-9a-f]{2})+$")]])
"""Where Temporal's list goes on: its own token, in hexadecimal digits."""
REFUSALS = (RPCStatusCode.INVALID_ARGUMENT, RPCStatusCode.UNIMPLEMENTED)
"""Answers that trying again does not change; any other error of the server passes."""
NO_CONNECTION = "Failed client connect"
"""How the SDK begins to say that a first connection failed; it has no class of its own for that."""


@dataclass
class SteerWorkflow:
    """Brings a workflow in step with its case as it is now, whatever the event said.

    The case's row stays locked meanwhile: a case that closes waits, and its own event comes after.
    """

    temporal: Client
    now: Now
    away_until: float = 0.0

    async def is_needed(self, event: Event, session: AsyncSession) -> bool:
        """Mostly not: the transaction that changed the case has told the workflow already."""
        case = CaseEvent.of(event)
        if isinstance(case, CaseOpened) and case.workflow_told:
            return False
        await without_transaction(session)
        return await store.is_out_of_step(session, case.organisation, case.invoice_id)

    async def __call__(self, event: Event, session: AsyncSession) -> None:
        case = CaseEvent.of(event)
        await self.steer(session, case.organisation, case.invoice_id)

    async def at_once(self, followed: Followed) -> None:
        """Within the transaction that opens or closes a case, by one call: its own event finds nothing left to do.

        Whatever stands in the way is left to that event.
        """
        case, before = followed.case, followed.before
        if not self._concerns(case, before) or time.monotonic() < self.away_until:
            return
        try:
            async with _patience():
                await (self._begin(case, followed.planner) if case.is_open else self._end(case, before))
        except (TryAgain, RPCError) as error:
            log.info("left to the event of the case: %s", error)
            if not isinstance(error.__cause__, WorkflowAlreadyStartedError):
                self.away_until = time.monotonic() + LEFT_ALONE_S
            return
        case.steered = case.revision

    def _concerns(self, case: Case, before: Before) -> bool:
        """A case that was never opened may have a workflow all the same: of a transaction that failed to commit."""
        if not case.is_open and not before.revision:
            return True
        return not case.is_in_step and case.is_open != before.is_open

    async def steer(self, session: AsyncSession, organisation: str, invoice_id: UUID) -> Mended:
        case = await store.lock_case(session, organisation, invoice_id)
        if case is None:
            return Mended.NOTHING
        async with _patience():
            running = await self._running(organisation, invoice_id)
            faults.reached("steering: workflow seen, nothing done")
            mended = await (self._carry_on(session, case, running) if case.is_open else self._close(case, running))
        case.steered = case.revision
        return mended

    async def running_pages(self) -> AsyncIterator[list[tuple[str, UUID]]]:
        """Of every organisation, (organisation, invoice) where a workflow runs: a page at a time, and it may lag by a
        moment.
        """
        async with _patience():
            pages = self.temporal.list_workflows(RUNNING, page_size=AT_ONCE, rpc_timeout=RPC_TIMEOUT)
            await pages.fetch_next_page()
        while True:
            yield [
                (await run.memo_value("organisation", default=""), _invoice_of(run.id))
                for run in pages.current_page or ()
            ]
            if pages.next_page_token is None:
                return
            async with _patience():
                await pages.fetch_next_page()

    async def running_of(self, invoices: Sequence[UUID]) -> set[UUID]:
        """Those of at most a page of invoices whose workflow runs; it may lag by a moment."""
        ids = ", ".join(f"'{dunning.workflow_id(each)}'" for each in invoices)
        query = f"WorkflowId IN ({ids}) AND ExecutionStatus = 'Running'"
        async with _patience():
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
        async with _patience():
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
        """Those whose workflow runs at this moment for this run of the case; asked one by one, so nothing lags."""
        async with _patience():
            found = await asyncio.gather(*(self._running(each.organisation, each.invoice_id) for each in cases))
        return [
            case.invoice_id
            for case, each in zip(cases, found, strict=True)
            if each is not None and await each.memo_value("run", default=0) == case.run
        ]

    async def asleep(self, organisation: str, invoices: Sequence[UUID]) -> set[UUID]:
        """Those of at most a page whose workflow runs and has nothing under way: it tries no step, and no task of it
        waits for a worker.
        """
        async with _patience():
            found = await asyncio.gather(*(self._running(organisation, each) for each in invoices))
        return {each for each, run in zip(invoices, found, strict=True) if run is not None and _is_asleep(run)}

    async def _begin(self, case: Case, planner: Planner) -> None:
        contract = await planner.contract_of(case, self.now.clock)
        await self._start(case, contract, case.next_moment or self.now())

    async def _end(self, case: Case, before: Before) -> None:
        if not self._surely_sleeps(case, before):
            await self._close(case, await self._running(case.organisation, case.invoice_id))
            return
        await self._terminate(self.temporal.get_workflow_handle(dunning.workflow_id(case.invoice_id)), case)

    def _surely_sleeps(self, case: Case, before: Before) -> bool:
        """Since its start: nothing happened to the case but that it was opened."""
        if before.revision != 1 or before.next_moment is None or case.done:
            return False
        return self.now.clock.real_span(before.next_moment - self.now()) > SURELY_ASLEEP

    async def _running(self, organisation: str, invoice_id: UUID) -> WorkflowExecutionDescription | None:
        """None too for that of another organisation, whose invoice somebody gave out for theirs."""
        handle = self.temporal.get_workflow_handle(dunning.workflow_id(invoice_id))
        try:
            found = await handle.describe(rpc_timeout=RPC_TIMEOUT)
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return None
            raise
        is_theirs = await found.memo_value("organisation", default=organisation) == organisation
        return found if is_theirs and found.status is WorkflowExecutionStatus.RUNNING else None

    async def _carry_on(
        self, session: AsyncSession, case: Case, running: WorkflowExecutionDescription | None
    ) -> Mended:
        planner = Planner(session, case.organisation)
        contract = await planner.contract_of(case, self.now.clock)
        turn = await planner.next_turn(case, now=self.now())
        first_moment = next_moment_of(turn, now=self.now()) if turn else self.now()
        if running is None:
            return await self._start(case, contract, first_moment)
        if await running.memo_value("run", default=0) != case.run and not _is_waiting(running):
            await self._let_end(running)
        if _is_waiting(running):
            if await running.memo_value("input", default="") == _fingerprint(contract):
                return Mended.NOTHING
            return await self._start(case, contract, first_moment, anew=True)
        change = CaseChange.model_validate(contract.model_dump(include=set(CaseChange.model_fields)))
        if await self._signal(running, dunning.CHANGE_SIGNAL, change):
            return Mended.CHANGED
        return await self._start(case, contract, first_moment)

    async def _let_end(self, running: WorkflowExecutionDescription) -> None:
        """The run before is asked to close, and the next one waits for its end: a step of it may be on its way, and
        what became of that belongs into the journal before anything is planned anew.
        """
        if await self._signal(running, dunning.CLOSE_SIGNAL, ClosingReason.SETTLED):
            raise TryAgain(f"{running.id}: the run before has not ended yet")

    async def _start(self, case: Case, contract: DunningCase, first_moment: datetime, *, anew: bool = False) -> Mended:
        """Asleep until the first moment: an invoice that is paid in time costs no workflow task."""
        delay = self.now.clock.real_span(first_moment - self.now())
        faults.reached("steering: planned, not started")
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
        await self._terminate(self.temporal.get_workflow_handle(running.id, run_id=running.run_id), case)
        return Mended.CLOSED

    async def _terminate(self, handle: WorkflowHandle[object, object], case: Case) -> None:
        """Where it has not begun: a signal would not wake it."""
        try:
            await handle.terminate(reason=str(case.closing_reason), rpc_timeout=RPC_TIMEOUT)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise

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


@dataclass(frozen=True)
class FollowInvoice:
    """Billing's events about an invoice, in any order."""

    now: Now
    steering: SteerWorkflow

    async def __call__(self, event: Event, session: AsyncSession) -> None:
        await follow(session, InvoiceEvent.of(event), now=self.now(), steer=self.steering.at_once)


@dataclass(frozen=True)
class StartOverdueList:
    """The workflow that sends a list; that of a day it starts once, however often it is asked to."""

    temporal: Client

    async def __call__(self, due: OverdueListDue) -> None:
        async with _patience():
            try:
                await self.temporal.start_workflow(
                    overdue_list.WORKFLOW,
                    due,
                    id=due.key,
                    task_queue=overdue_list.TASK_QUEUE,
                    id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                    rpc_timeout=RPC_TIMEOUT,
                )
            except WorkflowAlreadyStartedError:
                return


def _invoice_of(workflow_id: str) -> UUID:
    return UUID(workflow_id.rpartition(":")[2])


def _is_waiting(running: WorkflowExecutionDescription) -> bool:
    """Whether it is still in its start delay, and surely will be until we have acted on it."""
    return running.execution_time is not None and running.execution_time > real_now() + ABOUT_TO_WAKE


def _is_asleep(running: WorkflowExecutionDescription) -> bool:
    raw = running.raw_description
    return _is_waiting(running) or not (raw.pending_activities or raw.HasField("pending_workflow_task"))


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
