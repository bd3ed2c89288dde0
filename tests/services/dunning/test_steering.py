"""Workflows follow their cases on a real Temporal server, whatever was heard in which order."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from temporalio.client import Client, WorkflowExecutionStatus

from chassis.clock import Now
from chassis.passing import TryAgain
from contracts import dunning
from contracts.clock import Clock
from contracts.dunning import ClosingReason
from contracts.receivable import Receivable
from deploy.local.ports import free_port
from deploy.local.servers import TemporalServer
from services.dunning.reconciliation.domain import Mended
from services.dunning.steering.running import RunningWorkflows
from services.dunning.steering.use_cases import Steering
from tests.services.dunning.desk import Desk, Time, a_receivable, later, settled
from tests.services.dunning.steering import described, due_in, signals, steered
from tests.services.dunning.steps import StepsOfTheDesk, at_work
from workflows.client import connect


async def test_an_open_case_has_a_workflow_that_sleeps_until_its_first_step(
    desk: Desk, steering: Steering, workflows: RunningWorkflows, temporal: Client
) -> None:
    receivable = a_receivable(due_date=due_in(30))
    await desk.take(receivable)
    assert await steered(desk, steering, receivable) is Mended.STARTED
    assert await steered(desk, steering, receivable) is Mended.NOTHING

    found = await described(temporal, receivable)
    case = await desk.case(receivable)
    assert found.status is WorkflowExecutionStatus.RUNNING
    assert found.execution_time is not None
    assert case.next_moment is not None
    assert abs(found.execution_time - case.next_moment) < timedelta(seconds=30)
    assert await found.memo_value("invoice") == "F-2026-00042"
    assert receivable.invoice_id in await until_listed(workflows, receivable)
    assert ("demo", receivable.invoice_id) in [each async for page in workflows.running_pages() for each in page]


async def until_listed(workflows: RunningWorkflows, receivable: Receivable) -> set[object]:
    async with asyncio.timeout(10):
        while receivable.invoice_id not in (found := await listed(workflows)):
            await asyncio.sleep(0.1)
    assert await workflows.running_of([receivable.invoice_id, uuid4()]) == {receivable.invoice_id}
    return {*found}


async def listed(workflows: RunningWorkflows) -> set[UUID]:
    return {invoice_id async for page in workflows.running_pages() for _, invoice_id in page}


async def test_a_case_that_closes_before_its_first_step_ends_its_workflow_without_a_task(
    desk: Desk, steering: Steering, temporal: Client
) -> None:
    receivable = a_receivable(due_date=due_in(30))
    await desk.take(receivable)
    await steered(desk, steering, receivable)
    await desk.take(settled(receivable))

    assert await steered(desk, steering, receivable) is Mended.CLOSED
    assert (await described(temporal, receivable)).status is WorkflowExecutionStatus.TERMINATED
    assert await steered(desk, steering, receivable) is Mended.NOTHING


async def test_a_case_that_closes_later_tells_its_workflow_why(
    desk: Desk, steering: Steering, temporal: Client
) -> None:
    receivable = a_receivable(due_date=due_in(-20))
    await desk.take(receivable)
    await steered(desk, steering, receivable)
    await desk.take(settled(receivable))

    assert await steered(desk, steering, receivable) is Mended.CLOSED
    assert await signals(temporal, receivable) == [("close", "settled")]


async def test_a_case_closed_before_its_workflow_was_started_starts_none(
    desk: Desk, steering: Steering, temporal: Client
) -> None:
    receivable = a_receivable(due_date=due_in(30))
    await desk.take(receivable, settled(receivable))

    assert await steered(desk, steering, receivable) is Mended.NOTHING


async def test_a_workflow_that_was_lost_is_started_again(desk: Desk, steering: Steering, temporal: Client) -> None:
    receivable = a_receivable(due_date=due_in(30))
    await desk.take(receivable)
    await steered(desk, steering, receivable)
    await temporal.get_workflow_handle(dunning.workflow_id(receivable.invoice_id)).terminate()

    assert await steered(desk, steering, receivable) is Mended.STARTED


async def test_a_payment_heard_while_the_workflow_is_being_started_leaves_none_running(
    desk: Desk, steering: Steering
) -> None:
    receivables = [a_receivable(due_date=due_in(30)) for _ in range(10)]
    await desk.take(*receivables)

    async def pay(receivable: Receivable) -> None:
        await desk.take(settled(receivable))
        await steered(desk, steering, receivable)

    await asyncio.gather(
        *(steered(desk, steering, receivable) for receivable in receivables), *(pay(each) for each in receivables)
    )

    assert [await steered(desk, steering, receivable) for receivable in receivables] == [Mended.NOTHING] * 10


async def test_on_a_fast_clock_the_workflow_sleeps_as_many_times_shorter(
    desk: Desk, steering: Steering, temporal: Client
) -> None:
    now = datetime.now(UTC)
    fast = Now(Clock(origin=now, started=now, speed=86_400))
    receivable = a_receivable(due_date=due_in(30))
    await desk.take(receivable)
    await steered(desk, Steering(temporal, fast), receivable)

    found = await described(temporal, receivable)
    assert found.execution_time is not None
    assert timedelta(seconds=25) < found.execution_time - now < timedelta(seconds=45)


async def test_a_case_that_nobody_knows_is_left_alone(desk: Desk, steering: Steering) -> None:
    async with desk.sessions() as session, session.begin():
        assert await steering.steer(session, "demo", uuid4()) is Mended.NOTHING


async def test_a_temporal_out_of_reach_is_waited_for(desk: Desk) -> None:
    receivable = a_receivable(due_date=due_in(30))
    await desk.take(receivable)
    nowhere = await connect(f"127.0.0.1:{free_port()}", "default")
    workflows = RunningWorkflows(nowhere)

    with pytest.raises(TryAgain):
        await steered(desk, Steering(nowhere, Time(datetime.now(UTC))), receivable)
    with pytest.raises(TryAgain):
        await listed(workflows)
    with pytest.raises(TryAgain):
        await workflows.running_of([receivable.invoice_id])


async def test_the_real_workflow_carries_a_case_to_its_end(
    desk: Desk, steering: Steering, temporal_server: TemporalServer
) -> None:
    receivable = a_receivable(due_date=due_in(-90))
    await desk.take(receivable)
    activities = StepsOfTheDesk(desk, receivable.invoice_id)
    async with at_work(desk, temporal_server, activities) as temporal:
        await steered(desk, steering, receivable)
        handle = temporal.get_workflow_handle(dunning.workflow_id(receivable.invoice_id), result_type=ClosingReason)
        async with asyncio.timeout(60):
            assert await handle.result() is ClosingReason.EXHAUSTED

    assert activities.steps == ["formal-notice"]
    case = await desk.case(receivable)
    assert case.closing_reason is ClosingReason.EXHAUSTED
    assert len(case.done) == 5
    assert await steered(desk, steering, receivable) is Mended.NOTHING


async def test_a_step_on_its_way_is_journalled_before_the_next_run_of_a_reopened_case_plans(
    desk: Desk, steering: Steering, temporal_server: TemporalServer
) -> None:
    receivable = a_receivable(due_date=due_in(-11))  # its first reminder is not put off beyond today by a weekend
    paid = settled(receivable)
    await desk.take(receivable)
    activities = StepsOfTheDesk(desk, receivable.invoice_id)
    activities.may_end.clear()
    async with at_work(desk, temporal_server, activities), asyncio.timeout(60):
        await steered(desk, steering, receivable)
        while not activities.steps:
            await asyncio.sleep(0.02)
        await desk.take(paid, later(paid, balance="1200.00", status="open"))

        with pytest.raises(TryAgain):
            await steered(desk, steering, receivable)
        activities.may_end.set()
        while True:
            try:
                mended = await steered(desk, steering, receivable)
            except TryAgain:
                await asyncio.sleep(0.02)
            else:
                break

    assert mended is Mended.STARTED
    assert activities.steps == ["first-reminder"]
    assert (await desk.contract(receivable)).done == ("first-reminder#1",)
    assert [each for each in await desk.journal(receivable) if each[0] == "carried_out"] == [("carried_out", "due")]
