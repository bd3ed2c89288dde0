"""What was typed is not lost to another form or link of the same page, in a real browser."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.async_api import Dialog, Page, expect

from tests.browser.conftest import Shown
from tests.browser.test_scenarios import drag

pytestmark = pytest.mark.asyncio(loop_scope="module")


@contextmanager
def answering(page: Page, *, leaves: bool) -> Iterator[list[str]]:
    """The kinds of the questions that were asked, each answered in this way."""
    asked: list[str] = []

    async def answer(dialog: Dialog) -> None:
        asked.append(dialog.type)
        await (dialog.accept() if leaves else dialog.dismiss())

    page.on("dialog", answer)
    try:
        yield asked
    finally:
        page.remove_listener("dialog", answer)


async def test_a_step_that_is_being_written_is_not_left_without_a_question(shown: Shown) -> None:
    async with shown.page() as page:
        await page.goto(f"{shown.place.url}/scenarios/standard?step=call")
        offset = page.locator("#step-offset")
        await offset.fill("43")
        mark = page.locator("#mark-third-reminder")
        with answering(page, leaves=False) as asked:
            await page.locator("#add-1").click()
            await page.locator("#open-formal-notice").click()
            await page.locator("#mark-second-reminder").click()
            await drag(page, "mark-third-reminder", 30)
            assert asked == ["confirm", "confirm", "beforeunload", "confirm"]
            await page.get_by_role("link", name="Preview").click()
            await page.get_by_role("link", name="Publish…").click()
            assert asked[4:] == ["beforeunload"] * 2
        await expect(offset).to_have_value("43")
        await expect(mark.locator("text")).to_have_text("D+30")
        assert await mark.get_attribute("data-now") is None

        await page.fill("#step-offset", "4000")
        await page.get_by_role("button", name="Save the step").click()
        await expect(offset).to_be_focused()  # what is said while one types moves no focus
        await expect(page.locator("#step-offset-wrong")).not_to_be_empty()
        with answering(page, leaves=True) as asked:
            await page.locator("#open-formal-notice").click()
            await expect(page.locator("#step-formal-notice #step-offset")).to_be_focused()
            assert asked == ["confirm"]

        with answering(page, leaves=True) as asked:
            await page.locator("#open-call").click()
            await page.fill("#step-call #step-offset", "41")
            await page.get_by_role("button", name="Save the step").click()
            # Not by the words alone: the form says them too, while one types.
            await expect(page.locator("#open-call")).to_be_focused()
            await expect(page.locator("#step-call")).to_contain_text("41 days after the due date")
            await page.locator("#open-formal-notice").click()
            await expect(page.locator("#step-formal-notice #step-offset")).to_be_focused()
            assert asked == []


async def test_a_text_that_was_refused_is_not_left_without_a_question(shown: Shown) -> None:
    async with shown.page() as page:
        await page.goto(f"{shown.place.url}/templates/first-reminder/en")
        await page.fill("#source-subject", "{{ invoice.nombre }}")
        await page.get_by_role("button", name="Save", exact=True).click()
        await expect(page).to_have_url(f"{shown.place.url}/templates/first-reminder/en")
        await expect(page.locator("#mistakes li")).to_have_count(1)
        with answering(page, leaves=False) as asked:
            await page.get_by_role("link", name="French").click()
            await expect(page.locator("#source-subject")).to_have_value("{{ invoice.nombre }}")
            assert asked == ["beforeunload"]


async def test_tracking_numbers_that_were_typed_stay_while_letters_are_posted_one_by_one(bare: Shown) -> None:
    place = bare.place
    place.at("2026-03-02")
    for name in ("Premier", "Deuxième", "Troisième"):
        await place.writes(await place.owes(name, due="2026-03-04"))
    async with bare.page() as page:
        await page.goto(f"{place.url}/letters")
        of_day = page.locator("ul.list").first
        fields, rows = of_day.get_by_label("Tracking number"), of_day.locator("li")
        for number in range(3):
            await fields.nth(number).fill(f"1A {number}")
        await of_day.get_by_role("button", name="Posted").first.click()

        await expect(rows.first).to_contain_text("1A 0")
        await expect(rows.first.locator("[role=status]")).to_be_focused()
        await expect(fields).to_have_count(2)
        assert [await field.input_value() for field in await fields.all()] == ["1A 1", "1A 2"]
        await fields.first.press("Enter")
        await expect(fields).to_have_count(1)
        await expect(rows.nth(1)).to_contain_text("1A 1")
        with answering(page, leaves=False) as asked:
            await page.get_by_role("link", name="All to post").click()
            assert asked == ["beforeunload"]
        await fields.fill("1" * 41)
        await fields.press("Enter")
        await expect(rows.last).to_contain_text("at most 40 characters.")
        await expect(fields).to_have_value("1" * 41)
        await expect(fields).to_be_focused()
