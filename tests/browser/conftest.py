"""Debian's Chromium before the console, with some months of a company's receivables behind it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest_asyncio
from fastapi import FastAPI
from playwright.async_api import Browser, Error, Page, async_playwright, expect

from chassis import migrations
from services.console.web.cookies import LANGUAGE, THEME, Cookies
from tests.services.console.identity import PASSWORD
from tests.services.console.place import Place, a_place
from tests.services.console.quoting import a_draft, a_quotes_service, a_sent
from tests.support.databases import Databases
from tests.support.lent import Pool
from tests.support.tokens import Keys

CHROMIUM = Path("/usr/bin/chromium")
AXE = (Path(__file__).parent / "axe.min.js").read_text()
expect.set_options(timeout=20_000)  # ms; what must be quick is timed by tests of its own, not by a busy machine
LONG_NAME = "Société d'Exploitation des Établissements Vandenberghe-Lemaître et Fils, successeurs"


@dataclass
class Shown:
    """The console with a portfolio: one invoice and its customer that have seen everything, and quotes of theirs."""

    place: Place
    browser: Browser
    quotes: FastAPI
    invoice: Any
    draft: Any
    sent: Any
    offer: str

    @property
    def paths(self) -> dict[str, str]:
        return {
            "today": "/today",
            "receivables": "/receivables?scope=all",
            "nothing found": "/receivables?q=zzz",
            "invoice": f"/invoices/{self.invoice['id']}",
            "aged": "/receivables/aged",
            "scenario": f"/invoices/{self.invoice['id']}/scenario?scenario=standard",
            "customers": "/customers",
            "customer": f"/customers/{self.invoice['customer_id']}",
            "erasing a customer": f"/customers/{self.invoice['customer_id']}/erasure",
            "calls": "/tasks",
            "calendar": "/tasks/calendar",
            "calendars": "/people/calendars",
            "lists": "/people/overdue-lists",
            "letters": "/letters",
            "payments": "/payments",
            "allocation": "/payments/UNKNOWN-1/allocate",
            "undoing": "/payments/VIR-8841/reverse",
            "quotes": "/quotes",
            "no quote": "/quotes?q=zzz",
            "new quote": "/quotes/new",
            "draft": f"/quotes/{self.draft['id']}",
            "draft's form": f"/quotes/{self.draft['id']}/edit",
            "quote": f"/quotes/{self.sent['id']}",
            "offer": self.offer,
            "closed offer": "/q/unknown",
            "operations": "/operations",
            "missing": "/nothing",
        }

    @property
    def scenario_paths(self) -> dict[str, str]:
        return {
            "scenarios": "/scenarios",
            "new scenario": "/scenarios/-/new",
            "import": "/scenarios/-/import",
            "editor": "/scenarios/standard",
            "editor of a step": "/scenarios/firm?step=call",
            "empty editor": "/scenarios/empty",
            "preview": f"/scenarios/standard/preview?invoice={self.invoice['id']}",
            "text": f"/scenarios/standard/preview/text?template=call&invoice={self.invoice['id']}",
            "versions": "/scenarios/standard/versions",
            "publish": "/scenarios/standard/publish",
        }

    @asynccontextmanager
    async def page(
        self, who: str = "admin", *, width: int = 1440, language: str = "en", theme: str = "light"
    ) -> AsyncIterator[Page]:
        """Signed in. A mistake of a script, what the policy blocked, or a page that a service failed, fails the test.

        Pages do not fade into one another here: what is pressed meanwhile may go to neither.
        """
        troubles: list[str] = []
        context = await self.browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme="light", reduced_motion="reduce"
        )
        page = await context.new_page()
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", lambda said: troubles.append(said.text) if "Content Security" in said.text else None)
        page.on("response", lambda got: troubles.append(f"{got.status} {got.url}") if got.status >= 500 else None)
        await self.sign_in(page, who)
        names = Cookies(is_secure=False)
        chosen = [(LANGUAGE, language), (THEME, theme)]
        await context.add_cookies(
            [{"name": names.name(kind), "value": value, "url": self.place.url} for kind, value in chosen]
        )
        try:
            yield page
        except Exception as failure:
            failure.add_note(await seen_on(page, troubles))
            raise
        finally:
            await context.close()
        assert troubles == []

    async def sign_in(self, page: Page, who: str) -> None:
        await page.goto(f"{self.place.url}/sign-in")
        await self.sign_in_again(page, who)
        await page.wait_for_url(lambda url: "/sign-in" not in url)

    async def sign_in_again(self, page: Page, who: str = "admin") -> None:
        """On the page that asks for it."""
        await page.fill("[name=email]", f"{who}@demo.example")
        await page.fill("[name=password]", PASSWORD)
        await page.keyboard.press("Enter")


async def seen_on(page: Page, troubles: list[str]) -> str:
    """What stood on a page when a test failed, for who reads the failure."""
    try:
        words = " ".join((await page.locator("body").inner_text(timeout=1000)).split())
    except Error as error:
        words = f"cannot be read: {error.message}"
    return f"{page.url} showed: {words[:3000]}\nTroubles: {troubles}"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bare(databases: Databases, keys: Keys, pool: Pool) -> AsyncIterator[Shown]:
    """Nobody owes anything yet: for stories that bring their own invoices."""
    if not CHROMIUM.exists():
        raise AssertionError(f"{CHROMIUM} is missing; `make install` names the Debian packages that are needed")

    async def database_of(name: str) -> str:
        return await databases.fresh(name, lambda dsn: migrations.migrate(name, dsn))

    async with (
        a_place(database_of, keys, pool, prints=True) as place,
        a_quotes_service(place, database_of, keys, pool) as quotes,
        async_playwright() as playwright,
    ):
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield Shown(place, browser, quotes, None, None, None, "")
        await browser.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shown(bare: Shown) -> Shown:
    place, quotes = bare.place, bare.quotes
    invoice = await some_months(place)
    await some_scenarios(place)
    draft = await a_draft(place, quotes, to=invoice["customer_id"])
    sent, offer = await a_sent(place, quotes, name=f"SARL {LONG_NAME}")
    return replace(bare, invoice=invoice, draft=draft, sent=sent, offer=offer)


async def some_months(place: Place) -> Any:
    """Until 2026-02-23: late, paid and coming invoices; calls, letters, mail that came back, an unknown payment."""
    place.at("2026-01-05")
    late = await place.owes(LONG_NAME, due="2026-01-12", amount="350.00")
    called = await place.owes("Café du Port", due="2026-01-14", amount="1234.56")
    paid = await place.owes("Garage Lefèvre", due="2026-01-20")
    await place.owes("Mairie de Périgueux", due="2026-06-20", amount="98765.43")
    place.at("2026-01-20")
    await place.steps(late, recipient="compta@client.example", message_id="<1@relance>", relay="250 queued")
    await place.pays(paid, paid["total"])
    place.at("2026-02-02")
    await place.pays(late, "200.00", "VIR-8841")
    await place.pays(None, "431.20", "UNKNOWN-1")
    place.at("2026-02-23")
    await place.calls(called, due="2026-02-23")
    await place.calls(late, due="2026-02-23")
    await place.writes(late)
    await place.gives_back(await place.mails(late, "anne@garage-lefevre.example"))
    path = f"/customers/{late['customer_id']}/comments"
    said = await place.office.do("POST", path, {"text": "Anne (comptabilité) rappelle le mardi, jamais le lundi."})
    place.at("2026-02-23", hour=11)
    await place.office.do("POST", path, {"text": "Anne rappelle le mercredi.", "corrects": said["id"]})
    return late


async def some_scenarios(place: Place) -> None:
    """One that waits to be published and would change running cases, one that has conditions, one without steps."""
    firm, empty = {"name": f"Ferme, {LONG_NAME}", "key": "firm", "ready_made": "firm"}, {"name": "Vide", "key": "empty"}
    for beginning in (firm, empty):
        await place.ask(place.dunning, "POST", "/scenarios", beginning)
    sooner = {"key": "first-reminder", "days": 3, "kind": "email", "template": "first-reminder"}
    await place.ask(place.dunning, "PUT", "/scenarios/standard/draft/steps/first-reminder", sooner)
