"""An invoice that is owed again has the letters and calls back that its closing withdrew, under their keys."""

import asyncio
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import text

from chassis.auth import Role
from chassis.provision import provision
from contracts.events import InvoiceReopened, InvoiceSettled, LetterPrepared, TaskOpened
from contracts.topology import NOTIFY_INVOICE_REOPENED
from deploy.local.servers import NatsServer
from services.notify.closings import use_cases as closings
from tests.services.notify.actions.conftest import MORNING
from tests.services.notify.actions.speaking import INVOICE, Notify, a_context, a_letter, a_task, pages_of
from tests.services.notify.actions.test_closings import CALL, LETTER, a_new_bus, action, close, listening

OWED = "1234.50"


async def reopen(notify: Notify, *, version: int = 3, balance: str = OWED, **changes: Any) -> None:
    facts = {"invoice_id": INVOICE, "version": version, "balance": balance}
    event = InvoiceReopened.model_validate(InvoiceReopened.example | facts | changes)
    async with notify.app.state.sessions() as session, session.begin():
        await closings.reopen_invoice(session, event, now=MORNING)


async def statuses(notify: Notify) -> tuple[str, str]:
    """Of the letter and the call."""
    return (await action(notify, LETTER))["status"], (await action(notify, CALL))["status"]


async def alter(notify: Notify, *statements: str) -> None:
    async with notify.app.state.sessions() as session, session.begin():
        for each in statements:
            await (await session.connection()).execute(text(each))


WITHDRAWN, BACK = ("withdrawn", "withdrawn"), ("prepared", "opened")


async def plan(notify: Notify) -> None:
    """A letter of the day before, and a call."""
    await notify.prepared(at="2026-03-31T07:00:00Z")
    await notify.opened()


async def test_a_payment_that_bounced_brings_back_what_it_had_withdrawn(notify: Notify) -> None:
    await plan(notify)
    letter, call = await action(notify, LETTER), await action(notify, CALL)
    await close(notify)
    assert (await notify.get("/letters/batches/2026-03-31.pdf")).status_code == 404
    await reopen(notify)

    assert await statuses(notify) == BACK
    assert (await action(notify, LETTER)).get("reason") is None
    assert pages_of((await notify.get("/letters/batches/2026-04-01.pdf")).content) == 1
    assert await notify.facts() == [LetterPrepared.type, TaskOpened.type] * 2
    again = await notify.post("/letters", a_letter(context=a_context(receivable={"version": 3})))
    assert (again.status_code, again.json()["evidence"]["letter_id"]) == (200, letter["evidence"]["letter_id"])
    posting = await notify.post(
        f"/letters/{letter['evidence']['letter_id']}/posted", {"posted_on": "2026-04-01"}, role=Role.COLLECTOR
    )
    completing = await notify.post(
        f"/tasks/{call['evidence']['task_id']}/complete", {"outcome": "reached"}, role=Role.COLLECTOR
    )
    assert (posting.status_code, completing.status_code) == (200, 200)


async def test_what_was_done_before_stays_done(notify: Notify) -> None:
    await plan(notify)
    letter_id = (await action(notify, LETTER))["evidence"]["letter_id"]
    task_id = (await action(notify, CALL))["evidence"]["task_id"]
    await notify.post(f"/letters/{letter_id}/posted", {"posted_on": "2026-04-01"}, role=Role.COLLECTOR)
    await notify.post(f"/tasks/{task_id}/complete", {"outcome": "reached"}, role=Role.COLLECTOR)
    await close(notify)
    await reopen(notify)

    assert await statuses(notify) == ("posted", "completed")


@pytest.mark.parametrize(("balance", "expected"), [("1234.49", WITHDRAWN), ("1300.00", BACK)])
async def test_nobody_is_asked_for_more_than_is_owed_again(
    notify: Notify, balance: str, expected: tuple[str, str]
) -> None:
    await plan(notify)
    await close(notify)
    await reopen(notify, balance=balance)

    assert await statuses(notify) == expected


@pytest.mark.parametrize(
    "change",
    [
        ("delete from letter_documents", "update tasks set invoices = '[]'"),  # the customer was erased
        ("update letters set balance = null", "update tasks set invoices = '[]'"),  # of an earlier release
    ],
)
async def test_what_cannot_be_printed_or_asks_for_nobody_knows_how_much_stays_withdrawn(
    notify: Notify, change: tuple[str, str]
) -> None:
    await plan(notify)
    await close(notify)
    await alter(notify, *change)
    await reopen(notify)

    assert await statuses(notify) == WITHDRAWN


async def test_what_came_too_late_to_begin_comes_back_too(notify: Notify) -> None:
    await close(notify)
    await notify.post("/letters", a_letter())
    await notify.post("/tasks", a_task())
    await reopen(notify)

    assert await statuses(notify) == BACK
    assert await notify.facts() == [LetterPrepared.type, TaskOpened.type]


async def test_who_read_the_balance_before_it_closed_and_was_reopened_is_told_to_read_it_again(notify: Notify) -> None:
    await close(notify)
    await reopen(notify, balance="300.00")

    refused = [await notify.post("/letters", a_letter()), await notify.post("/tasks", a_task())]
    assert [answer.status_code for answer in refused] == [409, 409]
    assert {answer.json()["type"] for answer in refused} == {"urn:relance:problem:too_late"}
    assert "changed since; nothing was begun" in refused[0].json()["detail"]
    assert await notify.facts() == []
    anew = a_context(receivable={"version": 3, "balance": "300.00"})
    begun = [await notify.post("/letters", a_letter(context=anew)), await notify.post("/tasks", a_task(context=anew))]
    assert [answer.status_code for answer in begun] == [201, 201]
    assert await statuses(notify) == BACK


async def test_another_organisations_invoice_brings_nothing_back(notify: Notify) -> None:
    await plan(notify)
    await close(notify)
    await reopen(notify, organisation="other")

    assert await statuses(notify) == WITHDRAWN


async def test_the_worker_hears_of_the_reopening(app: FastAPI, notify: Notify, nats_server: NatsServer) -> None:
    await plan(notify)
    settled = InvoiceSettled.model_validate(InvoiceSettled.example | {"invoice_id": INVOICE})
    facts = {"invoice_id": INVOICE, "balance": OWED}
    reopened = InvoiceReopened.model_validate(InvoiceReopened.example | facts)

    async with a_new_bus(nats_server) as bus, listening(app, bus), asyncio.timeout(20):
        await bus.jetstream().publish(settled.type, settled.model_dump_json().encode(), headers={"ce-id": "1"})
        while await statuses(notify) != WITHDRAWN:
            await asyncio.sleep(0.05)
        await bus.jetstream().publish(reopened.type, reopened.model_dump_json().encode(), headers={"ce-id": "2"})
        while await statuses(notify) != BACK:
            await asyncio.sleep(0.05)


async def test_of_what_was_reopened_before_there_was_a_consumer_nothing_is_heard(nats_server: NatsServer) -> None:
    consumer = NOTIFY_INVOICE_REOPENED
    body = InvoiceReopened.model_validate(InvoiceReopened.example).model_dump_json().encode()

    async with a_new_bus(nats_server) as bus:
        js = bus.jetstream()
        await js.delete_consumer(consumer.stream, consumer.durable)
        await js.publish(InvoiceReopened.type, body)
        await asyncio.sleep(0.05)
        await provision(js, replicas=1, days=1)
        assert (await js.consumer_info(consumer.stream, consumer.durable)).num_pending == 0
        await js.publish(InvoiceReopened.type, body)
        await provision(js, replicas=1, days=1)
        assert (await js.consumer_info(consumer.stream, consumer.durable)).num_pending == 1
