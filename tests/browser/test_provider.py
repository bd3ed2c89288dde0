"""Signing in by an identity provider, in a browser: the provider is a program of its own."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect
from pydantic import SecretStr

from tests.browser.conftest import CHROMIUM
from tests.browser.test_accessible import faults_of
from tests.services.console.house import ConsoleHouse, a_console_house
from tests.services.identity.test_audit import told
from tests.support.real_provider import CARLA, RealProvider, a_real_provider
from tests.support.tokens import Keys

DAVID: dict[str, Any] = {
    "sub": "david", "email": "david@atelier-brun.example", "email_verified": True, "name": "David Roux",
    "groups": ["everyone"],
}  # fmt: skip
PROMOTED = {"groups": ["everyone", "bosses"]}
RULES = [
    {"claim": "groups", "value": "bosses", "profile": "admin"},
    {"claim": "groups", "value": "dunning", "profile": "collector"},
]


@asynccontextmanager
async def a_house(provider: RealProvider, dsn: str, keys: Keys) -> AsyncIterator[ConsoleHouse]:
    """A console whose people sign in by this provider; who has no rule is not let in."""
    settings: dict[str, Any] = {
        "oidc_issuer": provider.issuer, "oidc_client_id": "relance", "oidc_client_secret": SecretStr("s"),
        "oidc_name": "Brun Login",
    }  # fmt: skip
    async with a_console_house(dsn, keys, **settings) as house:
        taken_in = {"name": "Atelier Brun", "rules": RULES, "creates_users": True}
        await house.registry.do("PUT", "/organisation", taken_in)
        yield house


@asynccontextmanager
async def a_tab(browser: Browser) -> AsyncIterator[Page]:
    """In a browser that knows nothing yet. A mistake of a script, or what the policy blocked, fails the test."""
    troubles: list[str] = []
    context = await browser.new_context(locale="en-GB")
    page = await context.new_page()
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda said: troubles.append(said.text) if "Content Security" in said.text else None)
    await context.route("https://**", lambda route: route.abort())  # the provider's page asks for a style elsewhere
    try:
        yield page
    finally:
        await context.close()
    assert [each for each in troubles if LEFT not in each] == []


LEFT = "Transition was aborted"
"""The browser's word when a page is left for another site while it is being shown."""


async def comes_as(page: Page, house: ConsoleHouse, subject: str, path: str = "/sign-in") -> None:
    """From the console to the provider's page, where this person is chosen, and back."""
    await page.goto(house.url + path)
    await page.get_by_role("button", name="Brun Login").click()
    await page.locator("[name=sub]").first.fill(subject)
    await page.get_by_role("button", name="Authorize").click()
    await page.wait_for_url(lambda url: url.startswith(house.url))


@pytest.fixture
async def provider() -> AsyncIterator[RealProvider]:
    async with a_real_provider(CARLA, DAVID) as provider:
        yield provider


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        await browser.close()


async def test_someone_signs_in_by_the_provider_with_the_profile_of_their_claims_and_signs_out(
    provider: RealProvider, browser: Browser, database_of: Callable[[str], Awaitable[str]], keys: Keys
) -> None:
    async with a_house(provider, await database_of("identity"), keys) as house, a_tab(browser) as page:
        await comes_as(page, house, "carla", "/account")
        await expect(page).to_have_url(f"{house.url}/account")
        await expect(page.locator("body")).to_contain_text("Carla Neri")
        await expect(page.get_by_role("link", name="Receivables")).to_be_visible()
        await expect(page.get_by_role("link", name="Users and rights")).to_have_count(0)
        (carla,) = (await house.registry.do("GET", "/users", None))["items"][:1]
        assert (carla["email"], carla["profile"]) == ("carla@atelier-brun.example", "collector")

        await page.get_by_role("button", name="Sign out").click()
        await expect(page).to_have_url(f"{house.url}/sign-in?out=1")
        out = page.get_by_role("link", name="Brun Login")
        await expect(out).to_have_attribute("href", re.compile(f"^{re.escape(provider.issuer)}"))
        await page.goto(f"{house.url}/account")
        await expect(page).to_have_url(f"{house.url}/sign-in?next=%2Faccount")

        await provider.says("carla", **{name: value for name, value in CARLA.items() if name != "sub"} | PROMOTED)
        await comes_as(page, house, "carla")
        await expect(page.get_by_role("link", name="Users and rights")).to_be_visible()
        done = [each for each in await told(house.registry) if each.action == "identity.sign_in"]
        assert [(each.actor_name, each.outcome) for each in done] == [("Carla Neri", "done")] * 2


async def test_who_may_not_come_in_is_told_why(
    provider: RealProvider, browser: Browser, database_of: Callable[[str], Awaitable[str]], keys: Keys
) -> None:
    """Refused by our rules, and by themselves at the provider's page."""
    async with a_house(provider, await database_of("identity"), keys) as house, a_tab(browser) as page:
        await comes_as(page, house, "david")
        await expect(page.get_by_role("alert")).to_contain_text("Your account has no role in Relance.")
        assert await faults_of(page) == []
        await page.goto(f"{house.url}/account")
        await expect(page).to_have_url(f"{house.url}/sign-in?next=%2Faccount")

        await page.get_by_role("button", name="Brun Login").click()
        await page.get_by_role("button", name="Deny").click()
        await page.wait_for_url(lambda url: url.startswith(house.url))
        await expect(page.get_by_role("alert")).to_contain_text("You were not signed in by the identity provider.")
        (refused,) = [each for each in await told(house.registry) if each.action == "identity.sign_in"]
        assert (refused.outcome, refused.reason) == ("refused", "no_profile_for_claims")
        assert refused.actor_name == DAVID["email"]
