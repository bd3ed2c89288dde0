"""Every page as a picture, for people to look at: wide and on a phone, light and dark, in both languages; without a
row, with some months of work and long names, with ten thousand rows, and those of people with people on them.
`make pictures` writes them to `build/pictures`. Checked on the way: nothing is wider than its window, and the browser
has nothing to complain of."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, async_playwright

from chassis import migrations
from chassis.clock import real_now
from deploy.local.launch import ROOT
from services.console.web.cookies import SESSION, Cookies
from tests.browser.conftest import CHROMIUM, Shown
from tests.browser.people import signed_in, some_people
from tests.services.console.house import ConsoleHouse, a_console_house
from tests.services.console.place import Place, a_place
from tests.services.console.quoting import a_draft, a_quotes_service
from tests.speed.portfolio import fill
from tests.support.databases import Databases
from tests.support.lent import Pool
from tests.support.tokens import Keys

pytestmark = [pytest.mark.pictures, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(1800)]

FOLDER = Path(ROOT) / "build" / "pictures"
MODES = [(width, theme, language) for width in (1440, 390) for theme in ("light", "dark") for language in ("en", "fr")]
TALLEST = 2600
CUT = "[...document.querySelectorAll('.table')].some((each) => each.scrollWidth > each.clientWidth)"
MANY = 10_000
LISTS = {
    "today": "/today",
    "receivables": "/receivables?scope=all",
    "overdue": "/receivables",
    "aged": "/receivables/aged",
    "customers": "/customers",
    "calls": "/tasks?assignee=*",
    "letters": "/letters",
    "payments": "/payments",
    "quotes": "/quotes",
    "scenarios": "/scenarios",
    "templates": "/templates",
    "operations": "/operations",
}
NOT_THERE = ("missing", "closed offer")
"""The browser itself complains of what is not found."""
TEMPLATES = {
    "templates": "/templates",
    "template": "/templates/first-reminder/fr",
    "new template": "/templates/new",
    "template's versions": "/templates/first-reminder/fr/versions",
}
PEOPLE = {
    "users": "/people/users",
    "no user": "/people/users?q=zzz",
    "profiles": "/people/profiles",
    "profile": "/people/profiles/sales",
    "new profile": "/people/profiles/new?like=collector",
    "administrator": "/people/profiles/admin",
    "api keys": "/people/api-keys",
    "new api key": "/people/api-keys/new",
    "rules": "/people/rules",
    "audit": "/audit",
    "account and devices": "/account",
}
OUTSIDE = {"sign-in": "/sign-in", "password forgotten": "/password-resets", "link to choose": "/password-resets/rlr_x"}


@dataclass(frozen=True)
class Album:
    name: str
    shown: Shown
    paths: Mapping[str, str]


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["none", "some", "many"])
async def album(
    request: pytest.FixtureRequest, shown: Shown, databases: Databases, keys: Keys, pool: Pool
) -> AsyncIterator[Album]:
    if request.param == "some":
        yield Album("some", shown, shown.paths | shown.scenario_paths | TEMPLATES)
        return
    made: dict[str, str] = {}

    async def database_of(name: str) -> str:
        made[name] = await databases.fresh(name, lambda dsn: migrations.migrate(name, dsn))
        return made[name]

    async with AsyncExitStack() as stack:
        place = await stack.enter_async_context(a_place(database_of, keys, pool, prints=True))
        quotes = await stack.enter_async_context(a_quotes_service(place, database_of, keys, pool))
        playwright = await stack.enter_async_context(async_playwright())
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        other = Shown(place, browser, quotes, None, None, None, "")
        paths = LISTS if request.param == "none" else LISTS | await very_many(place, other, made)
        yield Album(request.param, other, paths)
        await browser.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def peopled(databases: Databases, keys: Keys) -> AsyncIterator[tuple[ConsoleHouse, Mapping[str, str]]]:
    """The console before the real identity, and the pages of some of its people."""
    dsn = await databases.fresh("identity", lambda dsn: migrations.migrate("identity", dsn))
    async with a_console_house(dsn, keys) as house:
        yield house, await some_people(house)


async def very_many(place: Place, shown: Shown, made: Mapping[str, str]) -> dict[str, str]:
    """Ten thousand invoices and what came of them; the pages of the customer who owes most, and of an invoice."""
    today = real_now().date()
    place.at(today.isoformat())
    await place.owes(due=today.isoformat())
    await place.office.do(
        "POST",
        "/invoices",
        {
            "customer_id": str(await place.office.customer()),
            "lines": [{"description": "Entretien", "quantity": "1", "unit_price": "1000.00", "vat_rate": "20"}],
        },
    )
    await a_draft(place, shown.quotes)
    for service in ("billing", "dunning", "notify", "quotes"):
        dsn = made[service].replace("+asyncpg", "")
        await fill(dsn, service, "demo", MANY, today=today)
    late = (await place.office.do("GET", "/receivables?overdue=true&limit=1"))["items"][0]
    biggest = (await place.office.do("GET", "/receivables/aged/customers?limit=1"))["items"][0]
    return {"invoice": f"/invoices/{late['invoice_id']}", "customer": f"/customers/{biggest['customer_id']}"}


@pytest.mark.parametrize(("width", "theme", "language"), MODES)
async def test_every_page_is_a_picture(album: Album, width: int, theme: str, language: str) -> None:
    async with album.shown.page(width=width, theme=theme, language=language) as page:
        folder = FOLDER / album.name / f"{width}-{theme}-{language}"
        assert await taken_of_each(page, album.shown.place.url, album.paths, folder) == []


@pytest.mark.parametrize(("width", "theme", "language"), MODES)
async def test_every_page_of_people_is_a_picture(
    peopled: tuple[ConsoleHouse, Mapping[str, str]], width: int, theme: str, language: str
) -> None:
    house, theirs = peopled
    folder = FOLDER / "people" / f"{width}-{theme}-{language}"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        async with signed_in(house, browser, width=width, theme=theme, language=language) as page:
            wrong = await taken_of_each(page, house.url, {**PEOPLE, **theirs}, folder)
            await page.goto(f"{house.url}/people/api-keys/new")
            await page.fill("#key-name", f"{width} {theme} {language}")
            await page.locator("form[action='/people/api-keys/new'] button.main").click()
            await page.locator("#secret").wait_for()
            await taken(page, folder / "api-key-made.png")
            await page.context.clear_cookies(name=Cookies(is_secure=False).name(SESSION))
            wrong += await taken_of_each(page, house.url, OUTSIDE, folder)
        await browser.close()
    assert wrong == []


async def taken_of_each(page: Page, url: str, paths: Mapping[str, str], folder: Path) -> list[str]:
    """What is wrong with them."""
    folder.mkdir(parents=True, exist_ok=True)
    wrong: list[str] = []
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    is_wide = (page.viewport_size or {"width": 0})["width"] == MODES[0][0]
    for name, path in paths.items():
        said.clear()
        await page.goto(url + path)
        await page.evaluate("document.querySelectorAll('.audit details').forEach((each) => each.open = true)")
        await taken(page, folder / f"{name.replace(' ', '-')}.png")
        if not await page.evaluate("document.documentElement.scrollWidth <= innerWidth"):
            wrong.append(f"{name} is too wide")
        if is_wide and await page.evaluate(CUT):
            wrong.append(f"{name}: a table is cut")
        if said and name not in NOT_THERE:
            wrong.append(f"{name}: {said}")
    return wrong


async def taken(page: Page, file: Path) -> None:
    """The whole page, as far as anyone looks."""
    height = int(await page.evaluate("document.documentElement.scrollHeight"))
    width = page.viewport_size["width"] if page.viewport_size else 1440
    await page.screenshot(
        path=file, full_page=True, clip={"x": 0, "y": 0, "width": width, "height": min(height, TALLEST)}
    )
