"""No page has a fault that axe-core finds, and none is wider than its window."""

from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import AXE, Shown

WAYS = (
    (1440, "light"),
    (390, "dark"),
    pytest.param(1440, "dark", marks=pytest.mark.browser),
    pytest.param(390, "light", marks=pytest.mark.browser),
)
"""Each page is seen in each width and each theme in every run; what the two do to each other by `make test-browser`."""
ASKED = "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})"


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(("width", "theme"), WAYS)
@pytest.mark.parametrize("which", ["paths", "scenario_paths"])
async def test_no_page_has_a_fault(shown: Shown, width: int, theme: str, which: str) -> None:
    async with shown.page(width=width, theme=theme) as page:
        for name, path in getattr(shown, which).items():
            await page.goto(shown.place.url + path)
            await page.evaluate("document.querySelectorAll('details:not(.reader)').forEach((each) => each.open = true)")
            await page.evaluate(AXE)
            found: dict[str, Any] = await page.evaluate(ASKED)
            faults = [f"{each['id']}: {node['html'][:120]}" for each in found["violations"] for node in each["nodes"]]
            assert faults == [], name
            assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} is too wide"


@pytest.mark.browser
@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("which", ["paths", "scenario_paths"])
async def test_no_page_in_french_has_a_fault(shown: Shown, width: int, theme: str, which: str) -> None:
    async with shown.page(width=width, theme=theme, language="fr") as page:
        for name, path in getattr(shown, which).items():
            await page.goto(shown.place.url + path)
            await page.evaluate(AXE)
            found: dict[str, Any] = await page.evaluate(ASKED)
            assert [each["id"] for each in found["violations"]] == [], name
            assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} is too wide"


async def faults_of(page: Page) -> list[str]:
    await page.evaluate(AXE)
    found: dict[str, Any] = await page.evaluate(ASKED)
    return [f"{each['id']}: {node['html'][:120]}" for each in found["violations"] for node in each["nodes"]]


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(("width", "theme", "language"), [(1440, "dark", "fr"), (390, "light", "fr")])
async def test_what_appears_while_one_works_has_no_fault(shown: Shown, width: int, theme: str, language: str) -> None:
    """A list by e-mail, proposals, suggestions, refusals at their fields, a secret address, what was said before."""
    place, customer = shown.place, f"/customers/{shown.invoice['customer_id']}"
    await place.pays(None, "220.00", f"SUGGESTED-{width}")
    async with shown.page(width=width, theme=theme, language=language) as page:

        async def looks_well(state: str) -> None:
            assert await faults_of(page) == [], state
            assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{state} is too wide"

        await page.goto(f"{place.url}/receivables")
        await page.locator("#act-overdue-list summary").click()
        await looks_well("asking for the overdue list")
        await page.locator("#act-overdue-list button.main").click()
        await expect(page.locator("#act-overdue-list summary")).to_have_text("Liste des retards chaque lundi")
        await page.locator("#act-overdue-list summary").click()
        await looks_well("getting the overdue list")
        await page.goto(f"{place.url}/people/overdue-lists")
        await expect(page.locator("tbody tr")).to_have_count(1)
        await looks_well("who gets the overdue list")
        await page.goto(f"{place.url}/payments")
        await page.fill("#entry-q", "F-2026")
        await expect(page.locator("#proposals label").first).to_be_visible()
        await page.fill("#entry-amount", "99999")
        await expect(page.locator("#proposals p, #proposals .list").first).to_be_visible()
        await looks_well("proposals")
        await page.locator("#proposals input[type=radio]").first.evaluate(
            "each => each.closest('form').noValidate = true"
        )
        await page.fill("#entry-amount", "douze")
        await page.locator("#entry-amount").press("Enter")
        await expect(page.locator(".wrong").first).to_be_visible()
        await looks_well("a refused payment")
        await page.goto(f"{place.url}/payments/SUGGESTED-{width}/allocate")
        await expect(page.locator(".proposals label").first).to_be_visible()
        await looks_well("suggestions")
        await page.goto(f"{place.url}/tasks")
        await page.locator("details.before summary").first.click()
        await expect(page.locator(".said-before > *").first).to_be_visible()
        await looks_well("what was said before")
        await page.goto(f"{place.url}/tasks/calendar")
        await page.locator("form[action='/tasks/calendar'] button").click()
        await expect(page.locator("#feed-url")).to_be_visible()
        await looks_well("a secret address")
        await page.goto(place.url + customer)
        await page.locator("form[action$='/comments']").first.evaluate(
            "form => { form.noValidate = true; form.requestSubmit() }"
        )
        await expect(page.locator("#comment-text-wrong")).to_be_visible()
        await looks_well("a refused comment")
        for path in ("/letters?day=2020-01-01", "/tasks?assignee=nobody", "/customers?q=zzz"):
            await page.goto(place.url + path)
            await looks_well(path)
