"""A database that is older than what the bus was told: what was done since is not done again."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
from nats.aio.client import Client as Nats
from sqlalchemy import text

from chassis import outbox
from chassis.auth import Role
from chassis.clock import Now, real_now
from chassis.dates import business_day
from chassis.worker import Worker
from contracts.clock import Clock
from contracts.events import Event, MessageBounced, MessageFailed, MessageSent, TaskCompleted
from deploy.local.ports import free_port
from services.notify.forgotten.comparing import Comparing, NotCompared
from services.notify.forgotten.domain import REASON, fact_of, forgotten
from services.notify.main import work
from services.notify.settings import Settings
from tests.services.notify.actions.speaking import a_letter, a_task
from tests.services.notify.conftest import Notify
from tests.services.notify.relays import Relay
from tests.services.notify.requests import NOON, an_email

KEY = an_email()["key"]
ODD: tuple[tuple[type[Event], dict[str, Any]], ...] = (
    (MessageSent, {"key": "nul\0"}),
    (MessageSent, {"key": "long" * 2_000}),
    (MessageFailed, {"key": "unheard", "outcome": "devoured"}),
    (MessageFailed, {"key": "impossible", "outcome": "pending"}),
    (MessageBounced, {"key": "code", "code": "\0"}),
    (TaskCompleted, {"key": "call", "outcome": "devoured"}),
)
ODD_MOMENTS = ("yesterday", "2026-02-09T12:00:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59Z")
NO_KEY = str.maketrans(" +", "__")
PROMISED_ON = "2099-12-31"


@asynccontextmanager
async def comparing(bus: Nats, notify: Notify) -> AsyncIterator[Comparing]:
    """The duty of a worker that has just started, once it has compared everything."""
    worker = Worker("notify", None, None, notify.sessions, bus, Now(Clock()))  # type: ignore[arg-type]
    duty = Comparing()
    task = asyncio.create_task(duty.watch(worker))
    async with asyncio.timeout(20):
        while not duty.is_done:
            assert not task.done(), task.exception()
            await asyncio.sleep(0.02)
    yield duty
    worker.stopping.set()
    await task


async def published(bus: Nats, notify: Notify) -> None:
    while await outbox.relay(notify.sessions, bus.jetstream(), source="notify"):
        pass


async def run(notify: Notify, *statements: str) -> None:
    async with notify.sessions() as session, session.begin():
        for statement in statements:
            await (await session.connection()).execute(text(statement))


async def restored(notify: Notify) -> None:
    """To a moment before anything was done."""
    await run(
        notify,
        "delete from letter_documents",
        "delete from letters",
        "delete from tasks",
        "delete from messages",
        "delete from forgotten_actions",
        "delete from actions_told_until",
    )


async def asked(notify: Notify, path: str, body: dict[str, Any]) -> Any:
    response = await notify.call("POST", path, Role.SERVICE, json=body)
    assert response.is_success, response.text
    return response.json()


async def count_of(notify: Notify, path: str) -> int:
    return len((await notify.call("GET", path, Role.ADMIN)).json()["items"])


async def test_an_email_that_left_after_the_backup_does_not_leave_again(
    notify: Notify, relay: Relay, bus: Nats
) -> None:
    first = (await notify.send(an_email())).json()
    await published(bus, notify)
    await restored(notify)

    async with comparing(bus, notify):
        again = (await notify.send(an_email())).json()
        found = (await notify.call("GET", f"/actions/{KEY}", Role.SERVICE)).json()

    assert (first["status"], again["status"]) == ("sent", "sent")
    assert (again["key"], again["recipient"], again["reason"], again["evidence"]) == (KEY, "", REASON, {})
    assert again["at"] == first["at"]
    assert found == again
    assert len(relay.accepted) == 1
    assert await count_of(notify, "/messages") == 0


async def test_an_email_that_waits_in_the_backup_and_left_after_it_does_not_leave_again(
    notify: Notify, relay: Relay, bus: Nats
) -> None:
    await notify.send(an_email())
    await published(bus, notify)
    await run(
        notify,
        "update messages set status = 'pending', claim = null, reason = 'later'",
        "delete from actions_told_until",
    )

    async with comparing(bus, notify):
        again = (await notify.send(an_email())).json()
        waiting = await count_of(notify, "/messages?status=pending")

    assert (again["status"], again["reason"]) == ("sent", REASON)
    assert (len(relay.accepted), waiting) == (1, 0)


async def test_a_letter_that_was_posted_after_the_backup_is_not_to_be_posted_again(notify: Notify, bus: Nats) -> None:
    letter = await asked(notify, "/letters", a_letter())
    number = letter["evidence"]["letter_id"]
    posted = await notify.call(
        "POST", f"/letters/{number}/posted", Role.ADMIN, json={"posted_on": str(business_day(real_now()))}
    )
    assert posted.is_success, posted.text
    await published(bus, notify)
    await run(
        notify,
        "update letters set status = 'prepared', posted_on = null, posted_by = null, posted_by_name = null",
        "delete from actions_told_until",
    )

    async with comparing(bus, notify):
        again = await asked(notify, "/letters", a_letter())
        to_post = await count_of(notify, "/letters?status=prepared")

    assert (again["status"], again["evidence"]["letter_id"], to_post) == ("posted", number, 0)


async def test_a_letter_that_came_back_and_was_posted_after_the_backup_does_not_come_back_again(
    notify: Notify, bus: Nats
) -> None:
    letter = await asked(notify, "/letters", a_letter())
    url = f"/letters/{letter['evidence']['letter_id']}/posted"
    assert (await notify.call("POST", url, Role.ADMIN, json={"posted_on": str(business_day(real_now()))})).is_success
    await published(bus, notify)
    await run(
        notify,
        "update letters set status = 'withdrawn', reason = 'paid', cause = 'closed', posted_on = null",
        "delete from actions_told_until",
    )

    async with comparing(bus, notify):
        again = await asked(notify, "/letters", a_letter())

    assert (again["status"], again["reason"]) == ("posted", None)


@pytest.mark.parametrize(("outcome", "known_as"), [("no_answer", "no_answer"), ("promised", "other")])
async def test_a_call_that_was_made_after_the_backup_is_not_to_be_made_again(
    notify: Notify, bus: Nats, outcome: str, known_as: str
) -> None:
    task = await asked(notify, "/tasks", a_task())
    url = f"/tasks/{task['evidence']['task_id']}/complete"
    body = {"outcome": outcome} | ({"promised_on": PROMISED_ON} if outcome == "promised" else {})
    made = await notify.call("POST", url, Role.ADMIN, json=body)
    assert made.is_success, made.text
    await published(bus, notify)
    await run(
        notify,
        "update tasks set status = 'opened', outcome = null, outcome_note = null, promised_on = null,"
        " completed_by = null, completed_by_name = null",
        "delete from actions_told_until",
    )

    async with comparing(bus, notify):
        again = await asked(notify, "/tasks", a_task())
        to_call = await count_of(notify, "/tasks?status=opened")
        (call,) = (await notify.call("GET", "/tasks", Role.ADMIN)).json()["items"]

    assert (again["status"], to_call) == ("completed", 0)
    assert (call["outcome"], call["outcome_note"], call["completed_by"]) == (known_as, REASON, None)


async def test_letters_and_calls_that_were_asked_for_after_the_backup_are_not_made_again(
    notify: Notify, bus: Nats
) -> None:
    letter, call = a_letter(key="one:standard:formal-notice:1"), a_task(key="two:standard:call:1")
    prepared, opened = await asked(notify, "/letters", letter), await asked(notify, "/tasks", call)
    await published(bus, notify)
    await restored(notify)

    async with comparing(bus, notify):
        again = [await asked(notify, "/letters", letter), await asked(notify, "/tasks", call)]

    assert [each["status"] for each in again] == [prepared["status"], opened["status"]] == ["prepared", "opened"]
    assert [await count_of(notify, path) for path in ("/letters", "/tasks")] == [0, 0]


async def test_what_is_there_is_not_forgotten_and_another_key_or_organisation_acts(
    notify: Notify, relay: Relay, bus: Nats
) -> None:
    await notify.send(an_email())
    await published(bus, notify)
    await restored(notify)
    await notify.send(an_email("second-reminder"))
    await published(bus, notify)

    async with comparing(bus, notify):
        await notify.send(an_email("third-reminder"))
        await notify.send(an_email(), organisation="other")
        second = (await notify.send(an_email("second-reminder"))).json()

    assert len(relay.accepted) == 4
    assert second["reason"] is None


async def test_a_bus_that_lost_everything_is_compared_anew(notify: Notify, relay: Relay, bus: Nats) -> None:
    await notify.send(an_email())
    await published(bus, notify)
    await restored(notify)
    await run(notify, "insert into actions_told_until values ('NOTIFY', 1000)")

    async with comparing(bus, notify):
        await notify.send(an_email())

    assert len(relay.accepted) == 1


async def test_what_anybody_else_put_there_is_passed_over(notify: Notify, relay: Relay, bus: Nats) -> None:
    js = bus.jetstream()
    await js.publish("notify.gossip.heard.v1", b"{}")
    await js.publish(MessageSent.type, b"no event")
    for kind, changes in ODD:
        await js.publish(kind.type, json.dumps(kind.example | changes).encode())
    for moment in ODD_MOMENTS:
        told = MessageSent.example | {"key": f"at {moment}".translate(NO_KEY)}
        await js.publish(MessageSent.type, json.dumps(told).encode(), headers={"ce-time": moment})
    await notify.send(an_email())
    await published(bus, notify)
    await restored(notify)

    async with comparing(bus, notify):
        await notify.send(an_email())

    assert len(relay.accepted) == 1


async def test_a_worker_is_not_ready_before_it_has_compared() -> None:
    with pytest.raises(NotCompared):
        await Comparing().check()


async def test_readyz_of_the_worker_says_that_actions_were_not_compared(notify_settings: Settings) -> None:
    port = free_port()
    changes = {"port": port, "nats_url": f"nats://127.0.0.1:{free_port()}"}  # it cannot compare
    working = asyncio.create_task(work(notify_settings.model_copy(update=changes)))
    async with httpx2.AsyncClient() as client, asyncio.timeout(20):
        while not (told := await readiness(client, port)):
            assert not working.done(), working.exception()
            await asyncio.sleep(0.05)
    working.cancel()
    await asyncio.wait([working])

    assert told["status"] == "not ready"
    assert "NotCompared" in told["checks"]["actions"]


async def readiness(client: httpx2.AsyncClient, port: int) -> Any:
    try:
        return (await client.get(f"http://127.0.0.1:{port}/readyz")).json()
    except httpx2.ConnectError:
        return None


@pytest.mark.parametrize(
    ("kind", "outcome", "status"),
    [
        (MessageSent, "sent", "sent"),
        (MessageFailed, "failed", "failed"),
        (MessageFailed, "uncertain", "uncertain"),
        (TaskCompleted, "promised", "completed"),
    ],
)
def test_a_fact_says_what_became_of_its_key(kind: Any, outcome: str, status: str) -> None:
    body = json.dumps(kind.example | {"outcome": outcome}).encode()

    assert forgotten(fact_of(kind.type, body, at=NOON)).status == status
