"""The pages of people, their rights and their doings, before the real identity."""

from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import async_playwright

from services.console.web.cookies import SESSION, Cookies
from tests.browser.conftest import CHROMIUM
from tests.browser.people import signed_in, some_people
from tests.browser.test_accessible import faults_of
from tests.services.console.house import a_console_house
from tests.support.tokens import Keys

PAGES = ("/people/users", "/people/profiles", "/people/profiles/sales", "/people/profiles/new", "/people/api-keys",
         "/people/api-keys/new", "/people/rules", "/audit", "/account")  # fmt: skip
OUTSIDE = ("/sign-in", "/password-resets")


@pytest.mark.parametrize(
    ("width", "theme", "language"),
    [(1440, "light", "en"), pytest.param(390, "dark", "fr", marks=pytest.mark.browser)],
)
async def test_no_page_of_people_has_a_fault(
    database_of: Callable[[str], Awaitable[str]], keys: Keys, width: int, theme: str, language: str
) -> None:
    async with a_console_house(await database_of("identity"), keys) as house, async_playwright() as playwright:
        theirs = await some_people(house)
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        async with signed_in(house, browser, width=width, theme=theme, language=language) as page:

            async def looks_well(path: str) -> None:
                answer = await page.goto(house.url + path)
                assert answer is not None
                assert answer.status == 200, path
                assert await faults_of(page) == [], path
                assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{path} is too wide"

            for path in (*PAGES, *theirs.values()):
                await looks_well(path)
            await page.context.clear_cookies(name=Cookies(is_secure=False).name(SESSION))
            for path in OUTSIDE:
                await looks_well(path)
        await browser.close()
