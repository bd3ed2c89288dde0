"""The relay of a worker: at once, in order, each fact once, whatever is lost meanwhile."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from nats.aio.client import Client as Nats
from nats.js import JetStreamContext
from nats.js.api import PubAck
from nats.js.errors import NoStreamResponseError
from pydantic import SecretStr
from sqlalchemy import text
from sqlmodel import col, select

from chassis import database, outbox, worker
from chassis.clock import Now
from chassis.database import Sessions
from chassis.outbox import OutboxMessage
from chassis.provision import provision
from chassis.settings import ServiceSettings
from chassis.worker import Worker
from contracts.events import PaymentReceived
from tests.support.tokens import Keys

NOON = datetime(2026, 2, 3, 12, tzinfo=UTC)


async def record(sessions: Sessions, *numbers: int) -> None:
    """A transaction that makes so many facts, in this order."""
    async with sessions() as session, session.begin():
        for number in numbers:
            fact = PaymentReceived.model_validate(PaymentReceived.example | {"payment_id": f"{number}"})
            outbox.record(session, fact, at=NOON)
            await session.flush()


async def published(bus: Nats) -> list[int]:
    """The numbers of the facts in the stream, in its order."""
    js = bus.jetstream()
    count = (await js.stream_info("PAYMENTS")).state.messages
    messages = [await js.get_msg("PAYMENTS", seq=number) for number in range(1, count + 1)]
    return [int(PaymentReceived.model_validate_json(message.data or b"").payment_id) for message in messages]


async def seconds_until(bus: Nats, count: int) -> float:
    began = time.monotonic()
    async with asyncio.timeout(15):
        while (await bus.jetstream().stream_info("PAYMENTS")).state.messages < count:
            await asyncio.sleep(0.01)
    return time.monotonic() - began


@asynccontextmanager
async def relaying(dsn: str, keys: Keys, bus: Nats) -> AsyncIterator[Worker]:
    """The duty of a worker, as `worker.run` keeps it."""
    settings = ServiceSettings(database_url=SecretStr(dsn), auth_jwks=str(keys.jwks))
    engine = database.engine(dsn, pool=3)
    of = Worker("test", settings, engine, database.sessions_of(engine), bus, Now())
    task = asyncio.create_task(worker.keep(of, worker.relay_outbox))
    try:
        yield of
    finally:
        of.stopping.set()
        await task
        await engine.dispose()


async def listeners(sessions: Sessions, kill: bool = False) -> int:
    """How many connections listen for facts; `kill` ends them as a failover does."""
    what = "pg_terminate_backend(pid)" if kill else "pid"
    query = f"select count({what}) from pg_stat_activity where datname = current_database() and query ilike 'listen%'"  # noqa: S608
    async with sessions() as session:
        return int((await (await session.connection()).execute(text(query))).scalar_one())


async def until_listening(sessions: Sessions) -> None:
    async with asyncio.timeout(10):
        while not await listeners(sessions):
            await asyncio.sleep(0.02)
        await asyncio.sleep(0.1)  # its first look at the outbox is over


async def test_a_commit_wakes_the_relay_at_once(dsn: str, keys: Keys, bus: Nats, sessions: Sessions) -> None:
    async with relaying(dsn, keys, bus):
        await until_listening(sessions)
        waits = []
        for number in range(3):
            await record(sessions, number)
            waits.append(await seconds_until(bus, number + 1))

    assert max(waits) < 1.5, "a notice was not heard: without one the relay looks every two seconds"
    assert min(waits) < 0.3


async def test_what_was_recorded_while_no_relay_ran_is_published_when_one_starts(
    dsn: str, keys: Keys, bus: Nats, sessions: Sessions
) -> None:
    await record(sessions, *range(250))

    async with relaying(dsn, keys, bus):
        await seconds_until(bus, 250)

    assert await published(bus) == list(range(250))


async def test_a_lost_connection_is_made_anew_and_nothing_is_lost(
    dsn: str, keys: Keys, bus: Nats, sessions: Sessions
) -> None:
    async with relaying(dsn, keys, bus):
        await until_listening(sessions)
        assert await listeners(sessions, kill=True) == 1
        await record(sessions, 1)
        await seconds_until(bus, 1)
        await until_listening(sessions)
        await record(sessions, 2)

        assert await seconds_until(bus, 2) < 1.5

    assert await published(bus) == [1, 2]


async def test_facts_keep_their_order_over_many_transactions(
    dsn: str, keys: Keys, bus: Nats, sessions: Sessions
) -> None:
    async with relaying(dsn, keys, bus):
        for first in range(0, 60, 3):
            await record(sessions, first, first + 1, first + 2)
        await seconds_until(bus, 60)

    assert await published(bus) == list(range(60))


async def test_two_relays_at_once_publish_each_fact_once_and_in_order(
    dsn: str, keys: Keys, bus: Nats, sessions: Sessions
) -> None:
    async with relaying(dsn, keys, bus), relaying(dsn, keys, bus):
        await until_listening(sessions)
        for first in range(0, 300, 30):
            await record(sessions, *range(first, first + 30))
        await seconds_until(bus, 300)
        await asyncio.sleep(0.3)

    assert await published(bus) == list(range(300))


async def test_a_relay_that_died_before_its_commit_repeats_and_the_stream_drops_the_repetition(
    bus: Nats, sessions: Sessions
) -> None:
    await record(sessions, 1, 2)
    js = bus.jetstream()
    async with sessions() as session:
        first = (await session.exec(select(OutboxMessage).order_by(col(OutboxMessage.position)))).first()
    assert first
    await js.publish(first.subject, first.body.encode(), headers=outbox.headers(first, "test"))

    assert await outbox.relay(sessions, js, source="test") == 2
    assert await published(bus) == [1, 2]


async def test_a_batch_whose_time_is_over_ends_with_what_was_told_and_the_next_one_goes_on(
    bus: Nats, sessions: Sessions
) -> None:
    await record(sessions, 1, 2, 3)
    js = bus.jetstream()

    assert await outbox.relay(sessions, js, source="test", within=0) == 3
    assert await published(bus) == [1]
    async with sessions() as session:
        assert len((await session.exec(select(OutboxMessage))).all()) == 2

    assert await outbox.relay(sessions, js, source="test") == 2
    assert await published(bus) == [1, 2, 3]


class Refusing(JetStreamContext):
    """A stream that takes so many facts and then no more."""

    takes = 2

    async def publish(self, *args: Any, **named: Any) -> PubAck:
        if not self.takes:
            raise NoStreamResponseError
        self.takes -= 1
        return await super().publish(*args, **named)


async def test_what_was_told_before_a_publication_failed_is_not_told_again(bus: Nats, sessions: Sessions) -> None:
    await record(sessions, 1, 2, 3, 4)

    with pytest.raises(NoStreamResponseError):
        await outbox.relay(sessions, Refusing(bus), source="test")
    async with sessions() as session:
        waiting = (await session.exec(select(OutboxMessage).order_by(col(OutboxMessage.position)))).all()
    assert [PaymentReceived.model_validate_json(each.body).payment_id for each in waiting] == ["3", "4"]

    assert await outbox.relay(sessions, bus.jetstream(), source="test") == 2
    assert await published(bus) == [1, 2, 3, 4]


async def test_facts_wait_for_a_stream_that_is_full_and_the_log_says_that_it_is(
    dsn: str, keys: Keys, bus: Nats, sessions: Sessions, caplog: pytest.LogCaptureFixture
) -> None:
    js = bus.jetstream()
    await provision(js, replicas=1, days=1, size=5_000)
    await record(sessions, *range(20))

    async with relaying(dsn, keys, bus):
        async with asyncio.timeout(15):
            while "loop stopped: nats: ServiceUnavailableError" not in caplog.text:
                await asyncio.sleep(0.05)
        told = await published(bus)
        async with sessions() as session:
            waiting = (await session.exec(select(OutboxMessage))).all()
        assert 0 < len(told) < 20
        assert len(told) + len(waiting) == 20

        await provision(js, replicas=1, days=1, size=1_000_000)
        await seconds_until(bus, 20)

    assert "maximum bytes exceeded" in caplog.text
    assert await published(bus) == list(range(20))
