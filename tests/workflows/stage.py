"""Where a dunning case is played: the time-skipping server, a worker, and the world around the case."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from temporalio.client import WorkflowHandle
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

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

    async def on_day(self, days: int, hour: int = 12) -> None:
        """Let time pass until that many days after the due date, at that hour UTC."""
        moment = datetime.combine(DUE + timedelta(days=days), time(hour), UTC)
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
        **facts: object,
    ) -> Case:
        """A case that starts so many days after the due date (before it when negative), at 10:00 UTC."""
        origin = datetime.combine(DUE + timedelta(days=on_day), time(10), UTC)
        clock = Clock(origin=origin, started=await self.env.get_current_time())
        case = a_case(due=DUE.isoformat(), scenario=scenario, done=done, clock=clock)
        world = World(case, self.keys)
        for name, value in facts.items():
            setattr(world, name, value)
        return await self._begin(world, case)

    async def _begin(self, world: World, case: DunningCase) -> Case:
        peer = world.peer()
        activities = DunningActivities(peer, peer, peer, now=server_time)
        queue = str(case.invoice_id)
        worker = Worker(
            self.env.client,
            task_queue=queue,
            workflows=[DunInvoice],
            activities=[activities.carry_out],
        )
        await self.stack.enter_async_context(worker)
        handle = await self.env.client.start_workflow(
            DunInvoice.run, case, id=dunning.workflow_id(case.invoice_id), task_queue=queue
        )
        self.cases.append(Case(self.env, world, handle))
        return self.cases[-1]

    async def keep_histories(self) -> None:
        for number, case in enumerate(self.cases, start=1):
            if self.record_as:
                await histories.keep(case.handle, KIND, f"{self.record_as}-{number}")
