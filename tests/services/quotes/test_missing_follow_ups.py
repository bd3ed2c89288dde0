"""Each quote that waits for an answer has its follow-up, whatever was lost, refused or away meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import pytest
from nats.aio.client import Client as Nats
from temporalio.client import Client
from temporalio.service import RPCError

from chassis.clock import Now
from chassis.passing import TryAgain
from chassis.worker import Worker
from deploy.local.ports import free_port
from deploy.local.servers import TemporalServer, running
from services.quotes import handlers
from services.quotes.following.use_cases import start_missing
from services.quotes.handlers import FollowUp
from services.quotes.quotes.models import Quote
from tests.services.quotes.shop import Shop
from tests.services.quotes.test_following import CLOCK, follow_up_of, input_of, told, until
from workflows.client import connect


@pytest.fixture(scope="module")
def temporal_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TemporalServer]:
    """The one that skips time has no list of workflows."""
    server = TemporalServer(tmp_path_factory.mktemp("temporal"), free_port())
    with running(server):
        yield server


@pytest.fixture
async def temporal(temporal_server: TemporalServer) -> Client:
    return await connect(temporal_server.target, "default")


class FollowUps:
    """Temporal as `start_missing` asks for it: `before` each start, a test may refuse it."""

    def __init__(self, begun: Sequence[UUID] = (), before: Callable[[UUID], None] = lambda quote_id: None) -> None:
        self.begun, self.before = {*begun}, before
        self.started: list[UUID] = []

    async def begun_of(self, quotes: Sequence[UUID]) -> set[UUID]:
        return self.begun & {*quotes}

    async def start(self, quote: Quote) -> None:
        self.before(quote.id)
        self.started.append(quote.id)
        self.begun.add(quote.id)


@asynccontextmanager
async def a_look_round(shop: Shop, bus: Nats, temporal: Client) -> AsyncIterator[None]:
    """The duty of a worker that has just started."""
    worker = Worker("quotes", None, None, shop.sessions, bus, Now(CLOCK))  # type: ignore[arg-type]
    task = asyncio.create_task(handlers.MissingFollowUps(temporal).watch(worker))
    try:
        yield
    finally:
        worker.stopping.set()
        await task


async def test_each_quote_that_waits_has_its_follow_up_whatever_was_lost(
    shop: Shop, bus: Nats, temporal: Client
) -> None:
    started, *lost = [await shop.sent() for _ in range(3)]
    answered = await shop.sent()
    await shop.accept(answered)
    await shop.draft()
    shop.organisation = "other"
    elsewhere = await shop.sent()
    await told(shop, temporal, 0)
    before = await run_of(temporal, started)

    async with a_look_round(shop, bus, temporal):
        await until(lambda: all_run(temporal, [*lost, elsewhere]))

    assert await run_of(temporal, started) == before
    assert await run_of(temporal, answered) is None
    assert (await input_of(temporal, follow_up_of(temporal, elsewhere))).organisation == "other"


async def test_a_follow_up_that_has_ended_does_not_begin_again(shop: Shop, temporal: Client) -> None:
    quotes = [await shop.sent() for _ in range(5)]
    follow_up = FollowUp(temporal, CLOCK)
    await start_missing(shop.sessions, follow_up, asyncio.Event(), at_once=2)
    before = [await run_of(temporal, each) for each in quotes]
    await follow_up_of(temporal, quotes[0]).terminate()

    await start_missing(shop.sessions, follow_up, asyncio.Event(), at_once=2)

    assert None not in before
    assert [await run_of(temporal, each) for each in quotes] == before


async def test_temporal_tells_of_a_page_of_quotes_which_have_begun(shop: Shop, temporal: Client) -> None:
    runs, ended, _ = [await shop.sent() for _ in range(3)]
    follow_up, begun = FollowUp(temporal, CLOCK), {UUID(runs["id"]), UUID(ended["id"])}
    await told(shop, temporal, 0)
    await told(shop, temporal, 1)
    await follow_up_of(temporal, ended).terminate()

    async def are_listed() -> bool:
        return await follow_up.begun_of([*await ids(shop), uuid4()]) == begun

    await until(are_listed)


async def test_one_that_is_refused_keeps_no_other_waiting(shop: Shop) -> None:
    refused, *others = await several(shop, 5)

    def refuse(quote_id: UUID) -> None:
        if quote_id == refused:
            raise ValueError("of a form that nobody knows")

    follow_ups = FollowUps(before=refuse)
    await start_missing(shop.sessions, follow_ups, asyncio.Event(), at_once=2)

    assert follow_ups.started == others


async def test_a_look_goes_on_where_it_stood_when_temporal_is_there_again(shop: Shop) -> None:
    quotes = await several(shop, 5)
    away = [TryAgain("Temporal")]

    def be_away(quote_id: UUID) -> None:
        if quote_id == quotes[3] and away:
            raise away.pop()

    follow_ups = FollowUps(before=be_away)
    await start_missing(shop.sessions, follow_ups, asyncio.Event(), at_once=2)

    assert follow_ups.started == quotes


async def test_what_has_begun_is_not_started(shop: Shop) -> None:
    first, second, third = await several(shop, 3)

    follow_ups = FollowUps([first, third])
    await start_missing(shop.sessions, follow_ups, asyncio.Event(), at_once=2)

    assert follow_ups.started == [second]


async def test_a_look_ends_with_the_quote_at_hand_when_its_worker_stops(shop: Shop) -> None:
    quotes, stopping = await several(shop, 3), asyncio.Event()

    follow_ups = FollowUps(before=lambda quote_id: stopping.set())
    await start_missing(shop.sessions, follow_ups, stopping, at_once=2)

    assert follow_ups.started == quotes[:1]


async def several(shop: Shop, count: int) -> list[UUID]:
    """Sent quotes, in the order of their ids."""
    for _ in range(count):
        await shop.sent()
    return await ids(shop)


async def ids(shop: Shop) -> list[UUID]:
    return sorted(UUID(each["id"]) for each in (await shop.do("GET", "/quotes"))["items"])


async def run_of(temporal: Client, quote: dict[str, Any]) -> str | None:
    try:
        return (await follow_up_of(temporal, quote).describe()).run_id
    except RPCError:
        return None


async def all_run(temporal: Client, quotes: list[dict[str, Any]]) -> bool:
    return all([await run_of(temporal, each) for each in quotes])
