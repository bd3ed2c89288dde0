"""The console before all five services with the rows of two organisations, and a browser of someone of the second."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
from fastapi.routing import APIRoute

from deploy.local.ports import free_port
from services.console.main import create_app
from services.console.pages import ROUTERS
from services.console.settings import Settings
from tests.isolation import billing, dunning, identity, notify, quotes
from tests.isolation.ground import LAST_USED, OURS, THEIRS, Ground, Rows, rows_of
from tests.services.console.browser import Browser
from tests.services.console.house import sign_in
from tests.services.console.test_pages import csrf_of
from tests.services.identity.registry import PASSWORD
from tests.services.notify.relays import a_relay
from tests.support.lent import Pool
from tests.support.serving import served
from tests.support.tokens import Keys

NOWHERE = "nats://127.0.0.1:1"
PUBLIC = ("/q/", "/calendar/", "/password-resets/")
"""Behind a secret, which lets in whoever has it."""
OF_THE_SESSION = ("/sign-in", "/sign-out", "/preferences", "/account/password", "/account/devices/end")


@dataclass(frozen=True)
class Page:
    method: str
    path: str

    @property
    def names(self) -> list[str]:
        return re.findall(r"\{(\w+)(?::path)?\}", self.path)

    def at(self, values: Mapping[str, Any]) -> str:
        return re.sub(r"\{(\w+)(?::path)?\}", lambda found: str(values[found[1]]), self.path)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def pages() -> list[Page]:
    """All that someone who is signed in may ask for, but for ending or changing the session itself."""
    routes = [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]
    every = [Page(method, route.path) for route in routes for method in sorted(route.methods or ())]
    return [page for page in every if not page.path.startswith((*PUBLIC, *OF_THE_SESSION))]


@dataclass
class Desk:
    """`browser` is that of someone of THEIRS, `csrf` the token of their session; `owner` the browser of OURS."""

    browser: Browser
    owner: Browser
    grounds: list[Ground]
    csrf: str

    def ids(self, organisation: str) -> dict[str, Any]:
        return {name: value for ground in self.grounds for name, value in ground.ids[organisation].items()}

    async def ask(self, page: Page, values: Mapping[str, Any], fields: Mapping[str, str]) -> httpx2.Response:
        path = page.at(values)
        if page.method == "GET":
            return await self.browser.get(path)
        return await self.browser.post(path, csrf=self.csrf, **fields)

    async def rows(self) -> list[Rows]:
        return [await rows_of(ground.app.state.sessions, LAST_USED) for ground in self.grounds]


@asynccontextmanager
async def a_desk(dsns: Mapping[str, str], keys: Keys, pool: Pool) -> AsyncIterator[Desk]:
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        people, registry = await enter(identity.identity(dsns["identity"], keys, NOWHERE, console_url=url))
        addresses = {"identity": await enter(served(people.app))}
        jwks = f"{keys.jwks},{addresses['identity']}/jwks.json"
        money = await enter(billing.billing(dsns["billing"], keys, pool, NOWHERE, jwks))
        offers = await enter(quotes.quotes(dsns["quotes"], keys, pool, NOWHERE, money.app, jwks))
        cases = await enter(dunning.dunning(dsns["dunning"], keys, NOWHERE, "127.0.0.1:1", jwks))
        relay = await enter(a_relay())
        said = await enter(notify.notify(dsns["notify"], keys, pool, NOWHERE, relay.port, jwks))
        for organisation in (OURS, THEIRS):
            await identity.plant(people, registry, organisation)
            await quotes.plant(offers, money, organisation)
            await billing.plant(money, organisation)
            invoice = money.ids[organisation]["invoice_id"]
            await dunning.plant(cases, organisation, begins=False, invoice_id=invoice)
            await notify.plant(said, organisation)
        grounds = [people, cases, said, offers, money]  # of a name that several know, the last one's meaning counts
        addresses |= {ground.name: await enter(served(ground.app)) for ground in grounds[1:]}
        urls = {f"{name}_url": address for name, address in addresses.items()}
        settings = Settings(auth_jwks=jwks, nats_url=NOWHERE, console_url=url, **urls)  # type: ignore[arg-type]
        console = create_app(settings)
        await enter(console.router.lifespan_context(console))
        await enter(served(console, port))
        transport = httpx2.ASGITransport(console, raise_app_exceptions=False)
        browsers = []
        for organisation in (THEIRS, OURS):
            client = await enter(httpx2.AsyncClient(transport=transport, base_url=url, timeout=60))
            browsers.append(Browser(client))
            assert (await sign_in(browsers[-1], f"anne@{organisation}.example", PASSWORD)).status_code == 303
        browser, owner = browsers
        yield Desk(browser, owner, grounds, csrf_of(await browser.get("/account")))
