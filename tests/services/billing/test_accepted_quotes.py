"""An accepted quote becomes one draft, whatever the bus repeats."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import pytest
from nats.aio.client import Client as Nats

from chassis.bus import Listener
from chassis.clock import Now
from chassis.dead_letters import DeadLetters
from contracts.events import QuoteAccepted
from services.billing.handlers import accepted_quotes
from tests.services.billing.office import Office
from tests.support.listening import SOON


def a_quote(customer: UUID, **changes: Any) -> QuoteAccepted:
    return QuoteAccepted.model_validate(QuoteAccepted.example | {"customer_id": str(customer)} | changes)


@asynccontextmanager
async def listening(office: Office, bus: Nats, *, tries: int = 8) -> AsyncIterator[None]:
    subscription = accepted_quotes(Now())
    listener = Listener(bus.jetstream(), office.sessions, subscription, tries=tries, longest_delay=0.05, expires=SOON)
    task = asyncio.create_task(listener.run())
    try:
        yield
    finally:
        listener.stopping.set()
        await task


async def publish(bus: Nats, quote: QuoteAccepted, *, id: str = "one") -> None:
    headers = {"ce-id": id, "ce-source": "urn:relance:quotes"}
    await bus.jetstream().publish(QuoteAccepted.type, quote.model_dump_json().encode(), headers=headers)


async def drafts_of(office: Office, *, expected: int) -> list[Any]:
    """All drafts, once there are as many as expected."""
    async with asyncio.timeout(10):
        while len(found := (await office.do("GET", "/invoices"))["items"]) < expected:
            await asyncio.sleep(0.05)
    return [await office.do("GET", f"/invoices/{each['id']}") for each in found]


async def reason_of_dead_letter(bus: Nats) -> str:
    letters = DeadLetters(bus.jetstream())
    async with asyncio.timeout(10):
        while not await letters.count():
            await asyncio.sleep(0.05)
    (letter,) = await letters.page(limit=10)
    return letter.reason


async def test_an_accepted_quote_is_drafted_with_its_lines_and_references(
    office: Office, customer: UUID, bus: Nats
) -> None:
    quote = a_quote(customer, order_reference="BC-12", note="TVA non applicable, art. 293 B du CGI")

    async with listening(office, bus):
        await publish(bus, quote)
        (draft,) = await drafts_of(office, expected=1)

    assert [draft["status"], draft["total"], draft["subject"]] == ["draft", "1200.00", "Entretien annuel"]
    assert [draft["quote_number"], draft["order_reference"]] == ["D-2026-00012", "BC-12"]
    assert draft["note"] == "TVA non applicable, art. 293 B du CGI"
    assert draft["quote_id"] == str(quote.quote_id)
    assert draft["customer_id"] == str(customer)


FRANCS = [
    {"description": "Pose", "quantity": "1", "unit_price": price, "vat_rate": "11"} for price in ("333.2", "451.4")
]


@pytest.mark.parametrize("accepted", ["870.00", "870.91"])
async def test_the_draft_has_the_total_that_was_accepted_in_a_currency_without_cents(
    office: Office, customer: UUID, bus: Nats, accepted: str
) -> None:
    """Quotes of before had cents in such a currency too."""
    async with listening(office, bus):
        await publish(bus, a_quote(customer, currency="XPF", lines=FRANCS, total=accepted))
        (draft,) = await drafts_of(office, expected=1)

    assert draft["total"] == accepted


async def test_a_quote_told_twice_is_drafted_once(office: Office, customer: UUID, bus: Nats) -> None:
    other = a_quote(customer, quote_id="0197f3c2-0000-7000-8000-000000000002", number="D-2026-00013")

    async with listening(office, bus):
        for id, quote in (("1", a_quote(customer)), ("1", a_quote(customer)), ("2", a_quote(customer)), ("3", other)):
            await publish(bus, quote, id=id)
        await drafts_of(office, expected=2)
        await asyncio.sleep(0.3)

    drafts = await drafts_of(office, expected=2)
    assert sorted(draft["quote_number"] for draft in drafts) == ["D-2026-00012", "D-2026-00013"]
    assert await DeadLetters(bus.jetstream()).count() == 0


async def test_a_quote_for_a_customer_that_does_not_exist_is_a_dead_letter(office: Office, bus: Nats) -> None:
    async with listening(office, bus, tries=2):
        await publish(bus, a_quote(UUID(int=7)))

        assert "There is no customer 00000000-0000-0000-0000-000000000007" in await reason_of_dead_letter(bus)


async def test_lines_that_do_not_come_to_the_accepted_total_are_a_dead_letter(
    office: Office, customer: UUID, bus: Nats
) -> None:
    async with listening(office, bus):
        await publish(bus, a_quote(customer, total="1200.01"))
        reason = await reason_of_dead_letter(bus)

    assert "total: 1200.01, but the lines of D-2026-00012 come to 1200.00" in reason
    assert await drafts_of(office, expected=0) == []


async def test_lines_that_no_invoice_takes_are_a_dead_letter_that_names_the_field(
    office: Office, customer: UUID, bus: Nats
) -> None:
    lines = [QuoteAccepted.example["lines"][0] | {"quantity": "0.00001"}]

    async with listening(office, bus):
        await publish(bus, a_quote(customer, lines=lines))

        assert "lines.0.quantity" in await reason_of_dead_letter(bus)
