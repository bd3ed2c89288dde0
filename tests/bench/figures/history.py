"""What the server keeps, and bills, of an invoice that is paid in time and of one that is dunned to the end."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import uuid4

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowExecutionStatus, WorkflowHandle
from temporalio.service import RPCError

from chassis.clock import Now, real_now
from chassis.publish import publish
from contracts import dunning
from contracts.clock import Clock
from contracts.events import PaymentReceived
from deploy.local.catalogue import SERVICES
from deploy.local.seed import ORGANISATION
from tests.bench.figure import Bench, Figure, Line, Sample, Sides
from tests.bench.figures.office import Office
from tests.bench.ground import Ground, ground
from tests.bench.measure import at_most, no_more_than

DAY_S = 1.5
PATIENCE_S = 240.0
STEPS = 5
BILLED = {
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_STARTED: 1,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED: 1,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED: 1,
    EventType.EVENT_TYPE_TIMER_STARTED: 1,
}
"""Actions by event, but for those of activities; the end by hand counts too, since it is a call."""
PAID = {"history paid actions": 2.0}
DUNNED = {"history dunned actions": 1.0 + 2 * STEPS, "history dunned events": 60.0}
"""A start; a timer and an activity a step. Each timer takes 5 events with its workflow task, each activity 6."""

Handle = WorkflowHandle[object, object]


@asynccontextmanager
async def opened(bench: Bench) -> AsyncIterator[Sides]:
    clock = Clock(origin=real_now(), started=real_now(), speed=86_400 / DAY_S)
    processes = (*SERVICES, *(f"{name}-worker" for name in SERVICES), "workflows", "mailbox")
    async with ground(bench.directory, *processes, clock=clock) as on:
        office = Office(on)
        await office.opens()

        async def ours(_: int) -> Sample:
            paid, dunned = await _events(await _paid(on, office)), await _events(await _dunned(on, office, bench))
            return {
                "history paid actions": actions(paid),
                "history dunned actions": actions(dunned),
                "history dunned events": float(len(dunned)),
            }

        async def floor(_: int) -> Sample:
            return {**PAID, **DUNNED}

        yield Sides(ours, floor)


async def _paid(on: Ground, office: Office) -> Handle:
    due = (Now(on.stack.clock)() + timedelta(days=200)).date()
    (invoice,) = await office.issue([await office.customer()], due=due)
    handle = on.temporal.get_workflow_handle(dunning.workflow_id(invoice["id"]))
    await _until(handle, WorkflowExecutionStatus.RUNNING)
    payment = PaymentReceived.model_validate(
        PaymentReceived.example
        | {
            "organisation": ORGANISATION,
            "payment_id": f"bench-{uuid4()}",
            "amount": "1200.00",
            "invoice_number": invoice["number"],
        }
    )
    await publish(on.js, payment, identity=payment.payment_id, source="urn:bench", at=real_now())
    await _until(handle, WorkflowExecutionStatus.TERMINATED)
    return handle


async def _dunned(on: Ground, office: Office, bench: Bench) -> Handle:
    due = Now(on.stack.clock)().date()
    (invoice,) = await office.issue([await office.customer()], due=due)
    bench.tell(f"dunning {invoice['number']} for sixty days of {DAY_S} s")
    handle = on.temporal.get_workflow_handle(dunning.workflow_id(invoice["id"]))
    await _until(handle, WorkflowExecutionStatus.COMPLETED)
    return handle


async def _until(handle: Handle, status: WorkflowExecutionStatus) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while await _status(handle) is not status:
            await asyncio.sleep(0.2)


async def _status(handle: Handle) -> WorkflowExecutionStatus | None:
    try:
        return (await handle.describe()).status
    except RPCError:
        return None


async def _events(handle: Handle) -> Sequence[HistoryEvent]:
    """Of the latest run."""
    return [event async for event in handle.fetch_history_events()]


def actions(events: Sequence[HistoryEvent]) -> float:
    """Each attempt at an activity is one: the server writes one event for all, with the number of the last."""
    attempts = sum(event.activity_task_started_event_attributes.attempt for event in events)
    return float(attempts + sum(BILLED.get(event.event_type, 0) for event in events))


HISTORY = Figure(
    name="history",
    lines=(
        Line("history paid actions", "actions", at_most(1)),
        Line("history dunned actions", "actions", at_most(1)),
        Line("history dunned events", "events", no_more_than(60, "events")),
    ),
    floor=(
        "counted, not run: a start and an end for an invoice paid in time; a start, and one timer and one activity for"
        " each of five steps. It leaves out every step that is put off and every signal."
    ),
    opened=opened,
    most_rounds=1,
)
