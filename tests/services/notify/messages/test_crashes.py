"""A process killed at the worst instant leaves a message that people see and nothing sends again."""

import asyncio
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import asyncpg
import httpx2
import pytest
from sqlmodel import col, select

from chassis.auth import Role
from chassis.clock import real_now
from chassis.outbox import OutboxMessage
from deploy.local.ports import free_port
from services.notify.main import SERVICE, open_press, open_renderer, opening_desk
from services.notify.messages import use_cases
from services.notify.settings import Settings
from tests.services.notify.conftest import Notify, running
from tests.services.notify.relays import Relay
from tests.services.notify.requests import NOON, an_email
from tests.support.tokens import Keys

REAL, DYING = "services.notify.main", "tests.services.notify.messages.dying_notify"


def environment(settings: Settings, port: int) -> dict[str, str]:
    return {
        "RELANCE_AUTH_JWKS": settings.auth_jwks,
        "RELANCE_DATABASE_URL": settings.dsn,
        "RELANCE_SMTP_PORT": str(settings.smtp_port),
        "RELANCE_SMTP_TIMEOUT": "5",
        "RELANCE_PORT": str(port),
        "RELANCE_LOG_LEVEL": settings.log_level,
        "PYTHONPATH": ".",
    }


@asynccontextmanager
async def a_process(module: str, settings: Settings) -> AsyncIterator[tuple[Process, str]]:
    """A running API and its address."""
    port = free_port()
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", module, "api", env=environment(settings, port))
    try:
        await ready(f"http://127.0.0.1:{port}")
        yield process, f"http://127.0.0.1:{port}"
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def ready(url: str) -> None:
    async with asyncio.timeout(30), httpx2.AsyncClient() as client:
        while True:
            try:
                (await client.get(f"{url}/readyz")).raise_for_status()
                return
            except httpx2.HTTPError:
                await asyncio.sleep(0.05)


async def test_a_crash_after_the_relay_accepted_leaves_it_uncertain_and_sends_nothing_again(
    notify_settings: Settings, keys: Keys, relay: Relay
) -> None:
    headers = keys.bearer(Role.SERVICE)
    async with a_process(DYING, notify_settings) as (process, url), httpx2.AsyncClient() as client:
        with pytest.raises(httpx2.TransportError):
            await client.post(f"{url}/messages", json=an_email(), headers=headers)
        assert await process.wait() == -9
    assert len(relay.accepted) == 1

    async with running(notify_settings, keys) as notify:
        assert (await notify.send(an_email())).json()["type"] == "urn:relance:problem:in_progress"
        assert await use_cases.sweep(notify.sessions, real=real_now() + timedelta(seconds=61), now=NOON) == 1
        outcome = (await notify.send(an_email())).json()
        assert outcome["status"] == "uncertain"
        assert "stopped between" in outcome["reason"]
        assert await events_of(notify) == ["notify.message.failed.v1"]
    assert len(relay.accepted) == 1


async def test_an_answer_that_the_database_cannot_take_for_some_seconds_is_recorded_when_it_is_back(
    notify_settings: Settings, keys: Keys, relay: Relay
) -> None:
    came_back: list[asyncio.Task[None]] = []

    async def take_the_database_away() -> None:
        came_back.append(asyncio.create_task(away(notify_settings.dsn, seconds=5)))
        await asyncio.sleep(0.5)

    service = replace(SERVICE, opens=(open_renderer, open_press, opening_desk(take_the_database_away)))
    async with running(notify_settings, keys, service) as notify:
        assert (await notify.send(an_email())).json()["status"] == "sent"
        await asyncio.gather(*came_back)
    assert len(relay.accepted) == 1


async def away(dsn: str, *, seconds: float) -> None:
    """Nobody is let into this database meanwhile, and who was in it is thrown out."""
    address, _, name = dsn.replace("postgresql+asyncpg", "postgresql").rpartition("/")
    connection = await asyncpg.connect(f"{address}/postgres")
    try:
        await connection.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        await connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name)
        await asyncio.sleep(seconds)
        await connection.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
    finally:
        await connection.close()


async def test_a_crash_before_the_content_left_sends_it_at_the_next_try(
    notify_settings: Settings, keys: Keys, relay: Relay
) -> None:
    async with a_process(REAL, notify_settings) as (process, url), httpx2.AsyncClient() as client:
        relay.delays["RCPT"] = 3
        asking = asyncio.create_task(client.post(f"{url}/messages", json=an_email(), headers=keys.bearer(Role.SERVICE)))
        while not relay.connections:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.2)
        process.kill()
        with pytest.raises(httpx2.TransportError):
            await asking
    relay.delays.clear()

    async with running(notify_settings, keys) as notify:
        assert (await notify.send(an_email())).json()["status"] == "sent"
    assert len(relay.accepted) == 1


async def test_a_mail_carries_the_trace_of_its_request_and_logs_tell_no_name(
    notify_settings: Settings, keys: Keys, relay: Relay, capfd: pytest.CaptureFixture[str]
) -> None:
    trace = "0af7651916cd43dd8448eb211c80319c"
    headers = keys.bearer(Role.SERVICE) | {"traceparent": f"00-{trace}-b7ad6b7169203331-01"}
    relay.will("RCPT", "550 no such user compta@lefevre.example")
    settings = notify_settings.model_copy(update={"log_level": "DEBUG"})
    async with a_process(REAL, settings) as (_, url), httpx2.AsyncClient() as client:
        failed = await client.post(f"{url}/messages", json=an_email(key="k:1"), headers=headers)
        sent = await client.post(f"{url}/messages", json=an_email(key="k:2"), headers=headers)

    assert failed.json()["status"] == "failed"
    assert sent.json()["evidence"]["trace_id"] == trace
    assert relay.mails[0]["Traceparent"].split("-")[1] == trace
    logs = capfd.readouterr().err
    assert "lefevre" not in logs.lower()
    assert "Lefèvre" not in logs


async def events_of(notify: Notify) -> list[str]:
    async with notify.sessions() as session:
        rows = await session.exec(select(OutboxMessage).order_by(col(OutboxMessage.position)))
        return [row.subject for row in rows]
