"""Billing as its callers see it: the API in this process, on a real database, at a time that the test chooses."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx2
from fastapi import FastAPI
from pydantic import SecretStr

from chassis.app import create_app
from chassis.auth import Role
from chassis.database import Sessions
from services.billing.main import SERVICE
from services.billing.settings import Settings
from tests.support.tokens import Keys

NOON = datetime(2026, 1, 15, 11, tzinfo=UTC)

SELLER: dict[str, Any] = {
    "name": "Atelier Martin",
    "address": {"lines": ["12 rue des Forges"], "postal_code": "21000", "city": "Dijon", "country": "FR"},
    "legal_form": "SARL",
    "capital": "10 000 €",
    "siren": "404833048",
    "siret": "40483304800022",
    "rcs_city": "Dijon",
    "vat_number": "FR83404833048",
    "email": "compta@atelier-martin.example",
    "phone": "+33 3 80 00 00 00",
    "iban": "FR7630006000011234567890189",
    "bic": "AGRIFRPP",
}
CUSTOMER: dict[str, Any] = {
    "name": "Garage Lefèvre",
    "kind": "professional",
    "language": "fr",
    "address": {"lines": ["3 quai du Port"], "postal_code": "71100", "city": "Chalon-sur-Saône", "country": "FR"},
    "email": "anne@garage-lefevre.example",
    "phone": "+33 3 85 00 00 00",
    "siren": "732829320",
    "vat_number": "FR44732829320",
}


def a_customer(**changes: Any) -> dict[str, Any]:
    return CUSTOMER | changes


def a_line(quantity: str = "1", unit_price: str = "1000.00", *, vat_rate: str = "20", **more: str) -> dict[str, str]:
    return {
        "description": "Entretien annuel",
        "quantity": quantity,
        "unit_price": unit_price,
        "vat_rate": vat_rate,
    } | more


def a_draft(customer: UUID, *lines: dict[str, str], **more: Any) -> dict[str, Any]:
    return {"customer_id": str(customer), "lines": list(lines) or [a_line()]} | more


class Refused(AssertionError):
    """The API answered with a problem document."""

    def __init__(self, response: httpx2.Response) -> None:
        super().__init__(f"{response.status_code} {response.text}")
        self.status = response.status_code
        self.problem: dict[str, Any] = response.json()

    @property
    def fields(self) -> list[str]:
        """The fields that the answer names as wrong."""
        return [error["field"] for error in self.problem.get("errors", [])]


@dataclass
class Office:
    """One organisation's people at work. `now` is business time: set it to let days pass."""

    app: FastAPI
    client: httpx2.AsyncClient
    keys: Keys
    organisation: str = "demo"
    now: datetime = field(default=NOON)

    @property
    def sessions(self) -> Sessions:
        sessions: Sessions = self.app.state.sessions
        return sessions

    async def ask(self, method: str, path: str, body: object = None, *roles: Role, **options: Any) -> httpx2.Response:
        """The bare answer; as an admin unless roles are named."""
        self.app.state.now = lambda: self.now
        headers = self.keys.bearer(*roles, organisation=self.organisation) | options.pop("headers", {})
        return await self.client.request(method, path, json=body, headers=headers, **options)

    async def do(self, method: str, path: str, body: object = None, *roles: Role, **options: Any) -> Any:
        """The body of the answer, or `Refused`."""
        response = await self.ask(method, path, body, *roles, **options)
        if response.status_code >= 400:
            raise Refused(response)
        return response.json() if response.content else None

    def of(self, organisation: str) -> "Office":
        return Office(self.app, self.client, self.keys, organisation, self.now)

    def days_pass(self, days: int) -> None:
        self.now += timedelta(days=days)

    async def sells(self, **changes: Any) -> Any:
        return await self.do("PUT", "/seller", SELLER | changes)

    async def customer(self, **changes: Any) -> UUID:
        return UUID((await self.do("POST", "/customers", a_customer(**changes)))["id"])

    async def draft(self, customer: UUID, *lines: dict[str, str], **more: Any) -> Any:
        return await self.do("POST", "/invoices", a_draft(customer, *lines, **more))

    async def issue(self, customer: UUID, *lines: dict[str, str], due: str | None = None, **more: Any) -> Any:
        """An issued invoice, due on `due` or by the customer's terms."""
        draft = await self.draft(customer, *lines, **more)
        return await self.do("POST", f"/invoices/{draft['id']}/issue", {"due_date": due} if due else None)


def settings_of(dsn: str, keys: Keys, **more: Any) -> Settings:
    return Settings(database_url=SecretStr(dsn), auth_jwks=str(keys.jwks), **more)


@asynccontextmanager
async def an_office(dsn: str, keys: Keys) -> AsyncIterator[Office]:
    app = create_app(SERVICE, settings_of(dsn, keys))
    transport = httpx2.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=transport, base_url="http://billing") as client,
    ):
        yield Office(app, client, keys)
