"""The floor's way to start the workflow of an invoice: one call, and nothing around it."""

import asyncio
from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID, uuid4

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from chassis.clock import real_now
from contracts import dunning
from contracts.clock import Clock
from contracts.dunning import DunningCase
from contracts.scenario import Calendar, Scenario
from deploy.local.seed import ORGANISATION
from tests.bench.ground import Ground
from workflows.dunning.scenario import STANDARD

AT_ONCE = 64


async def bare_client(ground: Ground) -> Client:
    """Without the tracing that ours carries."""
    return await Client.connect(ground.stack.servers.temporal.target, data_converter=pydantic_data_converter)


async def start_all(client: Client, invoices: Sequence[UUID], *, delay: timedelta | None, due: date) -> None:
    """64 at once; the same input as ours, so that the server keeps the same bytes."""
    waiting = iter(invoices)

    async def starter() -> None:
        for invoice_id in waiting:
            await client.start_workflow(
                dunning.WORKFLOW,
                a_case(invoice_id, due),
                id=dunning.workflow_id(invoice_id),
                task_queue=dunning.TASK_QUEUE,
                start_delay=delay,
            )

    await asyncio.gather(*(starter() for _ in range(AT_ONCE)))


def a_case(invoice_id: UUID, due: date) -> DunningCase:
    return DunningCase(
        case_id=uuid4(),
        organisation=ORGANISATION,
        invoice_id=invoice_id,
        customer_id=uuid4(),
        due_date=due,
        scenario=Scenario(version=1, **dict(STANDARD)),
        calendar=Calendar(),
        clock=Clock(),
    )


def in_a_month() -> date:
    return real_now().date() + timedelta(days=30)
