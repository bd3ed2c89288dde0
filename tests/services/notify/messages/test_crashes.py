"""A process killed at the worst instant leaves a message that people see and nothing sends again."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import asyncpg
import httpx2
import pytest
from sqlmodel import col, select

from chassis.auth import Role
from chassis.clock import real_now
from chassis.outbox import OutboxMessage
from contracts.events import AuditRecorded
from deploy.local.ports import free_port
from services.notify.messages import use_cases
from services.notify.settings import Settings
from tests.faults.processes import Running, a_process
from tests.services.notify.conftest import Notify, running
from tests.services.notify.relays import Relay
from tests.services.notify.requests import NOON, an_email
from tests.support.lent import Pool
from tests.support.tokens import Keys

pytestmark = pytest.mark.slow

ACCEPTED, CLAIMED, LISTENS = (
    "message: accepted, not recorded",
    "message: claimed, nothing left",
    "message: the relay listens",
)

FACTS = (
    select(OutboxMessage).where(col(OutboxMessage.subject) != AuditRecorded.type).order_by(col(OutboxMessage.position))
)


def environment_of(settings: Settings, port: int) -> dict[str, str]:
    return {
        "RELANCE_AUTH_JWKS": settings.auth_jwks,
        "RELANCE_DATABASE_URL": settings.dsn,
        "RELANCE_SMTP_PORT": str(settings.smtp_port),
        "RELANCE_PORT": str(port),
        "RELANCE_LOG_LEVEL": settings.log_level,
        "PYTHONPATH": ".",
    }


@asynccontextmanager
async def an_api(
    settings: Settings, at: str | None = None, act: str = "kill", *, patience: int = 5
) -> AsyncIterator[Running]:
    """Ready; with `at`, it does `act` at that point. `patience`: seconds that it waits for the relay."""
    environment = environment_of(settings, free_port()) | {"RELANCE_SMTP_TIMEOUT": f"{patience}"}
    async with a_process("services.notify.main", "api", environment=environment, at=at, act=act) as api:
        await api.ready()
        yield api


async def test_a_crash_after_the_relay_accepted_leaves_it_uncertain_and_sends_nothing_again(
    notify_settings: Settings, keys: Keys, pool: Pool, relay: Relay
) -> None:
    headers = keys.bearer(Role.SERVICE)
    async with an_api(notify_settings, ACCEPTED) as api, httpx2.AsyncClient() as client:
        with pytest.raises(httpx2.TransportError):
            await client.post(f"{api.url}/messages", json=an_email(), headers=headers)
        await api.killed()
    assert len(relay.accepted) == 1

    async with running(notify_settings, keys, pool) as notify:
        assert (await notify.send(an_email())).json()["type"] == "urn:relance:problem:in_progress"
        assert await use_cases.sweep(notify.sessions, real=real_now() + timedelta(seconds=61), now=NOON) == 1
        outcome = (await notify.send(an_email())).json()
        assert outcome["status"] == "uncertain"
        assert "stopped between" in outcome["reason"]
        assert await events_of(notify) == ["notify.message.failed.v1"]
        shown = (await notify.call("GET", "/messages", params={"status": "uncertain"})).json()["items"]
        assert [each["key"] for each in shown] == [an_email()["key"]]
    assert len(relay.accepted) == 1


async def test_a_crash_after_the_claim_is_uncertain_too_since_nobody_knows_what_left(
    notify_settings: Settings, keys: Keys, pool: Pool, relay: Relay
) -> None:
    headers = keys.bearer(Role.SERVICE)
    async with an_api(notify_settings, CLAIMED) as api, httpx2.AsyncClient() as client:
        with pytest.raises(httpx2.TransportError):
            await client.post(f"{api.url}/messages", json=an_email(), headers=headers)
        await api.killed()

    async with running(notify_settings, keys, pool) as notify:
        assert (await notify.send(an_email())).json()["type"] == "urn:relance:problem:in_progress"
        assert await use_cases.sweep(notify.sessions, real=real_now() + timedelta(seconds=61), now=NOON) == 1
        assert (await notify.send(an_email())).json()["status"] == "uncertain"
    assert relay.accepted == []


async def test_a_process_told_to_stop_waits_for_a_slow_relay_and_records_its_answer(
    notify_settings: Settings, keys: Keys, pool: Pool, relay: Relay
) -> None:
    headers = keys.bearer(Role.SERVICE)
    has_content = asyncio.Event()
    relay.at_content, relay.delays["CONTENT"] = has_content.set, 12
    async with an_api(notify_settings, patience=20) as api, httpx2.AsyncClient(timeout=30) as client:
        asking = asyncio.create_task(client.post(f"{api.url}/messages", json=an_email(), headers=headers))
        await has_content.wait()
        await api.end()
        assert (await asking).json()["status"] == "sent"

    async with running(notify_settings, keys, pool) as notify:
        assert (await notify.send(an_email())).json()["status"] == "sent"
    assert len(relay.accepted) == 1


async def test_of_two_copies_at_one_message_the_second_sends_nothing(
    notify_settings: Settings, keys: Keys, pool: Pool, relay: Relay
) -> None:
    headers = keys.bearer(Role.SERVICE)
    async with (
        an_api(notify_settings, CLAIMED, "stop") as first,
        running(notify_settings, keys, pool) as second,
        httpx2.AsyncClient(timeout=30) as client,
    ):
        asking = asyncio.create_task(client.post(f"{first.url}/messages", json=an_email(), headers=headers))
        await first.stopped()
        assert (await second.send(an_email())).json()["type"] == "urn:relance:problem:in_progress"
        first.go_on()
        assert (await asking).json()["status"] == "sent"
        assert (await second.send(an_email())).json()["status"] == "sent"
    assert len(relay.accepted) == 1


async def test_a_message_that_was_given_up_while_its_process_stood_still_tells_its_outcome_when_it_goes_on(
    notify_settings: Settings, keys: Keys, pool: Pool, relay: Relay
) -> None:
    headers = keys.bearer(Role.SERVICE)
    async with (
        an_api(notify_settings, ACCEPTED, "stop") as first,
        running(notify_settings, keys, pool) as second,
        httpx2.AsyncClient(timeout=30) as client,
    ):
        asking = asyncio.create_task(client.post(f"{first.url}/messages", json=an_email(), headers=headers))
        await first.stopped()
        assert await use_cases.sweep(second.sessions, real=real_now() + timedelta(seconds=61), now=NOON) == 1
        assert (await second.send(an_email())).json()["status"] == "uncertain"
        first.go_on()
        assert (await asking).json()["status"] == "sent"
        assert (await second.send(an_email())).json()["status"] == "sent"
        assert await events_of(second) == ["notify.message.failed.v1", "notify.message.sent.v1"]
    assert len(relay.accepted) == 1


async def test_a_process_that_stood_still_until_the_balance_was_old_hands_nothing_over(
    notify_settings: Settings, keys: Keys, relay: Relay
) -> None:
    headers = keys.bearer(Role.SERVICE)
    async with an_api(notify_settings, LISTENS, "stop") as api, httpx2.AsyncClient(timeout=30) as client:
        not_after = real_now() + timedelta(seconds=3)
        body = an_email(not_after=not_after)
        asking = asyncio.create_task(client.post(f"{api.url}/messages", json=body, headers=headers))
        await api.stopped()
        await asyncio.sleep((not_after - real_now()).total_seconds())
        api.go_on()
        assert (await asking).json()["type"] == "urn:relance:problem:too_late"
        assert relay.accepted == []
        again = await client.post(f"{api.url}/messages", json=an_email(), headers=headers)
        assert again.json()["status"] == "sent"
    assert len(relay.accepted) == 1


async def test_an_answer_that_the_database_cannot_take_for_some_seconds_is_recorded_when_it_is_back(
    notify_settings: Settings, keys: Keys, relay: Relay
) -> None:
    headers = keys.bearer(Role.SERVICE)
    async with an_api(notify_settings, ACCEPTED, "stop") as api, httpx2.AsyncClient(timeout=30) as client:
        answer = await answer_over_an_outage(api, client, headers, notify_settings.dsn, seconds=5)
        assert answer.json()["status"] == "sent"
    assert len(relay.accepted) == 1


async def test_a_message_that_did_not_leave_is_given_back_when_the_database_is_back(
    notify_settings: Settings, keys: Keys, relay: Relay
) -> None:
    """It would else end as one of which nobody knows whether it arrived."""
    relay.will("CONTENT", "452 4.3.1 no room")
    headers = keys.bearer(Role.SERVICE)
    async with an_api(notify_settings, LISTENS, "stop") as api, httpx2.AsyncClient(timeout=30) as client:
        answer = await answer_over_an_outage(api, client, headers, notify_settings.dsn, seconds=3)
        assert answer.status_code == 503
        again = await client.post(f"{api.url}/messages", json=an_email(), headers=headers)
        assert again.json()["status"] == "sent"
    assert len(relay.accepted) == 1


async def answer_over_an_outage(
    api: Running, client: httpx2.AsyncClient, headers: dict[str, str], dsn: str, *, seconds: float
) -> httpx2.Response:
    """To a message during which the process stopped, and went on without its database for a while."""
    asking = asyncio.create_task(client.post(f"{api.url}/messages", json=an_email(), headers=headers))
    await api.stopped()
    async with away(dsn):
        api.go_on()
        await asyncio.sleep(seconds)
        assert not asking.done()
    return await asking


@asynccontextmanager
async def away(dsn: str) -> AsyncIterator[None]:
    """Nobody is let into this database meanwhile, and who was in it is thrown out."""
    address, _, name = dsn.replace("postgresql+asyncpg", "postgresql").rpartition("/")
    connection = await asyncpg.connect(f"{address}/postgres")
    try:
        await connection.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        await connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name)
        yield
        await connection.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
    finally:
        await connection.close()


async def test_a_crash_before_the_content_left_sends_it_at_the_next_try(
    notify_settings: Settings, keys: Keys, pool: Pool, relay: Relay
) -> None:
    async with an_api(notify_settings) as api, httpx2.AsyncClient() as client:
        relay.delays["RCPT"] = 3
        asking = asyncio.create_task(
            client.post(f"{api.url}/messages", json=an_email(), headers=keys.bearer(Role.SERVICE))
        )
        while not relay.connections:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.2)
        await api.kill()
        with pytest.raises(httpx2.TransportError):
            await asking
    relay.delays.clear()

    async with running(notify_settings, keys, pool) as notify:
        assert (await notify.send(an_email())).json()["status"] == "sent"
    assert len(relay.accepted) == 1


async def test_a_mail_carries_the_trace_of_its_request_and_logs_tell_no_name(
    notify_settings: Settings, keys: Keys, relay: Relay, capfd: pytest.CaptureFixture[str]
) -> None:
    trace = "0af7651916cd43dd8448eb211c80319c"
    headers = keys.bearer(Role.SERVICE) | {"traceparent": f"00-{trace}-b7ad6b7169203331-01"}
    relay.will("RCPT", "550 no such user compta@lefevre.example")
    settings = notify_settings.model_copy(update={"log_level": "DEBUG"})
    async with an_api(settings) as api, httpx2.AsyncClient() as client:
        failed = await client.post(f"{api.url}/messages", json=an_email(key="k:1"), headers=headers)
        sent = await client.post(f"{api.url}/messages", json=an_email(key="k:2"), headers=headers)

    assert failed.json()["status"] == "failed"
    assert sent.json()["evidence"]["trace_id"] == trace
    assert relay.mails[0]["Traceparent"].split("-")[1] == trace
    logs = capfd.readouterr().err
    assert "lefevre" not in logs.lower()
    assert "Lefèvre" not in logs


async def events_of(notify: Notify) -> list[str]:
    async with notify.sessions() as session:
        rows = await session.exec(FACTS)
        return [row.subject for row in rows]
