"""An admin and the versions of a scenario, in a real browser: compared, published among running cases, as a file."""

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import FilePayload, Page, expect

from tests.browser.conftest import Shown
from tests.browser.test_accessible import faults_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

FIRST = {"key": "first-reminder", "days": 7, "kind": "email", "template": "first-reminder"}
CALL = {"key": "call", "days": 40, "kind": "call", "template": "call", "assignee": "collector"}
FOLLOWERS = 33
"""More than the page of publishing shows at once."""


async def written(shown: Shown, key: str, *steps: dict[str, Any]) -> None:
    draft = {"key": key, "name": key.title(), "steps": list(steps)}
    await shown.place.ask(shown.place.dunning, "PUT", f"/scenarios/{key}/draft", draft)


async def published(shown: Shown, key: str, *steps: dict[str, Any]) -> None:
    await written(shown, key, *steps)
    await shown.place.ask(shown.place.dunning, "POST", f"/scenarios/{key}/publish", {})


async def version_of(shown: Shown, invoice: Any) -> int:
    timeline = await shown.place.ask(shown.place.dunning, "GET", f"/cases/{invoice['id']}/timeline")
    return int(timeline["case"]["version"])


async def test_any_two_versions_are_compared_where_one_chooses_them(bare: Shown) -> None:
    await published(bare, "compared", FIRST, CALL)
    await published(bare, "compared", FIRST | {"days": 9}, CALL)
    await written(bare, "compared", FIRST | {"days": 9})
    async with bare.page() as page:
        await page.goto(f"{bare.place.url}/scenarios/compared")
        await page.get_by_role("link", name="Versions").click()
        await page.evaluate("window.isTheSamePage = true")
        differences = page.locator("#differences")
        call = "40 days after the due date: call by collector."
        await expect(differences.locator("del")).to_have_text(call)
        await expect(differences.locator("tbody")).to_have_count(0)

        await page.get_by_label("Before").select_option("Version 1")
        await expect(differences.locator("tbody tr")).to_have_text("first-reminderDay79")
        await expect(differences.locator("del")).to_have_text(call)
        await page.get_by_label("After").select_option("Version 2")
        await expect(differences.locator("del")).to_have_count(0)
        await expect(differences.locator("tbody tr")).to_have_count(1)
        assert await faults_of(page) == []
        await page.get_by_label("Before").select_option("Version 2")
        await expect(differences).to_have_text("They are the same.")
        assert page.url.endswith("/scenarios/compared/versions?before=2&after=2")
        assert await page.evaluate("window.isTheSamePage")


async def test_a_scenario_is_brought_in_as_a_file_mended_where_it_is_wrong_and_leaves_as_it_came(bare: Shown) -> None:
    await published(bare, "file", FIRST, CALL)
    async with bare.page() as page:
        await page.goto(f"{bare.place.url}/scenarios/file")
        text = (await exported(page)).replace("key: file\n", "key: brought-in\n").replace("days: 7\n", "days: 5\n")
        wrong = text.replace("days: 5\n", "days: five\n")
        line = wrong.splitlines().index(next(each for each in wrong.splitlines() if "five" in each)) + 1

        await page.goto(f"{bare.place.url}/scenarios")
        await page.get_by_role("link", name="Import", exact=True).click()
        sent = FilePayload(name="mine.yaml", mimeType="application/yaml", buffer=wrong.encode())
        await page.get_by_label("File").set_input_files(sent)
        await page.get_by_role("button", name="Import").click()
        said = page.locator("form li")
        await expect(said).to_have_text(f"line {line}, steps.0.days: Please write a whole number.")
        await expect(page.locator("#import-text")).to_be_focused()
        await expect(page.locator("#import-text")).to_have_value(wrong)
        assert await faults_of(page) == []

        await page.fill("#import-text", text)
        await page.get_by_role("button", name="Import").click()
        await expect(page.locator(".notice.done")).to_contain_text("It is a draft now")
        await expect(page.locator("ol.steps > li").first).to_contain_text("5 days after the due date")
        assert await exported(page) == text


async def exported(page: Page) -> str:
    async with page.expect_download() as beginning:
        await page.get_by_role("link", name="Export").click()
    return Path(await (await beginning.value).path()).read_text()


@pytest.mark.browser
async def test_a_version_is_published_first_beside_running_cases_and_then_for_them(bare: Shown) -> None:
    place = bare.place
    await published(bare, "busy", FIRST, CALL)
    place.at("2026-02-23")
    owed = [await place.owes(f"Suiveur {at:02d}", due="2026-03-02", scenario="busy") for at in range(FOLLOWERS)]
    place.at("2026-03-10")
    for invoice in owed[:2]:
        await place.steps(invoice)
    await written(bare, "busy", FIRST | {"days": 10}, CALL)
    async with bare.page() as page:
        await page.goto(f"{place.url}/scenarios/busy")
        await page.get_by_role("link", name="Publish…").click()
        rows = page.locator("#results tbody tr:not(.more)")
        await expect(page.locator("#would-change")).to_have_text(str(FOLLOWERS - 2))
        await expect(page.locator("dl.totals")).to_contain_text("would keep their steps2")
        await expect(rows).to_have_count(30)
        await page.get_by_role("link", name="Show more").click()
        await expect(rows).to_have_count(FOLLOWERS - 2)
        row = rows.filter(has_text=str(owed[-1]["number"]))
        await expect(row.locator("[data-label='Next step now']")).to_contain_text("9 Mar 2026")
        await expect(row.locator("[data-label='Next step then']")).to_contain_text("12 Mar 2026")
        await expect(rows.filter(has_text=str(owed[0]["number"]))).to_have_count(0)

        await page.get_by_role("button", name="Publish").click()
        await expect(page.locator(".notice.done")).to_have_text("Version 2 is in force.")
        assert await version_of(bare, owed[-1]) == 1

        await page.get_by_role("link", name="Publish…").click()
        await expect(page.locator("#would-change")).to_have_text(str(FOLLOWERS - 2))
        await page.get_by_role("button", name="Apply").click()
        told = f"Version 2 is in force. Running cases that follow it from now on: {FOLLOWERS}."
        await expect(page.locator(".notice.done")).to_have_text(told)
        assert [await version_of(bare, invoice) for invoice in (owed[0], owed[-1])] == [2, 2]
        await page.goto(f"{place.url}/invoices/{owed[-1]['id']}")
        await expect(page.locator(".timeline.future > li").first).to_contain_text("12 Mar 2026")
