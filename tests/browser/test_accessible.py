"""No page has a fault that axe-core finds, and none is wider than its window."""

from typing import Any

import pytest

from tests.browser.conftest import AXE, Shown

ASKED = "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})"


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_no_page_has_a_fault(shown: Shown, width: int, theme: str) -> None:
    async with shown.page(width=width, theme=theme) as page:
        for name, path in shown.paths.items():
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
async def test_no_page_in_french_has_a_fault(shown: Shown, width: int, theme: str) -> None:
    async with shown.page(width=width, theme=theme, language="fr") as page:
        for name, path in shown.paths.items():
            await page.goto(shown.place.url + path)
            await page.evaluate(AXE)
            found: dict[str, Any] = await page.evaluate(ASKED)
            assert [each["id"] for each in found["violations"]] == [], name
            assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} is too wide"
