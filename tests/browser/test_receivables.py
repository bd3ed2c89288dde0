"""The list of receivables, in a real browser: a view of it is kept, and the file holds what the list shows."""

import csv
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Shown

pytestmark = pytest.mark.asyncio(loop_scope="module")

ROWS = "#results tbody tr"


async def some_that_fit(shown: Shown) -> None:
    """Three of one word, two of which are large; and one of another word."""
    place = shown.place
    place.at("2026-01-05")
    for name, amount in (("un", "1000.00"), ("deux", "2000.00"), ("trois", "10.00")):
        await place.owes(f"Vitrerie {name}", due="2026-01-12", amount=amount)
    await place.owes("Miroiterie", due="2026-01-12", amount="3000.00")
    place.at("2026-02-23")


async def balances_of(page: Page) -> dict[str, Decimal]:
    """Of each invoice of the list, by its number."""
    return {
        await row.locator("th").inner_text(): Decimal(
            (await row.locator("td[data-label=Balance]").inner_text()).strip("€").replace(",", "")
        )
        for row in await page.locator(ROWS).all()
    }


async def downloaded(page: Page) -> str:
    async with page.expect_download() as beginning:
        await page.locator("#export").click()
    download = await beginning.value
    return Path(await download.path()).read_text(encoding="utf-8-sig")


async def test_a_view_is_kept_opened_again_and_given_up_and_its_file_holds_what_it_shows(bare: Shown) -> None:
    await some_that_fit(bare)
    async with bare.page("collector") as page:
        await page.goto(f"{bare.place.url}/receivables")
        totals = page.locator("#results .totals")
        await page.get_by_label("Search an invoice number or a customer").fill("vitrerie")
        await expect(page.locator(ROWS)).to_have_count(3)
        await expect(totals).to_contain_text("€3,612.00")
        await page.get_by_label("Balance from").fill("1000")
        await expect(page.locator(ROWS)).to_have_count(2)
        await expect(totals).to_contain_text("€3,600.00")

        await page.get_by_text("Save this view").click()
        await page.locator("#save-name").fill("Large windows")
        await page.get_by_role("button", name="Save", exact=True).click()
        await expect(page.locator(".notice.done")).to_contain_text("The view is saved.")

        await page.goto(f"{bare.place.url}/receivables")
        await expect(page.locator(ROWS).filter(has_text="Miroiterie")).to_have_count(1)
        view = page.get_by_role("link", name="Large windows")
        await view.click()
        await expect(view).to_have_attribute("aria-current", "true")
        await expect(page.get_by_label("Balance from")).to_have_value("1000")
        await expect(totals).to_contain_text("€3,600.00")

        listed = await balances_of(page)
        rows = list(csv.DictReader(StringIO(await downloaded(page))))
        assert {row["Number"]: Decimal(row["Balance"]) for row in rows} == listed
        assert sum(listed.values()) == Decimal("3600.00")

        await page.get_by_text("Change views").click()
        await page.get_by_role("button", name="Delete Large windows").click()
        await expect(page.locator(".notice.done")).to_contain_text("The view is deleted.")
        await expect(page.get_by_role("link", name="Large windows")).to_have_count(0)
        await expect(page.locator(ROWS)).to_have_count(2)


async def test_a_filter_that_cannot_be_read_is_said_while_one_types(bare: Shown) -> None:
    async with bare.page("collector") as page:
        await page.goto(f"{bare.place.url}/receivables?scope=all")
        field, said = page.get_by_label("Balance from"), page.locator("#filter-min_amount-wrong")
        await field.fill("5.000,00")
        await expect(said).to_have_text("Balance from: this is not an amount; it filters nothing.")
        await expect(field).to_have_attribute("aria-invalid", "true")
        await expect(page.locator("#export")).not_to_have_attribute("download", "")

        await field.fill("5000")
        await expect(said).to_be_empty()
        await expect(field).to_have_attribute("aria-invalid", "false")
        await expect(page.locator("#export")).to_have_attribute("download", "")
