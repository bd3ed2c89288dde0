"""Quotes as its callers see it: the API in this process, on a real database; billing is a few answers."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx2
from fastapi import FastAPI
from pydantic import SecretStr

from chassis.app import create_app
from chassis.auth import Role
from chassis.caller import with_default_profiles
from chassis.database import Sessions
from chassis.http import Peer
from chassis.printing import Printer
from contracts.rights import Access, Field
from services.quotes.billing import Billing
from services.quotes.links.secrets import Links
from services.quotes.main import SERVICE
from services.quotes.quotes.use_cases import Desk
from services.quotes.settings import QuotesSettings
from tests.support.tokens import Keys

MONDAY = datetime(2026, 1, 5, 10, tzinfo=UTC)

SELLER: dict[str, Any] = {
    "name": "Atelier Brun",
    "address": {"lines": ["8, quai du Port"], "postal_code": "44000", "city": "Nantes", "country": "FR"},
    "legal_form": "SARL",
    "capital": "10 000 €",
    "siren": "732829320",
    "siret": "73282932000074",
    "rcs_city": "Nantes",
    "vat_number": "FR44732829320",
    "email": "contact@atelier-brun.example",
}


def a_contact(**changes: Any) -> dict[str, Any]:
    address = {"lines": ["12, rue des Ateliers"], "postal_code": "69003", "city": "Lyon", "country": "FR"}
    contact = {"customer_id": str(uuid4()), "name": "Garage Lefèvre & Fils", "kind": "professional", "language": "fr"}
    return contact | {"address": address, "email": "anne@garage-lefevre.example"} | changes


def a_line(quantity: str = "1", unit_price: str = "1000.00", *, vat_rate: str = "20", **more: str) -> dict[str, str]:
    line = {"description": "Entretien annuel", "quantity": quantity, "unit_price": unit_price}
    return line | {"vat_rate": vat_rate} | more


@dataclass
class BillingHouse:
    """What billing answers; `is_away` when it does not."""

    customers: dict[str, dict[str, Any]] = field(default_factory=dict)
    seller: dict[str, Any] | None = field(default_factory=lambda: SELLER)
    is_away: bool = False

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        if self.is_away:
            raise httpx2.ConnectError("connection refused")
        found = self.seller
        if request.url.path != "/seller":
            _, customers, customer, contact = request.url.path.split("/")
            assert (customers, contact) == ("customers", "contact")
            found = self.customers.get(customer)
        return httpx2.Response(200, json=found) if found else httpx2.Response(404, json={})


class Refused(AssertionError):
    """The API answered with a problem document."""

    def __init__(self, response: httpx2.Response) -> None:
        super().__init__(f"{response.status_code} {response.text}")
        self.status = response.status_code
        self.problem: dict[str, Any] = response.json()
        self.code = self.problem["type"].rsplit(":", 1)[-1]


@dataclass
class Shop:
    """One organisation's people at work. `now` is business time: set it to let days pass."""

    app: FastAPI
    client: httpx2.AsyncClient
    keys: Keys
    billing: BillingHouse
    organisation: str = "demo"
    now: datetime = MONDAY

    @property
    def sessions(self) -> Sessions:
        sessions: Sessions = self.app.state.sessions
        return sessions

    async def ask(self, method: str, path: str, body: object = None, *roles: Role, **options: Any) -> httpx2.Response:
        """The bare answer; to a salesperson unless roles are named."""
        self.app.state.now = lambda: self.now
        headers = self.keys.bearer(*(roles or (Role.SALES,)), organisation=self.organisation)
        headers |= options.pop("headers", {})
        return await self.client.request(method, path, json=body, headers=headers, **options)

    async def do(self, method: str, path: str, body: object = None, *roles: Role, **options: Any) -> Any:
        """The body of the answer, or `Refused`."""
        response = await self.ask(method, path, body, *roles, **options)
        if response.status_code >= 400:
            raise Refused(response)
        return response.json()

    def holding(self, *, fields: dict[Field, Access] | None = None, stages: dict[str, Access] | None = None) -> Any:
        """The options of a request by a salesperson whose profile says this of fields and stages."""
        seller = with_default_profiles("somebody", self.organisation, [Role.SALES])
        caller = replace(seller, fields={**seller.fields, **(fields or {})}, stages=stages or seller.stages)
        return {"headers": {"authorization": f"Bearer {self.keys.mint().sign(caller)}"}}

    async def link(self, quote: dict[str, Any]) -> str:
        """The secret of its link."""
        url: str = (await self.do("GET", f"/quotes/{quote['id']}/link"))["url"]
        return url.rpartition("/")[2]

    async def visit(self, method: str, secret: str, path: str = "", body: object = None) -> httpx2.Response:
        """By the customer, without a token."""
        self.app.state.now = lambda: self.now
        return await self.client.request(method, f"/public/quotes/{secret}{path}", json=body)

    def days_pass(self, days: int) -> None:
        self.now += timedelta(days=days)

    def customer(self, **changes: Any) -> str:
        contact = a_contact(**changes)
        self.billing.customers[contact["customer_id"]] = contact
        return str(contact["customer_id"])

    def quote(self, *lines: dict[str, str], **more: Any) -> dict[str, Any]:
        """The body of a draft."""
        customer = more.pop("customer_id", None) or self.customer()
        return {"customer_id": customer, "lines": list(lines) or [a_line()], "subject": "Entretien annuel"} | more

    async def draft(self, *lines: dict[str, str], **more: Any) -> Any:
        return await self.do("POST", "/quotes", self.quote(*lines, **more))

    async def sent(self, *lines: dict[str, str], **more: Any) -> Any:
        return await self.do("POST", f"/quotes/{(await self.draft(*lines, **more))['id']}/send")

    async def accept(self, quote: dict[str, Any], **more: Any) -> Any:
        acceptance = {"name": "Anne Lefèvre", "role": "gérante", "mention": "Bon pour accord"}
        return await self.do("POST", f"/quotes/{quote['id']}/accept", acceptance | more)

    async def pdf(self, quote_id: UUID | str) -> bytes:
        response = await self.ask("GET", f"/quotes/{quote_id}/pdf")
        assert response.status_code == 200, response.text
        return response.content


def settings_of(dsn: str, keys: Keys) -> QuotesSettings:
    return QuotesSettings(database_url=SecretStr(dsn), auth_jwks=str(keys.jwks), signing_key=keys.private)


@asynccontextmanager
async def a_shop(dsn: str, keys: Keys, printer: Printer) -> AsyncIterator[Shop]:
    app = create_app(SERVICE, settings_of(dsn, keys))
    async with app.router.lifespan_context(app):
        house = BillingHouse()
        async with (
            httpx2.AsyncClient(transport=httpx2.MockTransport(house.answer)) as to_billing,
            httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://quotes.test") as client,
        ):
            billing = Billing(Peer(to_billing, "http://billing.test", keys.mint(), "quotes"))
            app.state.desk = Desk(billing, printer, Links.of("the key of the tests", "http://console.test"))
            yield Shop(app, client, keys, house)
