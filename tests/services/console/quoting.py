"""The service of quotes beside the others, and quotes that it has."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from fastapi import FastAPI
from pydantic import SecretStr

import services.quotes.main
from chassis.app import create_app
from chassis.auth import Role
from services.quotes.settings import QuotesSettings
from tests.services.console.place import DatabaseOf, Place
from tests.support.lent import Pool
from tests.support.serving import served
from tests.support.tokens import Keys


@asynccontextmanager
async def a_quotes_service(place: Place, database_of: DatabaseOf, keys: Keys, pool: Pool) -> AsyncIterator[FastAPI]:
    """The console finds it from now on."""
    settings = QuotesSettings(
        database_url=SecretStr(await database_of("quotes")),
        auth_jwks=str(keys.jwks),
        signing_key=keys.private,
        billing_url=place.app.state.peers["billing"],
        console_url=place.url,
    )
    app = create_app(services.quotes.main.SERVICE, settings)
    app.state.now = lambda: place.office.now
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(app.router.lifespan_context(app))
        pool.lend(app.state.desk.printer)
        place.app.state.peers["quotes"] = await stack.enter_async_context(served(app))
        yield app


async def a_draft(
    place: Place,
    quotes: FastAPI,
    name: str = "Garage Lefèvre",
    *,
    to: object = None,
    unit: str = "C62",
    **customer: Any,
) -> Any:
    """Of a new customer, unless `to` is one; with a discount, and a cost price of 61.37."""
    to = to or await place.office.customer(name=name, **customer)
    line = {"description": "Entretien annuel", "quantity": "10", "unit": unit, "unit_price": "100", "vat_rate": "20"}
    lines = [line | {"discount_percent": "10", "cost_price": "61.37"}]
    body = {"customer_id": str(to), "lines": lines, "subject": "Entretien"}
    return await place.ask(quotes, "POST", "/quotes", body, Role.ADMIN)


async def a_sent(place: Place, quotes: FastAPI, **customer: Any) -> tuple[Any, str]:
    """The quote, and the path of its customer's page."""
    draft = await a_draft(place, quotes, **customer)
    sent = await place.ask(quotes, "POST", f"/quotes/{draft['id']}/send", None, Role.ADMIN)
    link = await place.ask(quotes, "GET", f"/quotes/{draft['id']}/link", None, Role.ADMIN)
    return sent, link["url"].removeprefix(place.url)
