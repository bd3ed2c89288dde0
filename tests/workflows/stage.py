"""Where a dunning case is played: the time-skipping server, a worker, and the world around the case."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from temporalio.client import WorkflowHandle
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from contracts import dunning
from contracts.clock import Clock
from contracts.dunning import CaseChange, ClosingReason, DunningCase
from contracts.scenario import ScenarioContent
from tests.support.tokens import Keys
from tests.workflows import histories
from tests.workflows.world import World, a_case, server_time
from workflows.dunning.activities import DunningActivities
from workflows.dunning.scenario import STANDARD
from workflows.dunning.workflow import DunInvoice

KIND = "dun_invoice"
DUE = date(2026, 1, 31)


@dataclass
class Case:
    """A case under way."""

    env: WorkflowEnvironment
    world: World
    handle: WorkflowHandle[DunInvoice, ClosingReason]
    worker: Worker

    async def on_day(self, days: int, hour: int = 12, minute: int = 0) -> None:
        """Let time pass until that many days after the due date, at that hour UTC."""
        moment = datetime.combine(DUE + timedelta(days=days), time(hour, minute), UTC)
        await self.env.sleep(self.world.case.clock.real(moment) - await self.env.get_current_time())
        await asyncio.sleep(0.1)

    async def close(self, reason: ClosingReason = ClosingReason.SETTLED) -> None:
        await self.handle.signal(DunInvoice.close, reason)

    async def change(self, change: CaseChange) -> None:
        self.world.case = change.applied_to(self.world.case)
        await self.handle.signal(DunInvoice.change, change)

    async def acted_on(self) -> list[str]:
        """The local days on which something was done."""
        return [f"{at:%m-%d %H:%M}" for at in self.world.acted_at.values()]


@dataclass
class Stage:
    env: WorkflowEnvironment
    keys: Keys
    stack: AsyncExitStack
    record_as: str | None = None
    cases: list[Case] = field(default_factory=list)

    async def start(
        self,
        *,
        on_day: int = -30,
        scenario: ScenarioContent = STANDARD,
        done: tuple[str, ...] = (),
        code: type[DunInvoice] = DunInvoice,
        **facts: object,
    ) -> Case:
        """A case that starts so many days after the due date (before it when negative), at 10:00 UTC.

        `code`: that of the worker which takes it up; `upgrade` has it go on with the code as it is.
        """
        origin = datetime.combine(DUE + timedelta(days=on_day), time(10), UTC)
        clock = Clock(origin=origin, started=await self.env.get_current_time())
        case = a_case(due=DUE.isoformat(), scenario=scenario, done=done, clock=clock)
        world = World(case, self.keys)
        for name, value in facts.items():
            setattr(world, name, value)
        return await self._begin(world, case, code)

    async def upgrade(self, case: Case) -> None:
        """Another worker takes the place of the one that began the case."""
        await case.worker.shutdown()
        case.worker = await self._worker(case.world, DunInvoice)

    async def _begin(self, world: World, case: DunningCase, code: type[DunInvoice]) -> Case:
        worker = await self._worker(world, code)
        handle = await self.env.client.start_workflow(
            DunInvoice.run, case, id=dunning.workflow_id(case.invoice_id), task_queue=worker.task_queue
        )
        self.cases.append(Case(self.env, world, handle, worker))
        return self.cases[-1]

    async def _worker(self, world: World, code: type[DunInvoice]) -> Worker:
        peer = world.peer()
        activities = DunningActivities(peer, peer, peer, now=server_time, at_once=16)
        is_of_today = code is DunInvoice
        worker = Worker(
            self.env.client,
            task_queue=str(world.case.invoice_id),
            workflows=[code],
            activities=[activities.carry_out],
            workflow_runner=SandboxedWorkflowRunner() if is_of_today else UnsandboxedWorkflowRunner(),
            max_cached_workflows=1000 if is_of_today else 0,  # what one that goes away has cached nobody would take up
        )
        return await self.stack.enter_async_context(worker)

    async def keep_histories(self) -> None:
        for number, case in enumerate(self.cases, start=1):
            if self.record_as:
                await histories.keep(case.handle, KIND, f"{self.record_as}-{number}")
