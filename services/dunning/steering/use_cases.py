"""Steering: a workflow is brought in step with its case: begun, carried on, ended, told by a signal."""

import hashlib
import logging
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession
from temporalio.client import Client, WorkflowExecutionDescription, WorkflowHandle
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from chassis import faults
from chassis.clock import Now
from chassis.passing import TryAgain
from contracts import dunning
from contracts.dunning import CaseChange, ClosingReason, DunningCase
from services.dunning.cases import store
from services.dunning.cases.following import Before, Followed
from services.dunning.cases.models import Case
from services.dunning.cases.planning import Planner, next_moment_of
from services.dunning.reconciliation.domain import Mended
from services.dunning.steering.patience import RPC_TIMEOUT, patience
from services.dunning.steering.running import find_running, is_waiting

log = logging.getLogger(__name__)

SURELY_ASLEEP = timedelta(seconds=5)
"""Real time before its first moment in which a workflow is still in its start delay, whatever clocks say."""
LEFT_ALONE_S = 5.0
"""For so long a Temporal that did not answer keeps no receivable waiting; the events of the cases wait for it."""


@dataclass
class Steering:
    """Brings a workflow in step with its case as it is now, whatever was heard of it.

    The case's row stays locked meanwhile: a case that closes waits, and its own event comes after.
    """

    temporal: Client
    now: Now
    away_until: float = 0.0

    async def at_once(self, followed: Followed) -> None:
        """Within the transaction that opens or closes a case, by one call: its own event finds nothing left to do.

        Whatever stands in the way is left to that event.
        """
        case, before = followed.case, followed.before
        if not self._concerns(case, before) or time.monotonic() < self.away_until:
            return
        try:
            async with patience():
                await (self._begin(case, followed.planner) if case.is_open else self._end(case, before))
        except (TryAgain, RPCError) as error:
            log.info("left to the event of the case: %s", error)
            if not isinstance(error.__cause__, WorkflowAlreadyStartedError):
                self.away_until = time.monotonic() + LEFT_ALONE_S
            return
        case.steered = case.revision

    async def steer(self, session: AsyncSession, organisation: str, invoice_id: UUID) -> Mended:
        case = await store.lock_case(session, organisation, invoice_id)
        if case is None:
            return Mended.NOTHING
        async with patience():
            running = await find_running(self.temporal, organisation, invoice_id)
            faults.reached("steering: workflow seen, nothing done")
            mended = await (self._carry_on(session, case, running) if case.is_open else self._close(case, running))
        case.steered = case.revision
        return mended

    def _concerns(self, case: Case, before: Before) -> bool:
        """A case that was never opened may have a workflow all the same: of a transaction that failed to commit."""
        if not case.is_open and not before.revision:
            return True
        return not case.is_in_step and case.is_open != before.is_open

    async def _begin(self, case: Case, planner: Planner) -> None:
        contract = await planner.contract_of(case, self.now.clock)
        await self._start(case, contract, case.next_moment or self.now())

    async def _end(self, case: Case, before: Before) -> None:
        if not self._surely_sleeps(case, before):
            await self._close(case, await find_running(self.temporal, case.organisation, case.invoice_id))
            return
        await self._terminate(self.temporal.get_workflow_handle(dunning.workflow_id(case.invoice_id)), case)

    def _surely_sleeps(self, case: Case, before: Before) -> bool:
        """Since its start: nothing happened to the case but that it was opened."""
        if before.revision != 1 or before.next_moment is None or case.done:
            return False
        return self.now.clock.real_span(before.next_moment - self.now()) > SURELY_ASLEEP

    async def _carry_on(
        self, session: AsyncSession, case: Case, running: WorkflowExecutionDescription | None
    ) -> Mended:
        planner = Planner(session, case.organisation)
        contract = await planner.contract_of(case, self.now.clock)
        turn = await planner.next_turn(case, now=self.now())
        first_moment = next_moment_of(turn, now=self.now()) if turn else self.now()
        if running is None:
            return await self._start(case, contract, first_moment)
        if await running.memo_value("run", default=0) != case.run and not is_waiting(running):
            await self._let_end(running)
        if is_waiting(running):
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
        if not is_waiting(running):
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


def _fingerprint(contract: DunningCase) -> str:
    return hashlib.sha256(contract.model_dump_json().encode()).hexdigest()[:32]
