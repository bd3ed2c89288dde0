"""The quick stories of people at work, in a real browser."""

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Shown

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_the_list_follows_what_one_types(shown: Shown) -> None:
    async with shown.page() as page:
        await page.goto(f"{shown.place.url}/receivables?scope=all")
        await page.keyboard.press("/")
        await page.keyboard.type("café")

        await expect(page.locator("#results tbody tr")).to_have_count(1)
        await expect(page.locator("#results .totals")).to_contain_text("€1,481.47")
        assert "q=caf" in page.url
        assert "q=caf" in str(await page.locator("#export").get_attribute("href"))


async def test_a_collector_notes_a_promise_in_two_clicks_and_a_date(shown: Shown) -> None:
    async with shown.page("collector") as page:
        await page.goto(f"{shown.place.url}/tasks")
        card = page.locator("article", has_text="Café du Port")
        await expect(card.locator("a.phone")).to_have_attribute("href", "tel:+33385000000")
        await card.locator("[name=promised_on]").fill("2026-03-02")
        await card.locator("[name=note]").press("Enter")  # says nothing of how it went
        await card.get_by_role("button", name="Promised to pay").click()

        await expect(page.locator(".notice.done")).to_contain_text("Noted: Café du Port.")
        await expect(page.locator("article", has_text="Café du Port")).to_have_count(0)


async def test_an_accountant_enters_cheques_without_a_mouse(shown: Shown) -> None:
    place = shown.place
    place.at("2026-01-05")
    for number in range(3):
        await place.owes(f"Cheques {number}", due="2026-03-01", amount="100.00")
    place.at("2026-02-23")
    async with shown.page("accountant") as page:
        await page.goto(f"{place.url}/payments")
        for number in range(3):
            await expect(page.locator("#entry-q")).to_be_focused()
            await page.keyboard.type(f"Cheques {number}")
            await expect(page.locator("#proposals label")).to_have_count(1)
            await page.keyboard.press("Tab")
            await page.keyboard.type("120")
            await page.keyboard.press("Enter")
            await expect(page.locator(".notice.done")).to_contain_text("Recorded, and allocated to")

        await expect(page.locator("#results tbody tr").first).to_contain_text("Allocated")


async def test_a_session_that_ends_in_the_middle_of_a_form_loses_nothing(shown: Shown) -> None:
    async with shown.page() as page:
        await page.goto(shown.place.url + shown.paths["invoice"])
        await page.get_by_text("Dispute", exact=True).click()
        await page.fill("#dispute-note", "One bag was missing")
        shown.place.identity.end_all()
        shown.place.app.state.user_sessions.kept.clear()
        await page.get_by_role("button", name="Note the dispute").click()
        await expect(page.get_by_text("nothing of it is lost")).to_be_visible()

        await shown.sign_in_again(page)

        await expect(page.locator("#live")).to_contain_text("One bag was missing")
        await page.get_by_role("button", name="Resume").click()
        await expect(page.locator(".notice.done")).to_contain_text("The case goes on.")


async def test_a_collector_leaves_a_step_out_where_it_stands_and_the_future_redraws(shown: Shown) -> None:
    shown.place.at("2026-02-23")
    invoice = await shown.place.owes("Imprimerie du Marché", due="2026-02-25")
    async with shown.page("collector") as page:
        await page.goto(f"{shown.place.url}/invoices/{invoice['id']}")
        await page.evaluate("window.isTheSamePage = true")
        steps = page.locator(".timeline.future > li")
        await expect(steps).to_have_count(5)

        await steps.filter(has_text="Second reminder").get_by_text("Skip").click()
        await expect(page.locator("#skip-note")).to_be_focused()
        await page.keyboard.type("She asked for a call")
        await page.get_by_role("button", name="Skip", exact=True).dblclick()

        await expect(page.locator(".notice.done")).to_contain_text("The step is left out.")
        await expect(steps).to_have_count(4)
        await expect(page.locator(".timeline:not(.future)")).to_contain_text("She asked for a call")
        assert await page.evaluate("window.isTheSamePage")
    timeline = await shown.place.ask(shown.place.dunning, "GET", f"/cases/{invoice['id']}/timeline")
    assert [entry["reason"] for entry in timeline["past"]].count("by_hand") == 1


async def test_what_a_service_refuses_is_said_at_its_field_without_leaving_the_page(shown: Shown) -> None:
    shown.place.at("2026-02-23")
    invoice = await shown.place.owes("Imprimerie du Marché", due="2026-02-25")
    async with shown.page("collector") as page:
        await page.goto(f"{shown.place.url}/invoices/{invoice['id']}")
        await page.evaluate("window.isTheSamePage = true")
        await page.locator("#act-promise summary").click()
        await page.fill("#promise-date", "2026-03-02")
        await page.fill("#promise-amount", "99999")
        await page.get_by_role("button", name="Note the promise").click()

        await expect(page.locator("#promise-amount-wrong")).to_be_visible()
        await expect(page.locator("#promise-amount")).to_be_focused()
        assert await page.input_value("#promise-date") == "2026-03-02"
        await page.fill("#promise-amount", "600")
        await page.get_by_role("button", name="Note the promise").click()
        await expect(page.locator("#live")).to_contain_text("for 2 Mar 2026 (€600.00)")
        assert await page.evaluate("window.isTheSamePage")


async def test_a_reader_chooses_language_and_theme(shown: Shown) -> None:
    async with shown.page() as page:
        await page.goto(f"{shown.place.url}/receivables")
        await page.locator(".reader summary").click()
        await page.select_option("[name=language]", "fr")
        await page.select_option("[name=theme]", "dark")
        await page.get_by_role("button", name="Apply").click()

        await expect(page.locator("h1")).to_have_text("Créances")
        await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        ground = await page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert ground == "rgb(18, 23, 26)"
