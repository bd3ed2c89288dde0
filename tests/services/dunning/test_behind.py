"""Workflows that follow another plan than their case has, though nothing waits to tell them: as after a restore."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from sqlalchemy import text

from contracts.dunning import StepTurn
from contracts.receivable import Receivable
from deploy.local.servers import TemporalServer
from services.dunning.reconciliation.domain import Findings
from services.dunning.reconciliation.use_cases import Reconciler
from services.dunning.steering.running import RunningWorkflows
from services.dunning.steering.use_cases import Steering
from tests.services.dunning.desk import Desk, a_receivable
from tests.services.dunning.ledger import Ledger
from tests.services.dunning.steering import due_in, steered
from tests.services.dunning.steps import StepsOfTheDesk, at_work
from tests.services.dunning.test_versions import an_email, publish
from tests.support.tokens import Keys

A_WHILE = timedelta(minutes=20)
"""Longer than a step that came due may be without a decision."""


@pytest.fixture
async def asleep(desk: Desk, steering: Steering, workflows: RunningWorkflows, temporal_server: TemporalServer) -> Any:
    """A case whose first reminder has left, whose workflow sleeps until the second, and what carries out its steps."""
    receivable = a_receivable(due_date=due_in(-11))
    await desk.take(receivable)
    activities = StepsOfTheDesk(desk, receivable.invoice_id)
    async with at_work(desk, temporal_server, activities):
        await steered(desk, steering, receivable)
        await until_acted(activities, "first-reminder")
        async with asyncio.timeout(20):
            while not await workflows.asleep("demo", [receivable.invoice_id]):
                await asyncio.sleep(0.02)
            while not await workflows.running_of([receivable.invoice_id]):  # the list lags by a moment
                await asyncio.sleep(0.05)
        yield receivable, activities


async def until_acted(activities: StepsOfTheDesk, step: str) -> None:
    async with asyncio.timeout(20):
        while step not in activities.steps:
            await asyncio.sleep(0.02)


async def restored(desk: Desk, receivable: Receivable, *, due: timedelta) -> None:
    """The row as it was once, with a version 2 whose next step is due since `due`: its workflow is not of then."""
    await publish(desk, an_email("first-reminder", 2), an_email("second-reminder", 6))
    moved = "update cases set version = 2, steered = revision, next_moment = :moment where invoice_id = :invoice"
    async with desk.sessions() as session, session.begin():
        given = {"moment": desk.time() - due, "invoice": receivable.invoice_id}
        await (await session.connection()).execute(text(moved), given)


@pytest.fixture
def reconciler(desk: Desk, steering: Steering, workflows: RunningWorkflows, keys: Keys) -> Reconciler:
    return Reconciler(desk.sessions, Ledger(keys).peer, workflows, steering.steer, desk.time, desk.time.ago)


async def reconciled(reconciler: Reconciler) -> Findings:
    findings = Findings()
    await reconciler.reconcile("demo", findings)
    return findings


async def behind(api: httpx2.AsyncClient, receivable: Receivable) -> list[str]:
    asked = {"invoice_id": str(receivable.invoice_id)}
    return list((await api.get("/workflows/behind", params=asked)).raise_for_status().json())


async def test_a_workflow_that_sleeps_on_though_its_step_is_long_due_is_told_and_the_step_acts(
    desk: Desk, reconciler: Reconciler, asleep: Any, api: httpx2.AsyncClient
) -> None:
    receivable, activities = asleep
    await restored(desk, receivable, due=A_WHILE)
    assert await behind(api, receivable) == []  # a step has just had its decision
    assert (await reconciled(reconciler)).is_clean
    desk.time.at += A_WHILE
    assert await behind(api, receivable) == [str(receivable.invoice_id)]

    assert await reconciled(reconciler) == Findings(workflows_changed=1)

    await until_acted(activities, "second-reminder")
    assert (await desk.contract(receivable)).scenario.version == 2


async def test_a_step_that_is_being_tried_is_left_alone(
    desk: Desk,
    steering: Steering,
    workflows: RunningWorkflows,
    reconciler: Reconciler,
    temporal_server: TemporalServer,
    api: httpx2.AsyncClient,
) -> None:
    """What it asks may be away for long; to tell its workflow anew helps nothing."""
    receivable = a_receivable(due_date=due_in(-11))
    await desk.take(receivable)
    activities = StepsOfTheDesk(desk, receivable.invoice_id)
    activities.may_end.clear()
    async with at_work(desk, temporal_server, activities):
        await steered(desk, steering, receivable)
        await until_acted(activities, "first-reminder")
        async with asyncio.timeout(20):
            while not await workflows.running_of([receivable.invoice_id]):
                await asyncio.sleep(0.05)
        desk.time.at += A_WHILE

        assert await behind(api, receivable) == []
        assert (await reconciled(reconciler)).is_clean
        activities.may_end.set()


async def test_a_change_whose_event_was_lost_is_told_of_too(
    desk: Desk, steering: Steering, api: httpx2.AsyncClient
) -> None:
    receivable = a_receivable(due_date=due_in(30))
    await desk.take(receivable)
    await steered(desk, steering, receivable)
    await desk.send("POST", f"/cases/{receivable.invoice_id}/pause", {})
    assert await behind(api, receivable) == []
    desk.time.at += timedelta(minutes=1)
    assert await behind(api, receivable) == [str(receivable.invoice_id)]

    await steered(desk, steering, receivable)

    assert await behind(api, receivable) == []


async def out_of_step(desk: Desk, turn: StepTurn, **options: Any) -> Any:
    path = f"/cases/{turn.invoice_id}/out-of-step"
    return await desk.send("POST", path, turn.model_dump(mode="json"), **options)


async def test_a_workflow_that_says_that_it_follows_another_version_is_told_by_an_event_once(desk: Desk) -> None:
    receivable = a_receivable()
    await desk.take(receivable)
    await in_step(desk)
    turn = await desk.turn(receivable)
    other = turn.model_copy(update={"version": 7})
    await desk.facts()
    before = await desk.journal(receivable)
    assert await out_of_step(desk, other) == {"is_told": False}  # it was opened a moment ago
    desk.time.at += A_WHILE

    assert await out_of_step(desk, turn) == {"is_told": False}
    assert [await out_of_step(desk, other) for _ in range(2)] == [{"is_told": True}, {"is_told": False}]

    assert await desk.facts() == ["case.changed out_of_step"]
    assert not (await desk.case(receivable)).is_in_step
    assert await desk.journal(receivable) == before
    await in_step(desk)
    assert await out_of_step(desk, other) == {"is_told": False}  # it was told within this minute


async def in_step(desk: Desk) -> None:
    async with desk.sessions() as session, session.begin():
        await (await session.connection()).execute(text("update cases set steered = revision"))


async def test_a_turn_of_another_invoice_is_refused(desk: Desk) -> None:
    receivable = a_receivable()
    await desk.take(receivable)
    turn = await desk.turn(receivable)
    path = f"/cases/{a_receivable().invoice_id}/out-of-step"
    await desk.send("POST", path, turn.model_dump(mode="json"), status=422)
