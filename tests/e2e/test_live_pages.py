"""Pages that change by themselves while someone looks at them: the whole stack, and a real browser."""

import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright, expect

from chassis.clock import real_now
from contracts.events import PaymentReceived
from contracts.events.payments import PaymentMethod
from deploy.local.first_admin import DEFAULT_EMAIL, EMAIL, PASSWORD, ensure_admin
from deploy.local.seed import ORGANISATION
from services.identity.bootstrap import FirstAdmin
from services.identity.passwords import Passwords
from services.identity.seeding import make_admin
from tests.e2e.house import House, until

CHROMIUM = Path("/usr/bin/chromium")
SECRET = "correct horse battery staple"
OTHER_EMAIL = "admin@other.example"
SOON_MS = 15_000
"""Far more than the two seconds that it may take: the machine may be busy. How long it took is logged."""

log = logging.getLogger(__name__)

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(300)]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser(house: House) -> AsyncIterator[Browser]:
    """Two organisations have an administrator each."""
    dsn = house.stack.servers.postgres.url("identity")
    await ensure_admin(dsn, {EMAIL: DEFAULT_EMAIL, PASSWORD: SECRET})
    wanted = FirstAdmin("other", "Other SARL", OTHER_EMAIL, "Admin")
    await make_admin(dsn, wanted, SECRET, is_temporary=False, passwords=Passwords.standard(), now=real_now())
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        await browser.close()


@asynccontextmanager
async def signed_in(house: House, browser: Browser, email: str = DEFAULT_EMAIL) -> AsyncIterator[Page]:
    context = await browser.new_context(locale="en-GB")
    page = await context.new_page()
    await page.goto(f"{house.stack.urls['console']}/sign-in")
    await page.fill("[name=email]", email)
    await page.fill("[name=password]", SECRET)
    await page.keyboard.press("Enter")
    await page.wait_for_url(lambda url: "/sign-in" not in url)
    yield page
    await context.close()


def paid(house: House, invoice: dict[str, Any]) -> PaymentReceived:
    return PaymentReceived.model_validate(
        {
            "payment_id": f"bank-{invoice['number']}",
            "organisation": ORGANISATION,
            "amount": invoice["total"],
            "currency": "EUR",
            "received_on": house.today,
            "method": PaymentMethod.TRANSFER,
            "invoice_number": invoice["number"],
        }
    )


async def an_open_invoice(house: House) -> dict[str, Any]:
    return await house.an_invoice(await house.a_customer(), due_in=300)


async def listens(page: Page) -> None:
    """What the page was told since is kept in `told`."""
    await page.evaluate(
        "() => new Promise(done => { window.told = []; const live = new EventSource('/live');"
        " live.onmessage = each => window.told.push(each.data); live.onopen = () => done(); })"
    )


async def test_a_payment_turns_the_invoice_that_is_looked_at_to_paid(house: House, browser: Browser) -> None:
    invoice = await an_open_invoice(house)
    async with signed_in(house, browser) as page:
        await page.goto(f"{house.stack.urls['console']}/invoices/{invoice['id']}")
        status = page.locator("#live .badge").first
        await expect(status).to_have_class("badge open")
        began = time.monotonic()
        await house.publish(paid(house, invoice))
        await expect(status).to_have_class("badge settled", timeout=SOON_MS)
        log.warning("paid on the page after %.2f s", time.monotonic() - began)


async def test_a_page_goes_on_listening_after_the_console_was_killed(house: House, browser: Browser) -> None:
    invoice = await an_open_invoice(house)
    async with signed_in(house, browser) as page:
        await page.goto(f"{house.stack.urls['console']}/invoices/{invoice['id']}")
        status = page.locator("#live .badge").first
        await expect(status).to_have_class("badge open")
        restarts = house.stack.supervisor.children["console"].restarts
        house.stack.kill("console")

        async def is_back() -> bool:
            return house.stack.supervisor.children["console"].restarts > restarts and await answers(house)

        await until("the console is back", is_back)
        await house.publish(paid(house, invoice))
        await expect(status).to_have_class("badge settled", timeout=2 * SOON_MS)


async def test_a_page_looks_again_while_events_keep_coming_and_asks_no_more_than_it_must(
    house: House, browser: Browser
) -> None:
    """As in a wave of reminders: something is told ten times a second."""
    moments: list[float] = []
    async with signed_in(house, browser) as page:
        await page.goto(f"{house.stack.urls['console']}/receivables")
        page.on("request", lambda request: moments.append(time.monotonic()) if "/receivables" in request.url else None)
        await page.evaluate("() => { window.wave = setInterval(() => live.tell('billing.invoice'), 100); }")

        async def has_looked_twice() -> bool:
            return len(moments) >= 2

        await until("the page looked twice", has_looked_twice)
    assert moments[1] - moments[0] > 4


async def answers(house: House) -> bool:
    try:
        return (await house.http.get(f"{house.stack.urls['console']}/readyz")).is_success
    except httpx2.TransportError:
        return False


async def test_another_organisation_hears_nothing_of_it(house: House, browser: Browser) -> None:
    invoice = await an_open_invoice(house)
    async with signed_in(house, browser) as ours, signed_in(house, browser, OTHER_EMAIL) as theirs:
        for page in (ours, theirs):
            await listens(page)
        await house.publish(paid(house, invoice))
        await ours.wait_for_function(
            "invoice => window.told.some(each => each.includes(invoice))", arg=invoice["id"], timeout=SOON_MS
        )

        assert await theirs.evaluate("window.told") == []
        answer = await theirs.goto(f"{house.stack.urls['console']}/invoices/{invoice['id']}")
        assert answer is not None
        assert answer.status == 404
