"""The console before the real identity, with people of all kinds: invited, locked, with long names, with keys."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from playwright.async_api import Browser, Page, expect

from contracts.events.audit import Outcome
from contracts.rights import Right
from services.console.web.cookies import LANGUAGE, THEME, Cookies
from tests.browser.conftest import LONG_NAME
from tests.services.console.house import ConsoleHouse
from tests.services.console.test_people_pages import tell
from tests.services.identity.registry import EMAIL, PASSWORD

PHONE = "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Mobile Safari"


async def some_people(house: ConsoleHouse) -> Mapping[str, str]:
    """Pages of one of them, by what they are."""
    registry = house.registry
    locked: Any = None
    for number, (name, profile) in enumerate((("Bob", "sales"), (f"Éléonore {LONG_NAME}", "collector"))):
        body = {"email": f"person-{number}@atelier-brun.example", "name": name[:100], "language": "fr"}
        locked = await registry.do("POST", "/users", body | {"profile": profile})
        await registry.do("PUT", f"/users/{locked['id']}", body | {"profile": profile, "is_active": number == 0})
    names = {"fr": "Employé du recouvrement amiable et du contentieux", "en": "Clerk of collections and disputes"}
    may = {"names": names, "rights": [Right.RECEIVABLES_READ], "fields": {}, "stages": {"*": "visible"}}
    await registry.do("PUT", "/profiles/clerk", may)
    for name in ("Bank", f"Logiciel de {LONG_NAME}"):
        await registry.do("POST", "/api-keys", {"name": name[:100], "profile": "service"})
    revoked, _ = (await registry.do("GET", "/api-keys"))["items"]
    await registry.do("DELETE", f"/api-keys/{revoked['id']}")
    await registry.sign_in()
    await _doings(house)
    return {"user": f"/people/users/{locked['id']}", "own profile": "/people/profiles/clerk"}


async def _doings(house: ConsoleHouse) -> None:
    """A change, something made with a long text, something refused, and more than is shown."""
    await tell(house, reason="by phone")
    made = {"object": "scenarios/standard", "before": None, "after": {"name": LONG_NAME, "steps": ["a", "b"] * 40}}
    await tell(house, actor_name=LONG_NAME, action="dunning.save_draft", changes=[made], left_out=1234)
    await tell(house, action="quotes.send_quote", outcome=Outcome.REFUSED, changes=[])


@asynccontextmanager
async def signed_in(
    house: ConsoleHouse, browser: Browser, *, width: int, language: str, theme: str
) -> AsyncIterator[Page]:
    context = await browser.new_context(
        viewport={"width": width, "height": 900}, reduced_motion="reduce", user_agent=PHONE if width < 1000 else None
    )
    page = await context.new_page()
    await page.goto(f"{house.url}/sign-in")
    await page.fill("[name=email]", EMAIL)
    await page.fill("[name=password]", PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page).not_to_have_url(f"{house.url}/sign-in")
    names = Cookies(is_secure=False)
    chosen = [(LANGUAGE, language), (THEME, theme)]
    await context.add_cookies([{"name": names.name(kind), "value": value, "url": house.url} for kind, value in chosen])
    yield page
    await context.close()
