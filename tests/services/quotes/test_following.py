"""A quote's own facts start and stop its follow-up: real bus, real Temporal, each fact as often as it comes."""

import asyncio
import shutil
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from nats.aio.client import Client as Nats
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowHandle
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment

from chassis import outbox
from chassis.bus import Listener
from chassis.passing import TryAgain
from contracts import quote_followup
from contracts.clock import Clock
from contracts.events import QuoteSent
from contracts.quote_followup import QuoteFollowUp
from deploy.local.ports import free_port
from services.quotes import handlers
from services.quotes.handlers import FollowUp
from tests.services.quotes.shop import MONDAY, Shop
from tests.services.quotes.test_sending import facts
from tests.support.listening import SOON
from workflows.client import connect

CLOCK = Clock(origin=MONDAY, started=datetime(2026, 1, 1, tzinfo=UTC), speed=86_400)


@pytest.fixture
async def temporal() -> AsyncIterator[Client]:
    binary = shutil.which("temporal-test-server", path=str(Path(sys.executable).parent))
    environment = await WorkflowEnvironment.start_time_skipping(
        test_server_existing_path=binary, data_converter=pydantic_data_converter
    )
    async with environment:
        yield environment.client


def follow_up_of(temporal: Client, quote: dict[str, Any]) -> WorkflowHandle[Any, Any]:
    return temporal.get_workflow_handle(quote_followup.workflow_id(UUID(quote["id"])))


async def events_of(handle: WorkflowHandle[Any, Any]) -> list[EventType.ValueType]:
    return [event.event_type for event in (await handle.fetch_history()).events]


async def input_of(temporal: Client, handle: WorkflowHandle[Any, Any]) -> QuoteFollowUp:
    started = (await handle.fetch_history()).events[0].workflow_execution_started_event_attributes
    (case,) = await temporal.data_converter.decode(started.input.payloads, [QuoteFollowUp])
    assert isinstance(case, QuoteFollowUp)
    return case


async def told(shop: Shop, temporal: Client, number: int = -1) -> None:
    """The handler hears of the quote's fact of that number, the last one by default."""
    event = QuoteSent.model_validate_json((await facts(shop))[number].body)
    async with shop.sessions() as session, session.begin():
        await FollowUp(temporal, CLOCK)(event, session)


@asynccontextmanager
async def a_worker_at_work(shop: Shop, bus: Nats, temporal: Client) -> AsyncIterator[Callable[[], Awaitable[int]]]:
    """The service's subscriptions; gives what relays the outbox."""
    (subscription,) = handlers.subscriptions(temporal, clock=CLOCK)
    listener = Listener(bus.jetstream(), shop.sessions, subscription, expires=SOON)
    task = asyncio.create_task(listener.run())
    try:
        yield lambda: outbox.relay(shop.sessions, bus.jetstream(), source="quotes")
    finally:
        listener.stopping.set()
        await task


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(10):
        while not await condition():
            await asyncio.sleep(0.05)


async def test_a_sent_quote_starts_its_follow_up_and_an_acceptance_stops_it(
    shop: Shop, bus: Nats, temporal: Client
) -> None:
    sent = await shop.sent(follow_up_days=10)
    handle = follow_up_of(temporal, sent)

    async def is_started() -> bool:
        try:
            return bool(await handle.describe())
        except RPCError:
            return False

    async def is_told_to_close() -> bool:
        return EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED in await events_of(handle)

    async with a_worker_at_work(shop, bus, temporal) as relay:
        await relay()
        await until(is_started)
        await shop.accept(sent)
        await relay()
        await until(is_told_to_close)

    assert await input_of(temporal, handle) == QuoteFollowUp(
        organisation="demo",
        quote_id=UUID(sent["id"]),
        sent_at=MONDAY,
        follow_up_days=10,
        valid_until=date(2026, 2, 4),
        expires_at=datetime(2026, 2, 4, 23, tzinfo=UTC),
        clock=CLOCK,
    )


async def test_a_fact_that_comes_twice_starts_one_follow_up(shop: Shop, temporal: Client) -> None:
    handle = follow_up_of(temporal, await shop.sent())

    await told(shop, temporal)
    first = (await handle.describe()).run_id
    await told(shop, temporal)

    assert (await handle.describe()).run_id == first


async def test_a_quote_answered_before_anyone_heard_of_it_starts_nothing(shop: Shop, temporal: Client) -> None:
    sent = await shop.sent()
    await shop.accept(sent)

    await told(shop, temporal, 0)
    await told(shop, temporal, 1)

    with pytest.raises(RPCError, match="not found"):
        await follow_up_of(temporal, sent).describe()


async def test_while_temporal_is_away_the_fact_waits(shop: Shop) -> None:
    await shop.sent()
    nobody = await connect(f"127.0.0.1:{free_port()}", "default")

    with pytest.raises(TryAgain, match="Temporal"):
        await told(shop, nobody)
