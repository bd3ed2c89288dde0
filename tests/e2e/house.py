"""The running stack as its users meet it: HTTP with a token, NATS, and the customers' mailbox."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from itertools import count
from typing import Any, TypeVar

import httpx2
from nats.aio.client import Client as Nats

from chassis.auth import Mint, Role
from chassis.caller import with_default_profiles
from chassis.clock import Now
from chassis.publish import publish
from contracts.events import Event
from deploy.local.seed import ORGANISATION
from deploy.local.stack import Stack

Found = TypeVar("Found")
PATIENCE_S = 60.0
TERM_DAYS = 4
"""Two seconds here. An invoice that is due on its own day is refused when midnight passes on the way to billing."""


@dataclass
class House:
    stack: Stack
    http: httpx2.AsyncClient
    bus: Nats
    mint: Mint
    numbers: "count[int]" = field(default_factory=count)

    @property
    def today(self) -> date:
        """The business date."""
        return Now(self.stack.clock)().date()

    def in_days(self, days: int) -> date:
        return self.today + timedelta(days=days)

    def token(self, *roles: Role) -> str:
        return self.mint.token("e2e", ORGANISATION, list(roles) or [Role.ADMIN])

    def token_of(self, email: str, name: str) -> str:
        """Of a person, who may read."""
        caller = with_default_profiles(email, ORGANISATION, [Role.VIEWER])
        return self.mint.sign(replace(caller, name=name, email=email))

    async def call(self, method: str, service: str, path: str, *roles: Role, **options: Any) -> httpx2.Response:
        headers = {"authorization": f"Bearer {self.token(*roles)}"}
        return await self.http.request(method, self.stack.urls[service] + path, headers=headers, **options)

    async def get(self, service: str, path: str, **query: Any) -> Any:
        return _body(await self.call("GET", service, path, params=query))

    async def post(self, service: str, path: str, body: Any = None) -> Any:
        return _body(await self.call("POST", service, path, json=body if body is not None else {}))

    async def a_customer(self, name: str = "Garage Lefèvre") -> dict[str, Any]:
        details = {
            "name": name,
            "kind": "professional",
            "language": "fr",
            "address": {"lines": ["12 rue des Lilas"], "postal_code": "69003", "city": "Lyon", "country": "FR"},
            "email": f"customer-{next(self.numbers)}@customers.example",
            "phone": "+33 4 72 00 00 01",
        }
        customer: dict[str, Any] = await self.post("billing", "/customers", details)
        return customer

    async def an_invoice(self, customer: dict[str, Any], *, due_in: int = TERM_DAYS) -> dict[str, Any]:
        """Issued today, 1,200.00 EUR with VAT."""
        line = {"description": "Entretien annuel", "quantity": "1", "unit_price": "1000.00", "vat_rate": "20"}
        draft = await self.post("billing", "/invoices", {"customer_id": customer["id"], "lines": [line]})
        due = {"due_date": self.in_days(due_in).isoformat()}
        invoice: dict[str, Any] = await self.post("billing", f"/invoices/{draft['id']}/issue", due)
        return invoice

    async def publish(self, event: Event) -> None:
        identity = f"e2e-{next(self.numbers)}"
        await publish(self.bus.jetstream(), event, identity=identity, source="urn:e2e", at=Now(self.stack.clock)())

    async def mails(self, customer: dict[str, Any]) -> list[EmailMessage]:
        """What the customer received, oldest first."""
        url = f"{self.stack.urls['mailbox']}/api/messages"
        page = (await self.http.get(url, params={"search": customer["email"], "order": "oldest"})).json()
        raw = [(await self.http.get(f"{url}/{item['id']}/raw")).content for item in page["items"]]
        return [BytesParser(_class=EmailMessage, policy=default).parsebytes(each) for each in raw]

    async def case(self, invoice: dict[str, Any]) -> dict[str, Any]:
        response = await self.call("GET", "dunning", f"/cases/{invoice['id']}")
        return response.json() if response.is_success else {}


def _body(response: httpx2.Response) -> Any:
    assert response.is_success, f"{response.request.method} {response.request.url}: {response.text}"
    return response.json()


async def until(what: str, look: Callable[[], Awaitable[Found]], *, within: float = PATIENCE_S) -> Found:
    """What `look` finds, once it finds something."""
    try:
        async with asyncio.timeout(within):
            while not (found := await look()):
                await asyncio.sleep(0.1)
            return found
    except TimeoutError:
        raise AssertionError(f"not within {within:.0f} s: {what}") from None


def shown(value: object) -> str:
    return json.dumps(value, indent=1, default=str)[:4000]
