"""What changes in an open case reaches its workflow on a real Temporal server."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from temporalio.client import Client, WorkflowExecutionStatus

from chassis.passing import TryAgain
from contracts.dunning import CaseChange
from services.dunning.reconciliation.domain import Findings, Mended
from services.dunning.reconciliation.use_cases import Reconciler
from services.dunning.steering.running import RunningWorkflows
from services.dunning.steering.use_cases import Steering
from tests.services.dunning.desk import Desk, a_receivable, later, settled
from tests.services.dunning.ledger import Ledger
from tests.services.dunning.steering import described, due_in, signals, steered
from tests.support.tokens import Keys


async def test_a_due_date_moved_before_the_first_step_starts_the_workflow_anew(
    desk: Desk, steering: Steering, temporal: Client
) -> None:
    receivable = a_receivable(due_date=due_in(30))
    await desk.take(receivable)
    await steered(desk, steering, receivable)
    before = await described(temporal, receivable)
    await desk.take(later(receivable, due_date=due_in(90)))

    assert await steered(desk, steering, receivable) is Mended.STARTED
    after = await described(temporal, receivable)
    assert after.run_id != before.run_id
    assert after.execution_time is not None
    assert before.execution_time is not None
    assert after.execution_time - before.execution_time > timedelta(days=50)


async def test_a_due_date_moved_after_the_first_step_is_told_to_the_workflow(
    desk: Desk, steering: Steering, temporal: Client
) -> None:
    receivable = a_receivable(due_date=due_in(-20))
    await desk.take(receivable)
    await steered(desk, steering, receivable)
    moved = later(receivable, due_date=due_in(-10))
    await desk.take(moved)

    assert await steered(desk, steering, receivable) is Mended.CHANGED
    ((name, change),) = await signals(temporal, receivable)
    assert isinstance(change, CaseChange)
    assert (name, change.due_date) == ("change", moved.due_date)
    assert change.scenario is not None
    assert change.scenario.version == 1


async def test_a_reopened_case_has_a_new_run_once_the_first_has_ended(
    desk: Desk, steering: Steering, temporal: Client
) -> None:
    receivable = a_receivable(due_date=due_in(-20))
    await desk.take(receivable)
    await steered(desk, steering, receivable)
    await desk.decide(receivable)
    first = await described(temporal, receivable)
    paid = settled(receivable)
    await desk.take(paid, later(paid, balance="1200.00", status="open"))

    with pytest.raises(TryAgain):  # no worker ends it
        await steered(desk, steering, receivable)
    assert await signals(temporal, receivable) == [("close", "settled")]
    assert (await described(temporal, receivable)).run_id == first.run_id

    await temporal.get_workflow_handle(first.id, run_id=first.run_id).terminate()
    assert await steered(desk, steering, receivable) is Mended.STARTED
    second = await described(temporal, receivable)
    assert (second.status, await second.memo_value("run")) == (WorkflowExecutionStatus.RUNNING, 2)
    assert await signals(temporal, receivable) == []
    assert (await desk.contract(receivable)).done == ("first-reminder#1", "second-reminder#1")


async def test_a_run_that_never_began_is_replaced_at_once(desk: Desk, steering: Steering, temporal: Client) -> None:
    receivable = a_receivable(due_date=due_in(30))
    await desk.take(receivable)
    await steered(desk, steering, receivable)
    paid = settled(receivable)
    await desk.take(paid, later(paid, balance="1200.00", status="open"))

    assert await steered(desk, steering, receivable) is Mended.STARTED
    assert await (await described(temporal, receivable)).memo_value("run") == 2


async def test_a_paused_case_leaves_a_sleeping_workflow_asleep_and_tells_one_that_is_awake(
    desk: Desk, steering: Steering, temporal: Client
) -> None:
    asleep, awake = a_receivable(due_date=due_in(30)), a_receivable(due_date=due_in(-20))
    for receivable in (asleep, awake):
        await desk.take(receivable)
        await steered(desk, steering, receivable)
        await desk.send("POST", f"/cases/{receivable.invoice_id}/pause", {"kind": "disputed"})

    assert await steered(desk, steering, asleep) is Mended.NOTHING
    assert await steered(desk, steering, awake) is Mended.CHANGED
    assert [name for name, _ in await signals(temporal, awake)] == ["change"]


async def test_a_step_asked_for_wakes_a_workflow_that_sleeps_and_one_that_waits(
    desk: Desk, steering: Steering, temporal: Client
) -> None:
    receivable = a_receivable(due_date=due_in(30))
    await desk.take(receivable)
    await steered(desk, steering, receivable)
    await desk.send("POST", f"/cases/{receivable.invoice_id}/run", {"step": "call"}, status=202)

    assert await steered(desk, steering, receivable) is Mended.STARTED
    found = await described(temporal, receivable)
    assert found.execution_time is not None
    assert found.execution_time <= datetime.now(UTC)

    await desk.send("POST", f"/cases/{receivable.invoice_id}/skip", {"step": "first-reminder", "note": "by phone"})
    assert await steered(desk, steering, receivable) is Mended.CHANGED
    (_, change) = (await signals(temporal, receivable))[-1]
    assert isinstance(change, CaseChange)
    assert (change.asked, change.done) == (("call#1",), ("first-reminder#1",))


async def test_the_reconciliation_tells_a_workflow_the_end_of_a_pause_whose_event_was_lost(
    desk: Desk, steering: Steering, workflows: RunningWorkflows, temporal: Client, keys: Keys
) -> None:
    receivable = a_receivable(due_date=due_in(-20))
    await desk.take(receivable)
    await steered(desk, steering, receivable)
    await desk.send("POST", f"/cases/{receivable.invoice_id}/pause", {"kind": "disputed"})
    await steered(desk, steering, receivable)
    await desk.send("POST", f"/cases/{receivable.invoice_id}/resume")
    told = len(await signals(temporal, receivable))
    async with asyncio.timeout(20):
        while not await workflows.running_of([receivable.invoice_id]):  # the list lags by a moment
            await asyncio.sleep(0.05)
    desk.time.at += timedelta(minutes=1)
    reconciler = Reconciler(desk.sessions, Ledger(keys).peer, workflows, steering.steer, desk.time, desk.time.ago)

    findings = Findings()
    await reconciler.reconcile(receivable.organisation, findings)
    assert findings == Findings(workflows_changed=1)
    assert len(await signals(temporal, receivable)) == told + 1

    findings = Findings()
    await reconciler.reconcile(receivable.organisation, findings)
    assert findings.is_clean
    assert len(await signals(temporal, receivable)) == told + 1
