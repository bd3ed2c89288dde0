"""A collector steers a case from its page, in a real browser: each act redraws at once what is to come."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Shown

pytestmark = pytest.mark.asyncio(loop_scope="module")

STANDARD = ["First reminder", "Second reminder", "Third reminder", "Call", "Formal notice"]


async def acts(page: Page, name: str, told: str, **fields: str) -> None:
    """Fill in the form of this act and send it; the page tells what was done."""
    act = page.locator(f"#act-{name}")
    await act.locator("summary").click()
    for field, value in fields.items():
        place = act.locator(f"[name={field}]")
        await (place.select_option(value) if field == "step" else place.fill(value))
    await act.locator("button.main").click()
    await expect(page.locator(".notice.done")).to_contain_text(told)


async def resumes(page: Page) -> None:
    await page.get_by_role("button", name="Resume").click()
    await expect(page.locator(".notice.done")).to_contain_text("The case goes on.")
    await expect(page.locator(".timeline.future")).not_to_contain_text("planned for")


async def comes(page: Page, *steps: str) -> None:
    """These steps are to come, in this order and no others, each with what is said of it."""
    found = page.locator(".timeline.future > li")
    await expect(found).to_have_count(len(steps))
    await expect(found).to_contain_text(list(steps))


async def a_calm_scenario(shown: Shown) -> None:
    step = {"key": "one-call", "kind": "call", "days": 20, "template": "call", "assignee": "collector"}
    written = {"key": "calm", "name": "Calm", "steps": [step]}
    await shown.place.ask(shown.place.dunning, "PUT", "/scenarios/calm/draft", written)
    await shown.place.ask(shown.place.dunning, "POST", "/scenarios/calm/publish", {})


async def test_each_act_on_a_case_redraws_what_is_to_come(bare: Shown) -> None:
    place = bare.place
    place.at("2026-02-23")
    invoice = await place.owes("Serrurerie du Pont", due="2026-02-25")
    async with bare.page("collector") as page:
        await page.goto(f"{place.url}/invoices/{invoice['id']}")
        await page.evaluate("window.isTheSamePage = true")
        await comes(page, "4 Mar 2026", "11 Mar 2026", "27 Mar 2026", "7 Apr 2026", "27 Apr 2026")

        await acts(page, "promise", "The promise is noted.", date="2026-03-06")
        await comes(page, "planned for 4 Mar 2026", *STANDARD[1:])
        await acts(page, "dispute", "The dispute is noted.", note="One bag was missing")
        await comes(page, *["waits until the case goes on"] * 5)
        await resumes(page)
        await comes(page, "4 Mar 2026", *STANDARD[1:])

        await acts(page, "pause", "The case is on hold.", until="2026-03-12")
        await comes(page, "a later step will have come due", "planned for 11 Mar 2026", *STANDARD[2:])
        await resumes(page)

        await acts(page, "skip", "The step is left out.", step="second-reminder#1", note="She was told")
        await comes(page, "First reminder", "Third reminder", "Call", "Formal notice")
        await acts(page, "run", "The step is tried now", step="call#1")
        await comes(page, "asked for now", "First reminder", "Third reminder", "Formal notice")
        assert await page.evaluate("window.isTheSamePage")


async def test_a_case_follows_another_scenario_and_is_stopped(bare: Shown) -> None:
    place = bare.place
    await a_calm_scenario(bare)
    place.at("2026-02-23")
    invoice = await place.owes("Serrurerie de la Gare", due="2026-02-25")
    async with bare.page("collector") as page:
        await page.goto(f"{place.url}/invoices/{invoice['id']}")
        await page.get_by_role("link", name="Another scenario").click()
        await page.get_by_label("Scenario").select_option("Calm")
        await comes(page, *STANDARD, "one-call")
        await page.get_by_label("Why").fill("A friend of the house")
        await page.locator("#preview form button").click()
        await expect(page.locator(".notice.done")).to_contain_text("The case follows another scenario.")
        await comes(page, "17 Mar 2026")

        await page.evaluate("window.isTheSamePage = true")
        await acts(page, "close", "The case is closed.", note="Insolvent")
        await expect(page.locator(".timeline.future")).to_have_count(0)
        await expect(page.locator("#live")).to_contain_text("Nothing is planned.")
        assert await page.evaluate("window.isTheSamePage")
    timeline = await place.ask(place.dunning, "GET", f"/cases/{invoice['id']}/timeline")
    assert (timeline["case"]["scenario"], timeline["case"]["closing_reason"]) == ("calm", "excluded")
    assert timeline["planned"] == []
