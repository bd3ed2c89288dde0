"""A step's process dies or stands still: the customer hears once, the journal tells it once, nobody after paying."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI
from temporalio.client import Client

from deploy.local.launch import Launched
from tests.faults.ground import Ground
from tests.faults.processes import until
from tests.faults.scene import Scene, a_scene
from tests.services.dunning.desk import Desk
from tests.services.notify.relays import a_relay
from workflows.client import connect

pytestmark = pytest.mark.slow

READ, ACTED = "step: balance read, nothing asked", "step: acted, not journalled"
ANSWERING = "receivable: read, not answered"
JOURNALLED = "step: journalled, not completed"


@pytest.fixture
async def scene(ground: Ground, desk: Desk, dunning_app: FastAPI, temporal_server: Launched) -> AsyncIterator[Scene]:
    temporal: Client = await connect(ground.more["RELANCE_TEMPORAL_ADDRESS"], "default")
    async with a_relay() as relay, a_scene(ground, desk, dunning_app, relay, temporal) as scene:
        yield scene


async def test_a_crash_between_the_balance_and_the_reminder_delays_the_reminder(scene: Scene) -> None:
    receivable = await scene.overdue()
    async with scene.worker(at=READ) as worker:
        await worker.killed()
    assert scene.relay.accepted == []

    async with scene.worker():
        await until("the workflow heard", lambda: scene.is_completed(receivable))
    assert await scene.journal(receivable) == [("carried_out", "due")]
    assert len(scene.relay.accepted) == 1


async def test_a_billing_that_dies_while_a_step_reads_the_balance_delays_the_reminder(scene: Scene) -> None:
    receivable = await scene.overdue()
    async with scene.billing(at=ANSWERING) as billing, scene.worker():
        await billing.killed()
        async with scene.billing():
            await until("the workflow heard", lambda: scene.is_completed(receivable))
    assert await scene.journal(receivable) == [("carried_out", "due")]
    assert len(scene.relay.accepted) == 1


async def test_a_crash_between_notifys_acceptance_and_the_journal_is_told_and_not_repeated(scene: Scene) -> None:
    receivable = await scene.overdue()
    async with scene.worker(at=ACTED) as worker:
        await worker.killed()
    assert len(scene.relay.accepted) == 1
    assert await scene.journal(receivable) == []

    async with scene.worker():
        await until("the workflow heard", lambda: scene.is_completed(receivable))
    assert await scene.journal(receivable) == [("carried_out", "due")]
    assert len(scene.relay.accepted) == 1


async def test_a_crash_between_the_journal_and_the_end_of_the_step_tells_it_no_second_time(scene: Scene) -> None:
    receivable = await scene.overdue()
    async with scene.worker(at=JOURNALLED) as worker:
        await worker.killed()
    assert await scene.journal(receivable) == [("carried_out", "due")]

    async with scene.worker():
        await until("the workflow heard", lambda: scene.is_completed(receivable))
    assert await scene.journal(receivable) == [("carried_out", "due")]
    assert len(scene.relay.accepted) == 1


async def test_a_payment_committed_after_the_balance_was_read_stops_what_would_leave_a_second_later(
    scene: Scene,
) -> None:
    receivable = await scene.overdue()
    async with scene.worker(at=READ, act="stop") as worker:
        await worker.stopped()
        await scene.pay(receivable)
        await until("billing has the payment", lambda: scene.is_paid(receivable))
        await asyncio.sleep(1)
        worker.go_on()
        await until("the workflow heard", lambda: scene.is_completed(receivable))
    assert scene.relay.accepted == []
    assert await scene.journal(receivable) == [("skipped", "settled")]


async def test_a_dispute_noted_after_the_case_was_read_stops_what_would_leave_a_second_later(scene: Scene) -> None:
    receivable = await scene.overdue()
    async with scene.worker(at=READ, act="stop") as worker:
        await worker.stopped()
        await scene.desk.send("POST", f"/cases/{receivable.invoice_id}/dispute", {"note": "not delivered"})
        await asyncio.sleep(1)
        worker.go_on()
        await until("the workflow heard", lambda: scene.is_completed(receivable))
    assert scene.relay.accepted == []
    assert await scene.journal(receivable) == [("deferred", "disputed")]


async def test_two_copies_at_one_step_act_once_and_tell_it_once(scene: Scene) -> None:
    receivable = await scene.overdue()
    async with scene.worker(at=READ, act="stop") as first:
        await first.stopped()
        async with scene.worker():
            await until("the second copy ended the step", lambda: scene.is_completed(receivable))
            first.go_on()
            await first.end()
    assert await scene.journal(receivable) == [("carried_out", "due")]
    assert len(scene.relay.accepted) == 1
