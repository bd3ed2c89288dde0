"""Real processes with two organisations behind them: one with very many invoices, one with few."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx2

from chassis.clock import real_now
from deploy.local.credentials import an_admin
from deploy.local.seed import seed
from deploy.local.stack import Stack
from services.identity.bootstrap import FirstAdmin
from services.identity.passwords import Passwords
from services.identity.seeding import make_admin
from tests.bench.ground import ground
from tests.speed.portfolio import SERVICES, fill

SECRET = "correct horse battery staple"
LINES = [{"description": "Entretien annuel", "quantity": "1", "unit_price": "1000.00", "vat_rate": "20"}]
CUSTOMER = {
    "name": "Garage Lefèvre",
    "kind": "professional",
    "language": "fr",
    "address": {"lines": ["12 rue des Lilas"], "postal_code": "69003", "city": "Lyon", "country": "FR"},
    "email": "anne@garage-lefevre.example",
}


@dataclass(frozen=True)
class Reader:
    """An administrator of an organisation; `session` is the cookie of theirs."""

    organisation: str
    session: str


@dataclass
class House:
    stack: Stack
    http: httpx2.AsyncClient
    many: Reader
    few: Reader

    async def ask(self, reader: Reader, service: str, path: str, **query: Any) -> Any:
        return await _call(self.http, self.stack, reader.organisation, "GET", service, path, params=query)

    @property
    def today(self) -> date:
        return real_now().date()


@asynccontextmanager
async def a_house(directory: Path, *, many: int, few: int) -> AsyncIterator[House]:
    """Without workers: they would act on what is only written down here."""
    async with ground(directory, "mailbox", *SERVICES, "console") as on:
        readers = [
            await _organisation(on.stack, on.http, name, count) for name, count in (("many", many), ("few", few))
        ]
        yield House(on.stack, on.http, *readers)


async def _organisation(stack: Stack, http: httpx2.AsyncClient, name: str, count: int) -> Reader:
    dsn = stack.servers.postgres.url("identity")
    email = f"admin@{name}.example"
    wanted = FirstAdmin(name, f"{name.title()} SARL", email, "Admin")
    await make_admin(dsn, wanted, SECRET, is_temporary=False, passwords=Passwords.standard(), now=real_now())
    await seed(stack.urls, an_admin(stack.shared, name))
    await _models(stack, http, name)
    for service in SERVICES:
        dsn = stack.servers.postgres.url(service, driver="postgresql")
        await fill(dsn, service, name, count, today=real_now().date())
    return Reader(name, await _session(stack.urls["console"], email))


async def _models(stack: Stack, http: httpx2.AsyncClient, name: str) -> None:
    """An issued invoice, a draft and a quote, whose documents all others are copies of; the default scenario."""
    await _call(http, stack, name, "GET", "dunning", "/policy")
    customer = await _call(http, stack, name, "POST", "billing", "/customers", json=CUSTOMER)
    drafts = [
        await _call(
            http, stack, name, "POST", "billing", "/invoices", json={"customer_id": customer["id"], "lines": LINES}
        )
        for _ in range(2)
    ]
    due = (real_now().date() + timedelta(days=30)).isoformat()
    await _call(http, stack, name, "POST", "billing", f"/invoices/{drafts[0]['id']}/issue", json={"due_date": due})
    quote = {"customer_id": customer["id"], "lines": LINES, "subject": "Entretien"}
    await _call(http, stack, name, "POST", "quotes", "/quotes", json=quote)


async def _call(
    http: httpx2.AsyncClient, stack: Stack, organisation: str, method: str, service: str, path: str, **options: Any
) -> Any:
    headers = {"authorization": f"Bearer {an_admin(stack.shared, organisation)}"}
    answer = await http.request(method, stack.urls[service] + path, headers=headers, **options)
    assert answer.is_success, f"{method} {service} {path}: {answer.text}"
    return answer.json()


async def _session(console: str, email: str) -> str:
    """The cookies of someone who signed in, as a header."""
    async with httpx2.AsyncClient(base_url=console, headers={"origin": console}) as client:
        token = (await client.get("/sign-in")).text.partition('name="csrf" value="')[2].partition('"')[0]
        fields = {"email": email, "password": SECRET, "csrf": token}
        answer = await client.post("/sign-in", data=fields)
        assert answer.status_code in (200, 303), answer.text
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in client.cookies.jar)
