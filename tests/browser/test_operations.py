"""An admin before a message that nobody could work with, in a real browser and on a real bus."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import nats
import pytest
from nats.aio.client import Client as Nats
from playwright.async_api import expect
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.bus import Listener, Subscription
from chassis.bus_access import Access
from chassis.dead_letters import DeadLetters
from chassis.operations.line import Line
from chassis.provision import provision
from contracts.events import Event, PaymentReceived
from contracts.topology import BILLING_PAYMENT
from deploy.local.servers import NatsServer
from services.billing.payments.handlers import payments
from tests.browser.conftest import Shown
from tests.browser.test_accessible import faults_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

FAULT = "this release cannot read cheques"


async def fails(_: Event, __: AsyncSession) -> None:
    raise ValueError(FAULT)


@asynccontextmanager
async def a_bus(shown: Shown, url: str) -> AsyncIterator[Nats]:
    """With its streams and consumers; the services speak to it for this time."""
    place = shown.place
    apps = {"billing": place.office.app, "dunning": place.dunning, "notify": place.notify, "quotes": shown.quotes}
    before = {name: app.state.line for name, app in apps.items()}
    connection = await nats.connect(url)
    await provision(connection.jetstream(), replicas=1, days=1)
    for name, app in apps.items():
        app.state.line = Line(Access.of(url), name)
    try:
        yield connection
    finally:
        for name, app in apps.items():
            await app.state.line.close()
            app.state.line = before[name]
        await connection.close()


@asynccontextmanager
async def a_worker(shown: Shown, bus: Nats, subscription: Subscription) -> AsyncIterator[None]:
    """Billing's, which gives a message up after the first failure."""
    listener = Listener(bus.jetstream(), shown.place.office.sessions, subscription, tries=1)
    listening = asyncio.create_task(listener.run())
    try:
        yield
    finally:
        listening.cancel()  # told to stop, it would wait a second for messages that it has asked for
        with suppress(asyncio.CancelledError):
            await listening


async def given_up(shown: Shown, bus: Nats, invoice: Any) -> None:
    """A payment of the invoice, which a release with a fault could not work with."""
    paid = {"payment_id": "CHQ-4711", "amount": invoice["total"], "invoice_number": invoice["number"]}
    event = PaymentReceived.model_validate(PaymentReceived.example | paid)
    async with a_worker(shown, bus, Subscription(BILLING_PAYMENT, fails, deduplicate=False)):
        await bus.jetstream().publish(PaymentReceived.type, event.model_dump_json().encode())
        async with asyncio.timeout(20):
            while not await DeadLetters(bus.jetstream()).count():
                await asyncio.sleep(0.02)


async def settled(shown: Shown, invoice: Any) -> None:
    async with asyncio.timeout(20):
        while (await shown.place.office.do("GET", f"/receivables/{invoice['id']}"))["status"] != "settled":
            await asyncio.sleep(0.02)


async def test_an_admin_has_a_dead_letter_delivered_again_and_it_is_gone_for_good(
    bare: Shown, nats_server: NatsServer
) -> None:
    bare.place.at("2026-01-05")
    invoice = await bare.place.owes("Lettre morte", due="2026-03-01", amount="100.00")
    async with a_bus(bare, nats_server.url) as bus, bare.page() as page:
        await given_up(bare, bus, invoice)
        await page.get_by_role("link", name="Operations", exact=True).click()
        part = page.locator("section[aria-labelledby=dead-letters]")
        letter = part.get_by_role("listitem").filter(has_text=FAULT)
        consumer = page.locator("tr", has_text="billing-payment")
        await expect(letter).to_have_count(1)
        await expect(consumer).to_contain_text("Nobody listens")
        await letter.locator("summary").click()
        await expect(letter.locator("pre")).to_contain_text("CHQ-4711")
        assert await faults_of(page) == []

        await letter.get_by_role("button", name="Deliver it again").click()
        await expect(page.locator(".notice.done")).to_contain_text("Delivered again.")
        await expect(part.get_by_role("listitem")).to_have_count(0)

        async with a_worker(bare, bus, payments(lambda: bare.place.office.now)):
            await settled(bare, invoice)
            await page.reload()
            await expect(consumer).to_contain_text("Well")
        await expect(part.get_by_role("listitem")).to_have_count(0)
