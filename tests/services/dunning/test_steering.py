"""Workflows follow their cases on a real Temporal server, whatever was heard in which order."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowExecutionDescription, WorkflowExecutionStatus, WorkflowHandle
from temporalio.service import RPCError
from temporalio.worker import Worker

from chassis.bus import TryAgain
from chassis.clock import Now
from contracts import dunning
from contracts.clock import Clock
from contracts.dunning import CaseChange, ClosingReason
from contracts.events import CaseChanged, InvoiceIssued, InvoiceSettled
from contracts.events.billing import InvoiceEvent
from contracts.receivable import Receivable, ReceivableStatus
from deploy.local.ports import free_port
from deploy.local.servers import TemporalServer
from services.dunning.handlers import FollowInvoice, SteerWorkflow
from services.dunning.reconciliation.domain import Mended
from tests.services.dunning.desk import Desk, Time, a_receivable, later, settled
from tests.services.dunning.steps import StepsOfTheDesk
from workflows import deployment
from workflows.client import connect
from workflows.dunning.workflow import DunInvoice
from workflows.settings import WorkerSettings


@pytest.fixture
async def temporal(temporal_server: TemporalServer) -> Client:
    return await connect(temporal_server.target, "default")


@pytest.fixture
async def steer(temporal: Client, desk: Desk) -> AsyncIterator[SteerWorkflow]:
    """Business time is real time here, since Temporal's is. What a test leaves running ends with it."""
    desk.time.at = datetime.now(UTC)
    steer = SteerWorkflow(temporal, desk.time)
    yield steer
    for invoice_id in await steer.running():
        with suppress(RPCError):  # the list lags by a moment
            await temporal.get_workflow_handle(dunning.workflow_id(invoice_id)).terminate()


async def steered(desk: Desk, steer: SteerWorkflow, receivable: Receivable) -> Mended:
    async with desk.sessions() as session, session.begin():
        return await steer.steer(session, receivable.organisation, receivable.invoice_id)


async def described(temporal: Client, receivable: Receivable) -> WorkflowExecutionDescription:
    return await temporal.get_workflow_handle(dunning.workflow_id(receivable.invoice_id)).describe()


async def signals(temporal: Client, receivable: Receivable) -> list[tuple[str, CaseChange | str]]:
    """Those of the latest run, in order."""
    handle = temporal.get_workflow_handle(dunning.workflow_id(receivable.invoice_id))
    found: list[tuple[str, CaseChange | str]] = []
    async for event in handle.fetch_history_events():
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED:
            attributes = event.workflow_execution_signaled_event_attributes
            kind = CaseChange if attributes.signal_name == dunning.CHANGE_SIGNAL else str
            (value,) = await temporal.data_converter.decode(attributes.input.payloads, [kind])
            found.append((attributes.signal_name, value))
    return found


def due_in(days: int) -> str:
    return (datetime.now(UTC).date() + timedelta(days=days)).isoformat()


async def test_an_open_case_has_a_workflow_that_sleeps_until_its_first_step(
    desk: Desk, steer: SteerWorkflow, temporal: Client
) -> None:
    receivable = a_receivable(due_date=due_in(30))
    await desk.take(receivable)
    assert await steered(desk, steer, receivable) is Mended.STARTED
    assert await steered(desk, steer, receivable) is Mended.NOTHING

    found = await described(temporal, receivable)
    case = await desk.case(receivable)
    assert found.status is WorkflowExecutionStatus.RUNNING
    assert found.execution_time is not None
    assert case.next_moment is not None
    assert abs(found.execution_time - case.next_moment) < timedelta(seconds=30)
    assert await found.memo_value("invoice") == "F-2026-00042"
    assert receivable.invoice_id in await until_listed(steer, receivable)


async def until_listed(steer: SteerWorkflow, receivable: Receivable) -> set[object]:
    async with asyncio.timeout(10):
        while receivable.invoice_id not in (found := await steer.running()):
            await asyncio.sleep(0.1)
    return {*found}


async def test_a_case_that_closes_before_its_first_step_ends_its_workflow_without_a_task(
    desk: Desk, steer: SteerWorkflow, temporal: Client
) -> None:
    receivable = a_receivable(due_date=due_in(30))
    await desk.take(receivable)
    await steered(desk, steer, receivable)
    await desk.take(settled(receivable))

    assert await steered(desk, steer, receivable) is Mended.CLOSED
    assert (await described(temporal, receivable)).status is WorkflowExecutionStatus.TERMINATED
    assert await steered(desk, steer, receivable) is Mended.NOTHING


async def test_a_case_that_closes_later_tells_its_workflow_why(
    desk: Desk, steer: SteerWorkflow, temporal: Client
) -> None:
    receivable = a_receivable(due_date=due_in(-20))
    await desk.take(receivable)
    await steered(desk, steer, receivable)
    await desk.take(settled(receivable))

    assert await steered(desk, steer, receivable) is Mended.CLOSED
    assert await signals(temporal, receivable) == [("close", "settled")]


async def test_a_case_closed_before_its_workflow_was_started_starts_none(
    desk: Desk, steer: SteerWorkflow, temporal: Client
) -> None:
    receivable = a_receivable(due_date=due_in(30))
    await desk.take(receivable, settled(receivable))

    assert await steered(desk, steer, receivable) is Mended.NOTHING


async def test_a_due_date_moved_before_the_first_step_starts_the_workflow_anew(
    desk: Desk, steer: SteerWorkflow, temporal: Client
) -> None:
    receivable = a_receivable(due_date=due_in(30))
    await desk.take(receivable)
    await steered(desk, steer, receivable)
    before = await described(temporal, receivable)
    await desk.take(later(receivable, due_date=due_in(90)))

    assert await steered(desk, steer, receivable) is Mended.STARTED
    after = await described(temporal, receivable)
    assert after.run_id != before.run_id
    assert after.execution_time is not None
    assert before.execution_time is not None
    assert after.execution_time - before.execution_time > timedelta(days=50)


async def test_a_due_date_moved_after_the_first_step_is_told_to_the_workflow(
    desk: Desk, steer: SteerWorkflow, temporal: Client
) -> None:
    receivable = a_receivable(due_date=due_in(-20))
    await desk.take(receivable)
    await steered(desk, steer, receivable)
    moved = later(receivable, due_date=due_in(-10))
    await desk.take(moved)

    assert await steered(desk, steer, receivable) is Mended.CHANGED
    ((name, change),) = await signals(temporal, receivable)
    assert isinstance(change, CaseChange)
    assert (name, change.due_date) == ("change", moved.due_date)
    assert change.scenario is not None
    assert change.scenario.version == 1


async def test_a_reopened_case_has_a_new_run_even_while_the_first_is_still_closing(
    desk: Desk, steer: SteerWorkflow, temporal: Client
) -> None:
    receivable = a_receivable(due_date=due_in(-20))
    await desk.take(receivable)
    await steered(desk, steer, receivable)
    await desk.decide(receivable)
    first = await described(temporal, receivable)
    paid = settled(receivable)
    await desk.take(paid)
    await steered(desk, steer, receivable)
    assert (await described(temporal, receivable)).status is WorkflowExecutionStatus.RUNNING  # no worker closes it
    await desk.take(later(paid, balance="1200.00", status="open"))

    assert await steered(desk, steer, receivable) is Mended.STARTED
    second = await described(temporal, receivable)
    assert (second.status, await second.memo_value("run")) == (WorkflowExecutionStatus.RUNNING, 2)
    assert second.run_id != first.run_id
    assert await signals(temporal, receivable) == []
    assert (await desk.contract(receivable)).done == ("first-reminder#1", "second-reminder#1")


async def test_a_paused_case_leaves_a_sleeping_workflow_asleep_and_tells_one_that_is_awake(
    desk: Desk, steer: SteerWorkflow, temporal: Client
) -> None:
    asleep, awake = a_receivable(due_date=due_in(30)), a_receivable(due_date=due_in(-20))
    for receivable in (asleep, awake):
        await desk.take(receivable)
        await steered(desk, steer, receivable)
        await desk.send("POST", f"/cases/{receivable.invoice_id}/pause", {"kind": "disputed"})

    assert await steered(desk, steer, asleep) is Mended.NOTHING
    assert await steered(desk, steer, awake) is Mended.CHANGED
    assert [name for name, _ in await signals(temporal, awake)] == ["change"]


async def test_a_workflow_that_was_lost_is_started_again(desk: Desk, steer: SteerWorkflow, temporal: Client) -> None:
    receivable = a_receivable(due_date=due_in(30))
    await desk.take(receivable)
    await steered(desk, steer, receivable)
    await temporal.get_workflow_handle(dunning.workflow_id(receivable.invoice_id)).terminate()

    assert await steered(desk, steer, receivable) is Mended.STARTED


async def test_a_payment_heard_while_the_workflow_is_being_started_leaves_none_running(
    desk: Desk, steer: SteerWorkflow
) -> None:
    receivables = [a_receivable(due_date=due_in(30)) for _ in range(10)]
    await desk.take(*receivables)

    async def pay(receivable: Receivable) -> None:
        await desk.take(settled(receivable))
        await steered(desk, steer, receivable)

    await asyncio.gather(
        *(steered(desk, steer, receivable) for receivable in receivables), *(pay(each) for each in receivables)
    )

    assert [await steered(desk, steer, receivable) for receivable in receivables] == [Mended.NOTHING] * 10


async def test_a_step_asked_for_wakes_a_workflow_that_sleeps_and_one_that_waits(
    desk: Desk, steer: SteerWorkflow, temporal: Client
) -> None:
    receivable = a_receivable(due_date=due_in(30))
    await desk.take(receivable)
    await steered(desk, steer, receivable)
    await desk.send("POST", f"/cases/{receivable.invoice_id}/run", {"step": "call"}, status=202)

    assert await steered(desk, steer, receivable) is Mended.STARTED
    found = await described(temporal, receivable)
    assert found.execution_time is not None
    assert found.execution_time <= datetime.now(UTC)

    await desk.send("POST", f"/cases/{receivable.invoice_id}/skip", {"step": "first-reminder", "note": "by phone"})
    assert await steered(desk, steer, receivable) is Mended.CHANGED
    (_, change) = (await signals(temporal, receivable))[-1]
    assert isinstance(change, CaseChange)
    assert (change.asked, change.done) == (("call#1",), ("first-reminder#1",))


async def test_on_a_fast_clock_the_workflow_sleeps_as_many_times_shorter(
    desk: Desk, steer: SteerWorkflow, temporal: Client
) -> None:
    now = datetime.now(UTC)
    fast = Now(Clock(origin=now, started=now, speed=86_400))
    receivable = a_receivable(due_date=due_in(30))
    await desk.take(receivable)
    await steered(desk, SteerWorkflow(temporal, fast), receivable)

    found = await described(temporal, receivable)
    assert found.execution_time is not None
    assert timedelta(seconds=25) < found.execution_time - now < timedelta(seconds=45)


async def test_a_case_that_nobody_knows_is_left_alone(desk: Desk, steer: SteerWorkflow) -> None:
    async with desk.sessions() as session, session.begin():
        assert await steer.steer(session, "demo", uuid4()) is Mended.NOTHING


async def test_a_temporal_out_of_reach_is_waited_for(desk: Desk) -> None:
    receivable = a_receivable(due_date=due_in(30))
    await desk.take(receivable)
    nowhere = SteerWorkflow(await connect(f"127.0.0.1:{free_port()}", "default"), Time(datetime.now(UTC)))

    with pytest.raises(TryAgain):
        await steered(desk, nowhere, receivable)
    with pytest.raises(TryAgain):
        await nowhere.running()


async def test_the_real_workflow_carries_a_case_to_its_end(
    desk: Desk, steer: SteerWorkflow, temporal_server: TemporalServer
) -> None:
    temporal = await connect(temporal_server.target, "default", lazy=False)
    settings = WorkerSettings(auth_jwks=str(desk.keys.jwks), signing_key=desk.keys.private)
    await deployment.make_current(temporal, settings)
    receivable = a_receivable(due_date=due_in(-90))
    await desk.take(receivable)
    activities = StepsOfTheDesk(desk, receivable.invoice_id)
    async with Worker(
        temporal,
        task_queue=dunning.TASK_QUEUE,
        workflows=[DunInvoice],
        activities=[activities.carry_out],
        deployment_config=deployment.config(settings),
    ):
        await steered(desk, steer, receivable)
        handle = temporal.get_workflow_handle(dunning.workflow_id(receivable.invoice_id), result_type=ClosingReason)
        async with asyncio.timeout(60):
            assert await handle.result() is ClosingReason.EXHAUSTED

    assert activities.steps == ["formal-notice"]
    case = await desk.case(receivable)
    assert case.closing_reason is ClosingReason.EXHAUSTED
    assert len(case.done) == 5
    assert await steered(desk, steer, receivable) is Mended.NOTHING


async def at_once(desk: Desk, steer: SteerWorkflow, receivable: Receivable) -> None:
    """As the event of the invoice does it: the case and its workflow in one transaction."""
    async with desk.sessions() as session, session.begin():
        await FollowInvoice(desk.time, steer)(_event_of(receivable), session)


def _event_of(receivable: Receivable) -> InvoiceEvent:
    kind = InvoiceIssued if receivable.status is ReceivableStatus.OPEN else InvoiceSettled
    return kind.model_validate(receivable.model_dump(mode="json"))


async def told(desk: Desk, steer: SteerWorkflow, receivable: Receivable) -> None:
    """The case's own event comes."""
    event = CaseChanged.model_validate(CaseChanged.example | {"invoice_id": str(receivable.invoice_id)})
    async with desk.sessions() as session, session.begin():
        await steer(event, session)


async def test_a_case_is_steered_in_the_transaction_that_opens_or_closes_it_and_its_event_finds_nothing_to_do(
    desk: Desk, steer: SteerWorkflow, temporal: Client
) -> None:
    receivable = a_receivable(due_date=due_in(30))
    await at_once(desk, steer, receivable)
    opened = await described(temporal, receivable)
    assert opened.status is WorkflowExecutionStatus.RUNNING
    assert (await desk.case(receivable)).is_in_step

    await opened_by_hand(temporal, receivable).terminate()
    await told(desk, steer, receivable)
    assert (await described(temporal, receivable)).run_id == opened.run_id, "the event looked though all was in step"

    await steered(desk, steer, receivable)
    await at_once(desk, steer, settled(receivable))
    assert (await described(temporal, receivable)).status is WorkflowExecutionStatus.TERMINATED
    assert (await desk.case(receivable)).is_in_step


def opened_by_hand(temporal: Client, receivable: Receivable) -> WorkflowHandle[object, object]:
    return temporal.get_workflow_handle(dunning.workflow_id(receivable.invoice_id))


async def test_a_workflow_that_may_be_at_work_is_asked_to_end_and_not_cut_short(
    desk: Desk, steer: SteerWorkflow, temporal: Client
) -> None:
    receivable = a_receivable(due_date=due_in(-20))
    await at_once(desk, steer, receivable)
    await at_once(desk, steer, settled(receivable))

    assert (await described(temporal, receivable)).status is WorkflowExecutionStatus.RUNNING
    assert await signals(temporal, receivable) == [("close", "settled")]


async def test_a_transaction_that_fails_after_the_start_is_made_good_when_its_message_comes_again(
    desk: Desk, steer: SteerWorkflow, temporal: Client
) -> None:
    receivable = a_receivable(due_date=due_in(30))
    with pytest.raises(ZeroDivisionError):
        async with desk.sessions() as session, session.begin():
            await FollowInvoice(desk.time, steer)(_event_of(receivable), session)
            raise ZeroDivisionError
    assert (await described(temporal, receivable)).status is WorkflowExecutionStatus.RUNNING

    await at_once(desk, steer, receivable)
    assert not (await desk.case(receivable)).is_in_step, "a workflow of another case's input runs: its event looks"
    await told(desk, steer, receivable)

    assert (await desk.case(receivable)).is_in_step
    assert await steered(desk, steer, receivable) is Mended.NOTHING


async def test_a_start_whose_transaction_failed_leaves_no_workflow_to_a_case_that_is_never_opened(
    desk: Desk, steer: SteerWorkflow, temporal: Client
) -> None:
    receivable = a_receivable(due_date=due_in(30))
    with pytest.raises(ZeroDivisionError):
        async with desk.sessions() as session, session.begin():
            await FollowInvoice(desk.time, steer)(_event_of(receivable), session)
            raise ZeroDivisionError

    await at_once(desk, steer, settled(receivable))

    assert not (await desk.case(receivable)).is_open
    assert (await described(temporal, receivable)).status is WorkflowExecutionStatus.TERMINATED


async def test_a_temporal_out_of_reach_keeps_no_case_from_being_stored(desk: Desk, steer: SteerWorkflow) -> None:
    desk.time.at = datetime.now(UTC)
    nowhere = SteerWorkflow(await connect(f"127.0.0.1:{free_port()}", "default"), desk.time)
    receivables = [a_receivable(due_date=due_in(30)) for _ in range(3)]
    began = time.monotonic()
    for receivable in receivables:
        await at_once(desk, nowhere, receivable)

    assert [(await desk.case(each)).is_open for each in receivables] == [True] * 3
    assert time.monotonic() - began < 10, "each of them waited for a server that is known to be away"
    await told(desk, steer, receivables[0])
    assert (await desk.case(receivables[0])).is_in_step
