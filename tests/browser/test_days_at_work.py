"""A collector's day, a cheque that bounced, a salesperson and their customer: from the first page on."""

import re

import pytest
from playwright.async_api import expect

from chassis.auth import Role
from tests.browser.conftest import LONG_NAME, Shown
from tests.services.console.quoting import a_draft, a_sent

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_collector_works_through_a_day(shown: Shown) -> None:
    place = shown.place
    place.at("2026-01-05")
    owed = [await place.owes(f"À rappeler {number}", due="2026-01-12", amount="100.00") for number in range(2)]
    place.at("2026-02-23")
    for invoice in owed:
        await place.calls(invoice, due="2026-02-23", assignee="lea")
        await place.writes(invoice)
    await place.office.do("POST", f"/customers/{owed[0]['customer_id']}/comments", {"text": "Demander Anne"})

    async with shown.page("collector") as page:
        await page.get_by_role("link", name="Calls", exact=True).click()
        await page.get_by_role("link", name="lea 2").click()
        await expect(page.locator("article")).to_have_count(2)
        card = page.locator("article", has_text="À rappeler 0")
        await expect(card.locator("a.phone")).to_have_attribute("href", "tel:+33385000000")
        await expect(card).to_contain_text("€120.00")
        await card.get_by_text("What was said before").click()
        await expect(card.locator(".said")).to_contain_text("Demander Anne")
        await card.get_by_role("button", name="Reached").click()
        await expect(page.locator(".notice.done")).to_contain_text("Noted: À rappeler 0.")
        await expect(page.locator("article")).to_have_count(1)

        await page.locator("article h2 a").click()
        await page.get_by_label("New comment").fill("Ne répond qu'après 17 h")
        await page.get_by_role("button", name="Note it").click()
        await expect(page.locator("#comments")).to_contain_text("Ne répond qu'après 17 h")
        await expect(page.locator("[data-late-payer]")).to_contain_text("€120.00 is overdue, for 42 days.")

        await page.get_by_role("link", name="Letters", exact=True).click()
        for number, invoice in enumerate(owed):
            row = page.locator("li", has_text=invoice["number"])
            await row.get_by_label("Tracking number").fill(f"1A 0000 {number}")
            await row.get_by_role("button", name="Posted").click()
            await expect(page.locator("li", has_text=invoice["number"])).to_contain_text(f"1A 0000 {number}")
        printed = await page.request.get(f"{place.url}/letters/print/2026-02-23")
        assert (await printed.body()).startswith(b"%PDF")


async def test_a_collector_has_the_calls_in_a_calendar(shown: Shown) -> None:
    async with shown.page("collector") as page:
        await page.goto(f"{shown.place.url}/tasks")
        await page.get_by_role("link", name="In my calendar").click()
        await page.get_by_role("button", name="Make an address").click()
        address = await page.get_by_label("Secret address").input_value()
        await page.context.clear_cookies()
        told = await page.request.get(address)
        assert "BEGIN:VEVENT" in await told.text()


async def test_sales_sees_who_pays_late_and_no_cost_price(shown: Shown) -> None:
    draft = await a_draft(shown.place, shown.quotes, to=shown.invoice["customer_id"])
    async with shown.page("sales") as page:
        await page.goto(f"{shown.place.url}/quotes")
        row = page.locator("tbody tr", has=page.locator(f"a[href='/quotes/{draft['id']}']"))
        await expect(row.locator(".badge.late")).to_contain_text("Late payer")
        await row.locator("th a").click()
        await expect(page.locator("[data-late-payer]")).to_contain_text("is overdue")
        for path in ("", "/edit"):
            await page.goto(f"{shown.place.url}/quotes/{draft['id']}{path}")
            shown_text = await page.content()
            assert "61.37" not in shown_text
            assert not re.search("Cost price|Margin", shown_text)
        await page.goto(f"{shown.place.url}/quotes/{draft['id']}")
        await page.get_by_role("link", name="See the customer").click()
        await expect(page.locator("h1")).to_have_text(LONG_NAME)
        await expect(page.locator("[data-late-payer]")).to_be_visible()


async def test_a_customer_accepts_a_quote_that_sales_then_sees_accepted(shown: Shown) -> None:
    sent, offer = await a_sent(shown.place, shown.quotes, name="Client du devis")
    context = await shown.browser.new_context(viewport={"width": 390, "height": 844})
    customer = await context.new_page()
    await customer.goto(shown.place.url + offer)
    await customer.get_by_label("Vos prénom et nom").fill("Anne Lefèvre")
    await customer.get_by_label("Écrivez les mots d’accord").fill("Bon pour accord")
    await customer.get_by_role("button", name="Accepter le devis").click()
    await expect(customer.get_by_text("Accepté par Anne Lefèvre")).to_be_visible()
    await context.close()

    async with shown.page("sales") as page:
        await page.goto(f"{shown.place.url}/quotes/{sent['id']}")
        await expect(page.locator("#state")).to_contain_text("Anne Lefèvre")
    kept = await shown.place.ask(shown.quotes, "GET", f"/quotes/{sent['id']}", None, Role.ADMIN)
    assert kept["status"] == "accepted"


async def test_an_accountant_undoes_a_cheque_that_bounced(shown: Shown) -> None:
    place = shown.place
    place.at("2026-01-05")
    invoice = await place.owes("Chèque sans provision", due="2026-01-12", amount="100.00")
    place.at("2026-02-20")
    await place.pays(invoice, "120.00", "CHQ-77")
    place.at("2026-02-23")

    async with shown.page("accountant") as page:
        await page.goto(f"{place.url}/invoices/{invoice['id']}")
        await page.get_by_role("link", name="Undo this payment").click()
        await expect(page.locator("form.sheet li")).to_have_text(f"{invoice['number']}€120.00")
        await page.get_by_label("Why").select_option("Unpaid cheque")
        await page.get_by_label("Note").fill("Provision insuffisante")
        await page.get_by_role("button", name="Undo the payment").click()

        await expect(page.locator(".notice.done")).to_contain_text(f"Owed again: {invoice['number']}.")
        await expect(page.locator(".timeline").first).to_contain_text("Payment undone: €120.00 owed again")
        await expect(page.locator(".timeline").first).to_contain_text("Unpaid cheque: Provision insuffisante")
        await expect(page.get_by_role("link", name="Undo this payment")).to_have_count(0)
