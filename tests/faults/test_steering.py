"""Workflows follow their cases, whatever dies or stands still between the case, the bus and Temporal."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowExecutionDescription, WorkflowExecutionStatus
from temporalio.service import RPCError

from contracts import dunning
from contracts.events import InvoiceIssued, InvoiceSettled
from contracts.receivable import Receivable
from contracts.topology import DUNNING_CASE, DUNNING_INVOICE
from deploy.local.launch import Launched
from tests.faults.ground import Ground
from tests.faults.processes import until
from tests.services.dunning.desk import Desk, a_receivable, later, settled
from workflows.client import connect

pytestmark = pytest.mark.slow

SEEN, PLANNED = "steering: workflow seen, nothing done", "steering: planned, not started"
STARTED = "dunning-case: handled, not committed"
TAKEN_IN = "dunning-invoice: handled, not committed"
RUNNING, TERMINATED = WorkflowExecutionStatus.RUNNING, WorkflowExecutionStatus.TERMINATED


@pytest.fixture
async def temporal(temporal_server: Launched, ground: Ground) -> Client:
    return await connect(ground.more["RELANCE_TEMPORAL_ADDRESS"], "default")


def due_in(days: int) -> Receivable:
    return a_receivable(due_date=(datetime.now(UTC).date() + timedelta(days=days)).isoformat())


async def described(temporal: Client, receivable: Receivable) -> WorkflowExecutionDescription | None:
    handle = temporal.get_workflow_handle(dunning.workflow_id(receivable.invoice_id))
    try:
        return await handle.describe()
    except RPCError:
        return None


async def is_(temporal: Client, receivable: Receivable, status: WorkflowExecutionStatus) -> bool:
    found = await described(temporal, receivable)
    return found is not None and found.status is status


async def runs(temporal: Client, receivable: Receivable) -> int:
    query = f"WorkflowId = '{dunning.workflow_id(receivable.invoice_id)}'"
    return (await temporal.count_workflows(query)).count


async def test_a_crash_after_the_start_of_the_workflow_starts_no_second_one(
    ground: Ground, desk: Desk, temporal: Client
) -> None:
    receivable = due_in(30)
    await desk.take(receivable)
    async with ground.start("dunning", "worker", at=STARTED) as worker:
        await worker.killed()
    first = await described(temporal, receivable)
    assert first is not None

    async with ground.start("dunning", "worker"):
        await ground.done(DUNNING_CASE)
    second = await described(temporal, receivable)
    assert second is not None
    assert (second.run_id, second.status) == (first.run_id, RUNNING)
    assert await runs(temporal, receivable) == 1


@pytest.mark.parametrize("is_paid_meanwhile", [False, True], ids=["still owed", "paid meanwhile"])
async def test_a_crash_between_the_start_of_the_workflow_and_the_row_of_its_case_leaves_neither_without_the_other(
    ground: Ground, temporal: Client, is_paid_meanwhile: bool
) -> None:
    receivable = due_in(30)
    await tell(ground, InvoiceIssued.type, receivable)
    async with ground.start("dunning", "worker", at=TAKEN_IN) as worker:
        await worker.killed()
    assert await is_(temporal, receivable, RUNNING)
    assert await ground.count("dunning", "select count(*) from cases") == 0

    if is_paid_meanwhile:
        await tell(ground, InvoiceSettled.type, settled(receivable))
    async with ground.start("dunning", "worker"):
        await until("its case is stored", lambda: ground.count("dunning", "select count(*) from cases"))
        await ground.done(DUNNING_INVOICE)
        await until("its events are heard", lambda: heard(ground))
        await ground.done(DUNNING_CASE)
        expected = TERMINATED if is_paid_meanwhile else RUNNING
        await until(f"the workflow is {expected.name}", lambda: is_(temporal, receivable, expected))
    assert await ground.count("dunning", "select count(*) from cases") == 1


async def tell(ground: Ground, subject: str, receivable: Receivable) -> None:
    await ground.bus.jetstream().publish(subject, receivable.model_dump_json().encode())


async def test_a_crash_before_the_start_of_the_workflow_is_mended_by_the_next_process(
    ground: Ground, desk: Desk, temporal: Client
) -> None:
    receivable = due_in(30)
    await desk.take(receivable)
    async with ground.start("dunning", "worker", at=PLANNED) as worker:
        await worker.killed()
    assert (await desk.case(receivable)).is_open
    assert await described(temporal, receivable) is None

    async with ground.start("dunning", "worker"):
        await until("the workflow runs", lambda: is_(temporal, receivable, RUNNING))


async def test_a_payment_reversed_while_its_case_is_being_closed_leaves_one_run_at_work(
    ground: Ground, desk: Desk, temporal: Client
) -> None:
    receivable = due_in(-20)
    paid = settled(receivable)
    await desk.take(receivable)
    async with ground.start("dunning", "worker"):
        await until("the workflow runs", lambda: is_(temporal, receivable, RUNNING))
        await ground.done(DUNNING_CASE)
    await desk.decide(receivable)
    await desk.take(paid)
    async with ground.start("dunning", "worker", at=SEEN, act="stop") as worker:
        await worker.stopped()
        reopening = asyncio.create_task(desk.take(later(paid, balance="1200.00", status="open")))
        await ground.someone_waits("dunning")
        await worker.kill()
        await reopening

    async with ground.start("dunning", "worker"):
        await until("its events are heard", lambda: heard(ground))
        await until("the first run is asked to close", lambda: signals(temporal, receivable))
        await temporal.get_workflow_handle(dunning.workflow_id(receivable.invoice_id)).terminate()  # no worker ends it
        await ground.done(DUNNING_CASE)
    found = await described(temporal, receivable)
    assert found is not None
    assert (found.status, await found.memo_value("run")) == (RUNNING, 2)
    assert await signals(temporal, receivable) == 0
    assert (await desk.contract(receivable)).done == ("first-reminder#1", "second-reminder#1")


async def test_a_reversal_that_comes_before_a_settlement_whose_worker_died_leaves_the_case_its_workflow(
    ground: Ground, desk: Desk, temporal: Client
) -> None:
    receivable = due_in(30)
    paid = settled(receivable)
    await desk.take(receivable)
    async with ground.start("dunning", "worker"):
        await until("the workflow runs", lambda: is_(temporal, receivable, RUNNING))
        await ground.done(DUNNING_CASE)
    await tell(ground, InvoiceSettled.type, paid)
    async with ground.start("dunning", "worker", at=TAKEN_IN) as worker:
        await worker.killed()
    assert await is_(temporal, receivable, TERMINATED)

    await desk.take(later(paid, balance="1200.00", status="open"))
    async with ground.start("dunning", "worker"):
        await ground.done(DUNNING_INVOICE)
        await until("its events are heard", lambda: heard(ground))
        await ground.done(DUNNING_CASE)
    found = await described(temporal, receivable)
    assert found is not None
    assert (found.status, await found.memo_value("run")) == (RUNNING, 2)


async def heard(ground: Ground) -> bool:
    return not await ground.count("dunning", "select count(*) from outbox")


async def signals(temporal: Client, receivable: Receivable) -> int:
    history = await temporal.get_workflow_handle(dunning.workflow_id(receivable.invoice_id)).fetch_history()
    return sum(event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED for event in history.events)


async def test_a_worker_that_stood_still_until_it_lost_its_lock_opens_nothing_that_was_closed_meanwhile(
    ground: Ground, desk: Desk, temporal: Client
) -> None:
    receivable = due_in(30)
    await desk.take(receivable)
    async with ground.start("dunning", "worker", at=PLANNED, act="stop") as worker:
        await worker.stopped()
        await lose_locks(desk)
        await desk.take(settled(receivable))
        worker.go_on()
        await until("the late start was taken back", lambda: is_(temporal, receivable, TERMINATED))
        await until("its events are heard", lambda: heard(ground))
        await ground.done(DUNNING_CASE)
    assert await is_(temporal, receivable, TERMINATED)


async def lose_locks(desk: Desk) -> None:
    """As PostgreSQL does by itself when a transaction was idle for a minute."""
    statement = (
        "select pg_terminate_backend(pid) from pg_stat_activity "
        "where datname = current_database() and state = 'idle in transaction' and pid <> pg_backend_pid()"
    )
    async with desk.sessions() as session:
        ended = (await session.connection()).execute(text(statement))
        assert (await ended).all()


async def test_an_invoice_paid_while_temporal_is_down_has_no_workflow_once_it_is_back(
    ground: Ground, desk: Desk, temporal: Client, temporal_server: Launched
) -> None:
    receivable = due_in(30)
    await desk.take(receivable)
    async with ground.start("dunning", "worker"):
        await until("the workflow runs", lambda: is_(temporal, receivable, RUNNING))
        temporal_server.kill()
        await desk.take(settled(receivable))
        await until("its events are heard", lambda: heard(ground))
        assert not await ground.is_done(DUNNING_CASE)
        await asyncio.to_thread(temporal_server.start_again)
        await until("the workflow ended", lambda: is_(temporal, receivable, TERMINATED))
        await ground.done(DUNNING_CASE)
