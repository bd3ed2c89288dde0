"""What an open page hears of changes: as long as its session stands, and of what its reader may read."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from contracts.events import EVENTS
from contracts.rights import Right
from services.console.web.live import Live
from services.console.web.topics import AUDIT, READERS, readers_of
from tests.services.console.browser import Browser
from tests.services.console.place import Place

INVOICE = str(uuid4())


@pytest.fixture
def live(place: Place) -> Live:
    """Asks for the session at every heartbeat, and each of its words."""
    live: Live = place.app.state.live
    live.heartbeat_s, live.trusted_s = 0.3, 0
    return live


@asynccontextmanager
async def listening(browser: Browser, place: Place) -> AsyncIterator[AsyncIterator[str]]:
    """The lines of the stream that are not empty, once it has begun."""
    async with (
        httpx2.AsyncClient(base_url=place.url, cookies=browser.client.cookies, timeout=10) as client,
        client.stream("GET", "/live") as answer,
        asyncio.timeout(10),
    ):
        assert answer.status_code == 200
        lines = (line async for line in answer.aiter_lines() if line)
        assert await anext(lines) == "retry: 2000"
        yield lines


def change(live: Live, kind: str, **data: Any) -> None:
    live.tell(f"{kind}.changed.v1", {"organisation": "demo"} | data)


async def told(lines: AsyncIterator[str]) -> str:
    """The next line that tells topics."""
    return await anext(line async for line in lines if line.startswith("data: "))


async def test_an_open_page_hears_nothing_more_once_its_session_has_ended(
    signed_in: Browser, place: Place, live: Live
) -> None:
    async with listening(signed_in, place) as lines:
        change(live, "billing.invoice", invoice_id=INVOICE)
        assert await told(lines) == f"data: {' '.join(sorted(['billing.invoice', INVOICE]))}"

        place.identity.end_all()

        assert {line async for line in lines} <= {": still here"}
    assert live.listeners == {}
    assert (await signed_in.get("/live")).status_code == 401


async def test_a_page_that_is_told_much_is_asked_for_its_session_as_well(
    signed_in: Browser, place: Place, live: Live
) -> None:
    live.heartbeat_s = 60
    async with listening(signed_in, place) as lines:
        place.identity.end_all()
        change(live, "billing.invoice")

        assert [line async for line in lines] == []


async def test_it_goes_on_while_identity_is_away(signed_in: Browser, place: Place, live: Live) -> None:
    async with listening(signed_in, place) as lines:
        sessions = place.app.state.user_sessions
        sessions.identity = replace(sessions.identity, base="http://127.0.0.1:1")
        change(live, "billing.invoice")

        assert await told(lines) == "data: billing.invoice"


async def test_it_hears_of_what_its_reader_may_read(signed_in: Browser, place: Place, live: Live) -> None:
    place.identity.withheld = frozenset({Right.PAYMENTS_READ})
    place.app.state.user_sessions.kept.clear()
    async with listening(signed_in, place) as lines:
        change(live, "billing.payment", payment_id=str(uuid4()))
        change(live, "billing.invoice")
        assert await told(lines) == "data: billing.invoice"

        place.identity.withheld = frozenset({Right.QUOTES_READ})
        await anext(lines)
        await anext(lines)
        change(live, "quotes.quote")
        change(live, "audit.entry", service="quotes", changes=[{"after": {"customer_id": INVOICE}}])
        change(live, "billing.payment")
        assert await told(lines) == "data: billing.payment"


def test_every_event_has_readers() -> None:
    nouns = {".".join(kind.split(".")[:2]) for kind in EVENTS}

    assert nouns - {AUDIT} == set(READERS)
    assert readers_of("audit.entry.recorded.v1", {"service": "notify"}) == {
        Right.LETTERS_READ,
        Right.MESSAGES_READ,
        Right.TASKS_READ,
    }
