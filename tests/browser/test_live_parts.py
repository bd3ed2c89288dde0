"""What pages do with news while someone reads or writes on them, in a real browser."""

import asyncio
from typing import Any

import pytest
from playwright.async_api import Page, Route, expect

from tests.browser.conftest import Shown
from tests.browser.test_accessible import faults_of

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def hears_of(shown: Shown, page: Page, invoice: Any) -> None:
    """The page is told, as the bus tells it, that something befell this invoice; it asks, and has its answer."""
    listeners = shown.place.app.state.live
    async with page.expect_response(lambda answer: "hx-request" in answer.request.headers):
        listeners.tell("billing.invoice.changed", {"organisation": "demo", "invoice_id": invoice["id"]})


async def is_listening(shown: Shown, page: Page) -> None:
    """A page that is told nothing before it listens."""
    async with page.expect_response("**/live"):
        await page.reload()


async def test_a_view_saved_from_a_form_that_was_open_while_the_filter_changed_keeps_the_new_filter(
    bare: Shown,
) -> None:
    async with bare.page("collector") as page:
        await page.goto(f"{bare.place.url}/receivables")
        await page.get_by_text("Save this view").click()
        await page.fill("#save-name", "Windows")
        async with page.expect_response("**/receivables?**q=vitrerie**"):
            await page.get_by_label("Search an invoice number or a customer").fill("vitrerie")
        await expect(page.locator("#export")).to_have_attribute("href", "/receivables/export?scope=overdue&q=vitrerie")
        await expect(page.locator("#save-name")).to_have_value("Windows")
        await page.get_by_role("button", name="Save", exact=True).click()

        await expect(page.locator(".notice.done")).to_contain_text("The view is saved.")
        await expect(page.get_by_role("link", name="Windows")).to_have_attribute(
            "href", "/receivables?scope=overdue&q=vitrerie"
        )


async def test_a_form_that_was_open_when_news_came_is_brought_up_to_date_when_it_is_closed(bare: Shown) -> None:
    place = bare.place
    place.at("2026-02-23")
    invoice = await place.owes("Marbrerie", due="2026-02-25", amount="1000.00")
    async with bare.page() as page:
        await page.goto(f"{place.url}/invoices/{invoice['id']}")
        await is_listening(bare, page)
        summary, amount = page.locator("#act-payment summary"), page.locator("#payment-amount")
        await summary.click()
        await expect(amount).to_have_value("1200.00")
        await place.pays(invoice, "400.00")
        await hears_of(bare, page, invoice)
        await expect(page.locator("#live .large")).to_have_text("€800.00")
        await expect(amount).to_have_value("1200.00")

        await page.keyboard.press("Escape")

        await expect(amount).to_have_value("800.00")
        await expect(summary).to_be_focused()
        await place.pays(invoice, "100.00")
        await hears_of(bare, page, invoice)
        await expect(amount).to_have_value("700.00")  # the focus on its button holds back nothing
        await expect(summary).to_be_focused()


async def some_sixty(shown: Shown) -> Any:
    """More than a page of the list holds; the last of them."""
    shown.place.at("2026-02-23")
    owed = [await shown.place.owes(f"Vitrerie {number}", due="2026-02-25") for number in range(60)]
    shown.place.at("2026-03-02")
    return owed[-1]


async def test_rows_that_a_reader_brought_and_their_focus_stay_until_they_ask_for_the_news(bare: Shown) -> None:
    last = await some_sixty(bare)
    rows, news = "#results tbody tr", "#news"
    async with bare.page("collector") as page:
        await page.goto(f"{bare.place.url}/receivables?q=vitrerie")
        await is_listening(bare, page)
        await page.get_by_role("link", name="Show more").click()
        await expect(page.locator(rows)).to_have_count(60)
        await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        await expect(page.locator(news)).to_contain_text("There may be news.")
        await expect(page.locator(rows)).to_have_count(60)
        assert await faults_of(page) == []

        await page.get_by_role("button", name="Show it").click()
        await expect(page.locator(rows)).to_have_count(51)
        await expect(page.locator(news)).to_be_empty()
        await expect(page.locator("main")).to_be_focused()

        link = page.locator(f"{rows} a").first
        await link.focus()
        bare.place.app.state.live.tell("billing.invoice.changed", {"organisation": "demo"})
        await expect(page.locator(news)).to_contain_text("There may be news.")
        await expect(link).to_be_focused()
        await page.locator("#news button").focus()
        await bare.place.pays(last, "1200.00")
        await hears_of(bare, page, last)
        await expect(page.locator("#results .totals dd").first).to_have_text("59")  # nobody was reading there any more
        await expect(page.locator(news)).to_be_empty()


async def test_a_filter_and_news_at_once_show_what_the_filter_asks(bare: Shown) -> None:
    place = bare.place
    place.at("2026-03-02")
    for name in ("Ferronnerie un", "Ferronnerie deux", "Dinanderie"):
        await place.owes(name, due="2026-03-04")
    place.at("2026-03-09")
    rows = "#results tbody tr"
    told = asyncio.Event()

    async def late(route: Route) -> None:
        await told.wait()
        await route.continue_()

    async with bare.page("collector") as page:
        await page.goto(f"{place.url}/receivables?q=erie")
        await is_listening(bare, page)
        await page.route("**/receivables?**q=ferronnerie**", late)
        async with page.expect_request("**/receivables?**q=ferronnerie**"):
            await page.get_by_label("Search an invoice number or a customer").fill("ferronnerie")
        place.app.state.live.tell("billing.invoice.changed", {"organisation": "demo"})
        await page.wait_for_timeout(2000)  # beyond the second after which the list asks
        told.set()
        await expect(page.locator("#export")).to_have_attribute(
            "href", "/receivables/export?scope=overdue&q=ferronnerie"
        )
        await expect(page.locator(rows)).to_have_count(2)

        asked = asyncio.Event()

        async def of_the_old_filter(route: Route) -> None:
            answer = await route.fetch()
            await asked.wait()
            await route.fulfill(response=answer)

        async def of_the_new_one(route: Route) -> None:
            asked.set()
            await asyncio.sleep(0.5)  # the other answer is there before
            await route.continue_()

        await page.route("**/receivables?**q=ferronnerie**", of_the_old_filter)
        await page.route("**/receivables?**q=dinanderie**", of_the_new_one)
        async with page.expect_request("**/receivables?**q=ferronnerie**"):
            place.app.state.live.tell("billing.invoice.changed", {"organisation": "demo"})
        await page.get_by_label("Search an invoice number or a customer").fill("dinanderie")
        await expect(page.locator("#export")).to_have_attribute(
            "href", "/receivables/export?scope=overdue&q=dinanderie"
        )
        await expect(page.locator(rows)).to_have_count(1)
