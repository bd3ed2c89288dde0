"""An invoice that is owed no more takes its letters and calls with it; a key is one effect of whatever kind."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import nats
import pytest
from fastapi import FastAPI
from nats.aio.client import Client as Nats

from chassis import worker
from chassis.auth import Role
from chassis.bus import Listener
from chassis.provision import provision
from contracts.events import InvoiceCancelled, InvoiceSettled, LetterPrepared
from contracts.events.billing import InvoiceEvent
from deploy.local.servers import NatsServer
from services.notify import handlers
from services.notify.closings import use_cases as closings
from tests.services.notify.actions.conftest import MORNING
from tests.services.notify.actions.speaking import INVOICE, Body, Notify, a_context, a_letter, a_task, pages_of
from tests.support.listening import SOON

LETTER, CALL = f"{INVOICE}:standard:formal-notice:1", f"{INVOICE}:standard:call:1"


async def close(notify: Notify, *, version: int = 2, kind: type[InvoiceEvent] = InvoiceSettled, **changes: Any) -> None:
    event = kind.model_validate(kind.example | {"invoice_id": INVOICE, "version": version} | changes)
    async with notify.app.state.sessions() as session, session.begin():
        await closings.close_invoice(session, event, now=MORNING)


async def action(notify: Notify, key: str) -> Body:
    found: Body = (await notify.get(f"/actions/{key}")).json()
    return found


async def test_a_settled_invoice_withdraws_its_letter_and_its_call(notify: Notify) -> None:
    letter, call = await notify.prepared(), await notify.opened()

    await close(notify)

    for key in (LETTER, CALL):
        assert (await action(notify, key))["status"] == "withdrawn"
        assert (await action(notify, key))["reason"] == "Invoice F-2026-00042 was paid in full on 2026-04-01."
    posting = await notify.post(
        f"/letters/{letter['evidence']['letter_id']}/posted", {"posted_on": "2026-04-01"}, role=Role.COLLECTOR
    )
    completing = await notify.post(
        f"/tasks/{call['evidence']['task_id']}/complete", {"outcome": "reached"}, role=Role.COLLECTOR
    )
    assert (posting.status_code, completing.status_code) == (409, 409)
    assert "withdrawn. Invoice F-2026-00042 was paid in full" in posting.json()["detail"]


@pytest.mark.parametrize(
    ("status", "words"), [("cancelled", "was cancelled on"), ("written_off", "was written off on")]
)
async def test_a_cancelled_invoice_says_so(notify: Notify, status: str, words: str) -> None:
    await notify.opened()

    await close(notify, kind=InvoiceCancelled, status=status)

    assert words in (await action(notify, CALL))["reason"]


async def test_what_was_done_stays_done(notify: Notify) -> None:
    letter, call = await notify.prepared(), await notify.opened()
    letter_id, task_id = letter["evidence"]["letter_id"], call["evidence"]["task_id"]
    await notify.post(f"/letters/{letter_id}/posted", {"posted_on": "2026-04-01"}, role=Role.COLLECTOR)
    await notify.post(f"/tasks/{task_id}/complete", {"outcome": "reached"}, role=Role.COLLECTOR)

    await close(notify)

    assert (await action(notify, LETTER))["status"] == "posted"
    assert (await action(notify, CALL))["status"] == "completed"


async def test_a_withdrawn_letter_leaves_the_batch_but_can_still_be_read(notify: Notify) -> None:
    other = a_context(receivable={"invoice_id": "0197f3c2-0000-7000-8000-000000000043"})
    letter = await notify.prepared()
    await notify.prepared(key="other", context=other)

    await close(notify)

    assert pages_of((await notify.get("/letters/batches/2026-04-01.pdf")).content) == 1
    assert pages_of(await notify.pdf(letter)) == 1
    await close(notify, invoice_id="0197f3c2-0000-7000-8000-000000000043")
    assert (await notify.get("/letters/batches/2026-04-01.pdf")).status_code == 404


async def test_a_request_that_comes_after_the_payment_begins_nothing(notify: Notify) -> None:
    await close(notify)

    letter = (await notify.post("/letters", a_letter())).json()
    call = (await notify.post("/tasks", a_task())).json()

    assert (letter["status"], call["status"]) == ("withdrawn", "withdrawn")
    assert "was paid in full" in letter["reason"]
    assert await notify.facts() == []


async def test_a_reopened_invoice_is_a_new_matter_and_an_old_event_does_not_end_it(notify: Notify) -> None:
    await close(notify, version=2)
    await notify.prepared(context=a_context(receivable={"version": 3}))

    await close(notify, version=2)

    assert (await action(notify, LETTER))["status"] == "prepared"
    await close(notify, version=4)
    await close(notify, version=2)
    late = (await notify.post("/tasks", a_task(context=a_context(receivable={"version": 3})))).json()
    assert (await action(notify, LETTER))["status"] == "withdrawn"
    assert late["status"] == "withdrawn"


async def test_another_organisations_invoice_is_another_one(notify: Notify) -> None:
    await notify.prepared()

    await close(notify, organisation="other")

    assert (await action(notify, LETTER))["status"] == "prepared"


async def test_a_letter_and_the_payment_at_the_same_time_end_withdrawn(notify: Notify) -> None:
    keys = [f"letter-{number}" for number in range(8)]
    requests = [notify.post("/letters", a_letter(key)) for key in keys]

    await asyncio.gather(*requests[:4], close(notify), *requests[4:])

    assert {(await action(notify, key))["status"] for key in keys} == {"withdrawn"}


async def test_the_worker_hears_of_the_payment(app: FastAPI, notify: Notify, nats_server: NatsServer) -> None:
    await notify.prepared()
    event = InvoiceSettled.model_validate(InvoiceSettled.example | {"invoice_id": INVOICE})

    async with a_new_bus(nats_server) as bus, listening(app, bus):
        await bus.jetstream().publish(event.type, event.model_dump_json().encode(), headers={"ce-id": "1"})
        async with asyncio.timeout(10):
            while (await action(notify, LETTER))["status"] != "withdrawn":
                await asyncio.sleep(0.05)


@asynccontextmanager
async def a_new_bus(server: NatsServer) -> AsyncIterator[Nats]:
    """On the loop of these tests, which is not the loop of the fixture `bus`."""
    connection = await nats.connect(server.url)
    await provision(connection.jetstream(), replicas=1, days=1)
    yield connection
    await connection.close()


@asynccontextmanager
async def listening(app: FastAPI, bus: Nats) -> AsyncIterator[None]:
    state = app.state
    engine: Any = state.sessions.kw["bind"]
    mine = worker.Worker("notify", state.settings, engine, state.sessions, bus, state.now)
    listeners = [
        Listener(bus.jetstream(), state.sessions, each, expires=SOON) for each in await handlers.subscribe(mine)
    ]
    tasks = [asyncio.create_task(listener.run()) for listener in listeners]
    try:
        yield
    finally:
        for listener in listeners:
            listener.stopping.set()
        await asyncio.gather(*tasks)


async def test_a_key_is_one_effect_whatever_its_kind(notify: Notify) -> None:
    first = await notify.prepared(key="one")

    call = await notify.post("/tasks", a_task("one"))

    assert call.status_code == 200
    assert call.json() == first
    assert (await notify.get("/tasks")).json()["items"] == []
    assert await notify.facts() == [LetterPrepared.type]


async def test_an_email_under_the_key_of_a_letter_is_not_sent(notify: Notify) -> None:
    first = await notify.prepared(key="one")

    asked = a_letter("one", template="first-reminder") | {"recipient": "compta@lefevre.example"}
    answer = await notify.post("/messages", asked)

    assert answer.json() == first
    assert (await notify.get("/messages")).json()["items"] == []


async def test_nothing_was_asked_under_an_unknown_key(notify: Notify) -> None:
    answer = await notify.get("/actions/nobody:asked:this:1")

    assert answer.status_code == 404
    assert answer.json()["detail"] == "There is no action nobody:asked:this:1."


ROUTES: list[tuple[str, Callable[[], Body | None], set[Role]]] = [
    ("/letters", a_letter, {Role.SERVICE}),
    ("/tasks", a_task, {Role.SERVICE}),
    (f"/letters/{INVOICE}/posted", lambda: {"posted_on": "2026-04-01"}, {Role.ACCOUNTANT, Role.COLLECTOR}),
    (f"/tasks/{INVOICE}/complete", lambda: {"outcome": "reached"}, {Role.COLLECTOR}),
]


@pytest.mark.parametrize(("path", "body", "roles"), ROUTES, ids=[path for path, *_ in ROUTES])
async def test_only_some_may_write(notify: Notify, path: str, body: Callable[[], Body], roles: set[Role]) -> None:
    for role in Role:
        answer = await notify.post(path, body(), role=role)
        assert (answer.status_code == 403) == (role not in roles | {Role.ADMIN}), role
    assert (await notify.client.post(path, json=body())).status_code == 401


@pytest.mark.parametrize(
    "path",
    [
        "/letters",
        f"/letters/{INVOICE}",
        f"/letters/{INVOICE}/pdf",
        "/letters/batches/2026-04-01.pdf",
        "/letters/batches/2026-04-01",
        "/tasks",
        f"/tasks/{INVOICE}",
        "/actions/a",
    ],
)
async def test_everybody_with_a_token_may_read(notify: Notify, path: str) -> None:
    for role in Role:
        assert (await notify.get(path, role=role)).status_code in (200, 404), role
    assert (await notify.client.get(path)).status_code == 401
