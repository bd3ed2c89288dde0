"""No page has a fault that axe-core finds, and none is wider than its window."""

from itertools import cycle, product

import pytest
from playwright.async_api import Page, expect

from services.console.web.cookies import LANGUAGE, THEME, Cookies
from tests.browser.conftest import AXE, Shown

WIDTHS = (1440, 390)
WAYS = ((1440, "light", "en"), (390, "dark", "fr"), (1440, "dark", "fr"), (390, "light", "en"),
        (1440, "light", "fr"), (390, "dark", "en"), (1440, "dark", "en"), (390, "light", "fr"))  # fmt: skip
"""One page after the other has the next of them in every run; each page has all of them by `make test-browser`."""
ASKED = """axe.run(document, {
    resultTypes: ['violations'],
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
}).then(found => found.violations.flatMap(each => each.nodes.map(node => `${each.id}: ${node.html.slice(0, 120)}`)))"""
"""Of what is in order nothing is listed: to name each element of a page took longer than to look at it."""


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("which", ["paths", "scenario_paths"])
async def test_no_page_has_a_fault(shown: Shown, which: str) -> None:
    """Each in one way, and in both widths as to whether it fits."""
    async with shown.page() as page:
        for (name, path), way in zip(getattr(shown, which).items(), cycle(WAYS), strict=False):
            await looks_well(shown, page, path, *way, name=name)
            for width in WIDTHS:
                await page.set_viewport_size({"width": width, "height": 900})
                await fits(page, f"{name} at {width}")


@pytest.mark.browser
@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(("width", "theme", "language"), WAYS)
@pytest.mark.parametrize("which", ["paths", "scenario_paths"])
async def test_no_page_has_a_fault_in_any_way(shown: Shown, which: str, width: int, theme: str, language: str) -> None:
    async with shown.page() as page:
        for name, path in getattr(shown, which).items():
            await looks_well(shown, page, path, width, theme, language, name=name)


def test_every_run_has_each_way() -> None:
    assert sorted(WAYS) == sorted(product(WIDTHS, ("light", "dark"), ("en", "fr")))


async def looks_well(shown: Shown, page: Page, path: str, width: int, theme: str, language: str, *, name: str) -> None:
    """With everything that can be opened open."""
    names, url = Cookies(is_secure=False), shown.place.url
    chosen = [(LANGUAGE, language), (THEME, theme)]
    await page.context.add_cookies([{"name": names.name(kind), "value": value, "url": url} for kind, value in chosen])
    await page.set_viewport_size({"width": width, "height": 900})
    await page.goto(url + path)
    await page.evaluate("document.querySelectorAll('details:not(.reader)').forEach((each) => each.open = true)")
    assert await faults_of(page) == [], name
    await fits(page, name)


async def fits(page: Page, name: str) -> None:
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} is too wide"


async def faults_of(page: Page) -> list[str]:
    await page.evaluate(AXE)
    found: list[str] = await page.evaluate(ASKED)
    return found


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(
    ("width", "theme", "language"),
    [(390, "light", "fr"), pytest.param(1440, "dark", "fr", marks=pytest.mark.browser)],
)
async def test_what_appears_while_one_works_has_no_fault(shown: Shown, width: int, theme: str, language: str) -> None:
    """A list by e-mail, proposals, suggestions, refusals at their fields, a secret address, what was said before."""
    place, customer = shown.place, f"/customers/{shown.invoice['customer_id']}"
    await place.pays(None, "220.00", f"SUGGESTED-{width}")
    async with shown.page(width=width, theme=theme, language=language) as page:

        async def still_looks_well(state: str) -> None:
            assert await faults_of(page) == [], state
            await fits(page, state)

        await page.goto(f"{place.url}/receivables")
        await page.locator("#act-overdue-list summary").click()
        await still_looks_well("asking for the overdue list")
        await page.locator("#act-overdue-list button.main").click()
        await expect(page.locator("#act-overdue-list summary")).to_have_text("Liste des retards chaque lundi")
        await page.locator("#act-overdue-list summary").click()
        await still_looks_well("getting the overdue list")
        await page.goto(f"{place.url}/people/overdue-lists")
        await expect(page.locator("tbody tr")).to_have_count(1)
        await still_looks_well("who gets the overdue list")
        await page.goto(f"{place.url}/payments")
        await page.fill("#entry-q", "F-2026")
        await expect(page.locator("#proposals label").first).to_be_visible()
        await page.fill("#entry-amount", "99999")
        await expect(page.locator("#proposals p, #proposals .list").first).to_be_visible()
        await still_looks_well("proposals")
        await page.locator("#proposals input[type=radio]").first.evaluate(
            "each => each.closest('form').noValidate = true"
        )
        await page.fill("#entry-amount", "douze")
        await page.locator("#entry-amount").press("Enter")
        await expect(page.locator(".wrong").first).to_be_visible()
        await still_looks_well("a refused payment")
        await page.goto(f"{place.url}/payments/SUGGESTED-{width}/allocate")
        await expect(page.locator(".proposals label").first).to_be_visible()
        await still_looks_well("suggestions")
        await page.goto(f"{place.url}/tasks")
        await page.locator("details.before summary").first.click()
        await expect(page.locator(".said-before > *").first).to_be_visible()
        await still_looks_well("what was said before")
        await page.goto(f"{place.url}/tasks/calendar")
        await page.locator("form[action='/tasks/calendar'] button").click()
        await expect(page.locator("#feed-url")).to_be_visible()
        await still_looks_well("a secret address")
        await page.goto(place.url + customer)
        await page.locator("form[action$='/comments']").first.evaluate(
            "form => { form.noValidate = true; form.requestSubmit() }"
        )
        await expect(page.locator("#comment-text-wrong")).to_be_visible()
        await still_looks_well("a refused comment")
        for path in ("/letters?day=2020-01-01", "/tasks?assignee=nobody", "/customers?q=zzz"):
            await page.goto(place.url + path)
            await still_looks_well(path)
