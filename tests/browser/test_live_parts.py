"""What pages do with news while someone reads or writes on them, in a real browser."""

from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Shown

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
