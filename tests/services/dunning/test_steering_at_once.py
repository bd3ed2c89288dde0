"""A case and its workflow change in one transaction; the event of the case is the safety net."""

import time
from datetime import UTC, datetime

import pytest
from sqlmodel import col, select
from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHandle

from chassis.outbox import OutboxMessage
from chassis.passing import TryAgain
from contracts import dunning
from contracts.events import CaseChanged, CaseOpened, InvoiceIssued, InvoiceSettled
from contracts.events.billing import InvoiceEvent
from contracts.receivable import Receivable, ReceivableStatus
from deploy.local.ports import free_port
from services.dunning.handlers import FollowInvoice, SteerWorkflow
from services.dunning.reconciliation.domain import Mended
from services.dunning.steering.use_cases import Steering
from tests.services.dunning.desk import Desk, a_receivable, later, settled
from tests.services.dunning.steering import described, due_in, signals, steered
from workflows.client import connect


async def at_once(desk: Desk, steering: Steering, receivable: Receivable) -> None:
    """As the event of the invoice does it: the case and its workflow in one transaction."""
    async with desk.sessions() as session, session.begin():
        await FollowInvoice(desk.time, steering)(_event_of(receivable), session)


def _event_of(receivable: Receivable) -> InvoiceEvent:
    kind = InvoiceIssued if receivable.status is ReceivableStatus.OPEN else InvoiceSettled
    return kind.model_validate(receivable.model_dump(mode="json"))


async def told(desk: Desk, steering: Steering, receivable: Receivable) -> None:
    """The case's own event comes."""
    steer = SteerWorkflow(steering)
    event = CaseChanged.model_validate(CaseChanged.example | {"invoice_id": str(receivable.invoice_id)})
    async with desk.sessions() as session:
        if not await steer.is_needed(event, session):
            return
    async with desk.sessions() as session, session.begin():
        await steer(event, session)


async def test_a_case_is_steered_in_the_transaction_that_opens_or_closes_it_and_its_event_finds_nothing_to_do(
    desk: Desk, steering: Steering, temporal: Client
) -> None:
    receivable = a_receivable(due_date=due_in(30))
    await at_once(desk, steering, receivable)
    opened = await described(temporal, receivable)
    assert opened.status is WorkflowExecutionStatus.RUNNING
    assert (await desk.case(receivable)).is_in_step

    await opened_by_hand(temporal, receivable).terminate()
    await told(desk, steering, receivable)
    assert (await described(temporal, receivable)).run_id == opened.run_id, "the event looked though all was in step"

    await steered(desk, steering, receivable)
    await at_once(desk, steering, settled(receivable))
    assert (await described(temporal, receivable)).status is WorkflowExecutionStatus.TERMINATED
    assert (await desk.case(receivable)).is_in_step


async def test_what_is_told_of_an_opened_case_says_whether_its_workflow_was_started_with_it(
    desk: Desk, steering: Steering
) -> None:
    desk.time.at = datetime.now(UTC)
    nowhere = Steering(await connect(f"127.0.0.1:{free_port()}", "default"), desk.time)
    for way, was_told in ((steering, True), (nowhere, False)):
        receivable = a_receivable(due_date=due_in(30))
        await at_once(desk, way, receivable)
        async with desk.sessions() as session:
            bodies = await session.exec(select(OutboxMessage.body).where(col(OutboxMessage.subject) == CaseOpened.type))
            told = [CaseOpened.model_validate_json(body) for body in bodies]
        (event,) = (each for each in told if each.invoice_id == receivable.invoice_id)
        assert event.workflow_told is was_told
        async with desk.sessions() as session:
            assert await SteerWorkflow(steering).is_needed(event, session) is not was_told


def opened_by_hand(temporal: Client, receivable: Receivable) -> WorkflowHandle[object, object]:
    return temporal.get_workflow_handle(dunning.workflow_id(receivable.invoice_id))


async def test_a_workflow_that_may_be_at_work_is_asked_to_end_and_not_cut_short(
    desk: Desk, steering: Steering, temporal: Client
) -> None:
    receivable = a_receivable(due_date=due_in(-20))
    await at_once(desk, steering, receivable)
    await at_once(desk, steering, settled(receivable))

    assert (await described(temporal, receivable)).status is WorkflowExecutionStatus.RUNNING
    assert await signals(temporal, receivable) == [("close", "settled")]


async def test_a_transaction_that_fails_after_the_start_is_made_good_when_its_message_comes_again(
    desk: Desk, steering: Steering, temporal: Client
) -> None:
    receivable = a_receivable(due_date=due_in(30))
    with pytest.raises(ZeroDivisionError):
        async with desk.sessions() as session, session.begin():
            await FollowInvoice(desk.time, steering)(_event_of(receivable), session)
            raise ZeroDivisionError
    assert (await described(temporal, receivable)).status is WorkflowExecutionStatus.RUNNING

    await at_once(desk, steering, receivable)
    assert not (await desk.case(receivable)).is_in_step, "a workflow of another case's input runs: its event looks"
    await told(desk, steering, receivable)

    assert (await desk.case(receivable)).is_in_step
    assert await steered(desk, steering, receivable) is Mended.NOTHING


async def test_an_end_whose_transaction_failed_and_that_is_undone_before_it_comes_again_leaves_no_case_alone(
    desk: Desk, steering: Steering, temporal: Client
) -> None:
    receivable = a_receivable(due_date=due_in(-20))
    paid = settled(receivable)
    await at_once(desk, steering, receivable)
    with pytest.raises(ZeroDivisionError):
        async with desk.sessions() as session, session.begin():
            await FollowInvoice(desk.time, steering)(_event_of(paid), session)
            raise ZeroDivisionError
    assert await signals(temporal, receivable) == [("close", "settled")]

    await at_once(desk, steering, later(paid, balance="1200.00", status="open"))
    await at_once(desk, steering, paid)
    with pytest.raises(TryAgain, match="the run before has not ended"):
        await told(desk, steering, receivable)
    await opened_by_hand(temporal, receivable).terminate()  # as the workflow ends when it is asked to
    await told(desk, steering, receivable)

    found = await described(temporal, receivable)
    assert (found.status, await found.memo_value("run")) == (WorkflowExecutionStatus.RUNNING, 2)


async def test_a_start_whose_transaction_failed_leaves_no_workflow_to_a_case_that_is_never_opened(
    desk: Desk, steering: Steering, temporal: Client
) -> None:
    receivable = a_receivable(due_date=due_in(30))
    with pytest.raises(ZeroDivisionError):
        async with desk.sessions() as session, session.begin():
            await FollowInvoice(desk.time, steering)(_event_of(receivable), session)
            raise ZeroDivisionError

    await at_once(desk, steering, settled(receivable))

    assert not (await desk.case(receivable)).is_open
    assert (await described(temporal, receivable)).status is WorkflowExecutionStatus.TERMINATED


async def test_a_temporal_out_of_reach_keeps_no_case_from_being_stored(desk: Desk, steering: Steering) -> None:
    desk.time.at = datetime.now(UTC)
    nowhere = Steering(await connect(f"127.0.0.1:{free_port()}", "default"), desk.time)
    receivables = [a_receivable(due_date=due_in(30)) for _ in range(3)]
    began = time.monotonic()
    for receivable in receivables:
        await at_once(desk, nowhere, receivable)

    assert [(await desk.case(each)).is_open for each in receivables] == [True] * 3
    assert time.monotonic() - began < 10, "each of them waited for a server that is known to be away"
    await told(desk, steering, receivables[0])
    assert (await desk.case(receivables[0])).is_in_step
