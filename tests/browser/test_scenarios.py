"""An admin at the scenarios, in a real browser: built from nothing, previewed, published, changed under cases."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Shown
from tests.browser.test_accessible import faults_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

STANDARD = {
    "first-reminder": "7 days after the due date: e-mail “first reminder”.",
    "second-reminder": "14 days after the due date: e-mail “second reminder”.",
    "third-reminder": "30 days after the due date: e-mail “third reminder”.",
    "call": "40 days after the due date: call by collections.",
    "formal-notice": "60 days after the due date: letter “formal notice”.",
}


async def looks_well(page: Page, state: str) -> None:
    assert await faults_of(page) == [], state
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{state} is too wide"


async def drag(page: Page, mark: str, right: int) -> None:
    """The mark of a step by so many pixels."""
    await page.locator(f"#{mark}").hover()
    box = await page.locator(f"#{mark}").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    await page.mouse.down()
    await page.mouse.move(x + right / 2, y, steps=3)
    await page.mouse.move(x + right, y, steps=3)
    await page.mouse.up()


@pytest.mark.parametrize(("width", "theme"), [(1440, "light"), pytest.param(390, "dark", marks=pytest.mark.browser)])
async def test_an_admin_builds_the_standard_scenario_from_nothing_and_brings_running_cases_to_it(
    shown: Shown, width: int, theme: str
) -> None:
    place = shown.place
    place.at("2026-02-23")
    invoice = await place.owes(f"Scierie {width}", due="2026-03-02")
    async with shown.page(width=width, theme=theme) as page:
        await page.goto(f"{place.url}/scenarios")
        await page.get_by_role("link", name="New scenario").click()
        await page.fill("#new-name", f"House {width}")
        await page.get_by_role("button", name="Create").click()

        await page.evaluate("window.isTheSamePage = true")
        steps = page.locator("ol.steps > li")
        for key, sentence in STANDARD.items():
            await page.locator("#add-1").click()
            await expect(page.locator("#step-offset")).to_be_focused()
            await expect(steps.last).to_contain_text(sentence)
            await page.get_by_role("button", name="Save the step").click()
            await expect(page.locator(f"#open-{key}")).to_be_focused()
        await looks_well(page, "the scenario")

        await page.locator("#open-call").click()
        await expect(page.locator("#step-offset")).to_be_focused()
        await page.fill("#step-offset", "4000")
        await page.fill("#step-assignee", "")
        await expect(page.locator("#step-offset-wrong")).to_have_text("At most 3650.")
        await expect(page.locator("#step-offset")).to_have_attribute("aria-invalid", "true")
        await page.fill("#step-offset", "41")
        await expect(page.locator("#step-offset-wrong")).to_be_empty()
        await expect(page.locator("#step-assignee-wrong")).to_have_text("Please say who is to call.")
        await looks_well(page, "a mistake while one types")
        await page.get_by_role("button", name="Save the step").click()
        await expect(page.locator("#step-assignee")).to_be_focused()
        await page.fill("#step-assignee", "Anne")
        await expect(page.locator("#step-said")).to_have_text("41 days after the due date: call by Anne.")
        await page.get_by_role("button", name="Save the step").click()
        await expect(page.locator("#open-call")).to_be_focused()

        await page.locator("#mark-call").focus()
        await page.keyboard.press("ArrowLeft")
        await expect(steps.nth(3)).to_contain_text("40 days after the due date: call by Anne.")
        assert await page.evaluate("window.isTheSamePage")

        await page.get_by_role("link", name="Preview").click()
        await page.fill("input[name=q]", f"scierie {width}")
        await expect(page.locator("#proposed li")).to_have_count(1)
        await page.locator("#proposed a").click()
        await expect(page.locator("#preview")).to_contain_text("Monday, 9 March 2026 · D+7: e-mail “first reminder”")
        await expect(page.locator("#preview .letter").first).to_contain_text(str(invoice["number"]))
        await looks_well(page, "the preview")

        await page.locator(".heading a").first.click()
        await page.get_by_role("link", name="Publish…").click()
        await page.get_by_label("New invoices follow it").check()
        await page.get_by_role("button", name="Publish").click()
        await expect(page.locator(".notice.done")).to_contain_text("Version 1 is in force.")

        follower = await place.owes(f"Fonderie {width}", due="2026-03-02")
        before = await page.locator("#mark-first-reminder circle").bounding_box()
        await drag(page, "mark-first-reminder", 30)
        await expect(steps.first).not_to_contain_text("7 days after the due date")
        after = await page.locator("#mark-first-reminder circle").bounding_box()
        assert before is not None
        assert after is not None
        assert after["x"] > before["x"]
        await page.locator("#open-first-reminder").click()
        await expect(page.locator("#step-offset")).to_be_focused()
        await page.fill("#step-offset", "10")
        await page.keyboard.press("Enter")
        await expect(page.locator("#open-first-reminder")).to_be_focused()  # saved: its form says the day before that
        await expect(steps.first).to_contain_text("10 days after the due date: e-mail “first reminder”.")

        await page.get_by_role("link", name="Publish…").click()
        await expect(page.locator("#would-change")).to_have_text("1")
        row = page.locator("#results tbody tr", has_text=str(follower["number"]))
        await expect(row).to_contain_text("9 Mar 2026")
        await expect(row).to_contain_text("12 Mar 2026")
        await looks_well(page, "what publishing changes")
        await page.get_by_label("follow the new version from now on").check()
        await page.get_by_role("button", name="Publish").click()
        await expect(page.locator(".notice.done")).to_contain_text("Running cases that follow it from now on: 1.")

        await page.goto(f"{place.url}/invoices/{follower['id']}")
        await expect(page.locator(".timeline.future > li").first).to_contain_text("12 Mar 2026")
