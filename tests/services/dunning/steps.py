"""A stand-in for the steps' activity: every step acts, and its decision goes into the real journal."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from temporalio import activity
from temporalio.client import Client
from temporalio.worker import Worker

from contracts import dunning
from contracts.dunning import Decision, StepTurn
from deploy.local.servers import TemporalServer
from tests.services.dunning.desk import Desk, a_record
from workflows import deployment
from workflows.client import connect
from workflows.dunning.workflow import DunInvoice
from workflows.settings import WorkerSettings


class StepsOfTheDesk:
    """For one invoice; a step of any other fails and is tried again, as long as its workflow runs."""

    def __init__(self, desk: Desk, invoice_id: UUID) -> None:
        self.desk = desk
        self.invoice_id = invoice_id
        self.steps: list[str] = []
        self.may_end = asyncio.Event()
        """Until it is set, a step that acted has not told the journal."""
        self.may_end.set()

    @activity.defn(name="carry_out")
    async def carry_out(self, turn: StepTurn) -> Decision:
        if turn.invoice_id != self.invoice_id:
            raise ValueError(f"invoice {turn.invoice_id} is of another test")
        record = a_record(turn, at=self.desk.time())
        self.steps.append(turn.planned.step.key)
        await self.may_end.wait()
        await self.desk.record(record)
        return record.decision


@asynccontextmanager
async def at_work(desk: Desk, server: TemporalServer, activities: StepsOfTheDesk) -> AsyncIterator[Client]:
    """The real workflow has a worker."""
    temporal = await connect(server.target, "default", lazy=False)
    settings = WorkerSettings(auth_jwks=str(desk.keys.jwks), signing_key=desk.keys.private)
    async with Worker(
        temporal,
        task_queue=dunning.TASK_QUEUE,
        workflows=[DunInvoice],
        activities=[activities.carry_out],
        deployment_config=deployment.config(settings),
    ):
        await deployment.become_current(temporal, settings, asyncio.Event())
        yield temporal
