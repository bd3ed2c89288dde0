"""Plays a portfolio on a running stack: invoices are issued and payments published on their business dates."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import httpx2
from nats.errors import Error as NatsError
from nats.js import JetStreamContext

from chassis import bus
from chassis.auth import Mint, Role
from chassis.clock import real_now
from chassis.publish import NotStored, publish
from contracts.clock import Clock
from contracts.events import Event, PaymentReceived, PaymentReversed
from contracts.events.payments import PaymentMethod
from deploy.local.program import CannotStart

AT_ONCE = 8
LONGEST_PAUSE_S = 3.0
IN_USE = "idempotency_key_in_use"
MORNING, AFTERNOON = time(7), time(13)


@dataclass(frozen=True)
class Buyer:
    """`details` is the body of `POST /customers`."""

    ref: str
    details: Mapping[str, Any]


@dataclass(frozen=True)
class Sale:
    """An invoice to issue on a date; `price` without VAT."""

    ref: str
    buyer: str
    on: date
    due: date
    price: Decimal
    vat_rate: Decimal
    description: str
    scenario: str | None = None


@dataclass(frozen=True)
class Settlement:
    """A payment to publish on a date for a sale; `undone` reverses the payment of that id instead."""

    payment_id: str
    sale: str
    on: date
    amount: Decimal
    method: PaymentMethod = PaymentMethod.TRANSFER
    undone: str | None = None


Act = Sale | Settlement


@dataclass(frozen=True)
class Issued:
    invoice_id: str
    number: str
    total: Decimal
    currency: str


@dataclass
class Player:
    """Speaks to the public interfaces alone: HTTP for customers and invoices, NATS for payments."""

    http: httpx2.AsyncClient
    js: JetStreamContext
    billing: str
    mint: Mint
    organisation: str
    clock: Clock
    customers: dict[str, str] = field(default_factory=dict)
    issued: dict[str, Issued] = field(default_factory=dict)
    is_issued: defaultdict[str, asyncio.Event] = field(default_factory=lambda: defaultdict(asyncio.Event))
    published: int = 0
    tries: int = 30
    """Of a request whose service is away: with the pauses between them a minute and more."""
    latest: float = 0.0
    """Business days by which the latest act came after its date."""

    def business_now(self) -> datetime:
        return self.clock.business(real_now())

    def token(self) -> str:
        return self.mint.token("player", self.organisation, [Role.ADMIN])

    async def register(self, buyers: Sequence[Buyer]) -> None:
        for buyer in buyers:
            self.customers[buyer.ref] = (await self._post("/customers", dict(buyer.details)))["id"]

    async def play(self, acts: Sequence[Act], *, after: Callable[[Act], None] = lambda _: None) -> None:
        """Do each act on its date, invoices in the morning and payments after noon. Returns after the last."""
        room = asyncio.Semaphore(AT_ONCE)
        async with asyncio.TaskGroup() as group:
            for act in sorted(acts, key=moment_of):
                await self._wait_until(moment_of(act))
                await room.acquire()
                group.create_task(self._do(act, room, after))

    async def _do(self, act: Act, room: asyncio.Semaphore, after: Callable[[Act], None]) -> None:
        try:
            await (self._issue(act) if isinstance(act, Sale) else self._settle(act))
        finally:
            room.release()
        self.latest = max(self.latest, (self.business_now() - moment_of(act)).total_seconds() / 86_400)
        after(act)

    async def _issue(self, sale: Sale) -> None:
        line = {"description": sale.description, "quantity": "1", "unit_price": f"{sale.price:f}"}
        draft = {
            "customer_id": self.customers[sale.buyer],
            "lines": [line | {"vat_rate": f"{sale.vat_rate:f}"}],
            "scenario": sale.scenario,
        }
        invoice = (await self._post("/invoices", draft, key=f"draft-{sale.ref}"))["id"]
        due = {"due_date": sale.due.isoformat()}
        issued = await self._post(f"/invoices/{invoice}/issue", due, key=f"issue-{sale.ref}")
        self.issued[sale.ref] = Issued(invoice, issued["number"], Decimal(issued["total"]), issued["currency"])
        self.is_issued[sale.ref].set()

    async def _settle(self, settlement: Settlement) -> None:
        await self.is_issued[settlement.sale].wait()  # paid the day after, on a machine that is a day behind
        event = self._event(settlement)
        identity = f"{settlement.payment_id}-{self.published}"
        self.published += 1
        await self._publish(event, identity)

    async def _publish(self, event: Event, identity: str) -> None:
        """Once, however often it is tried: a bus that restarts is waited for."""
        for attempt in range(30):
            try:
                await publish(self.js, event, identity=identity, source="urn:bank:demo", at=self.business_now())
            except (NatsError, NotStored, OSError, TimeoutError):
                await asyncio.sleep(0.2 * (attempt + 1))
            else:
                return
        raise CannotStart(f"the bus did not take {event.type} for a minute; see its log")

    def _event(self, settlement: Settlement) -> Event:
        if settlement.undone is not None:
            return PaymentReversed(
                organisation=self.organisation,
                payment_id=settlement.undone,
                reversed_on=settlement.on,
                reason="insufficient funds",
            )
        sale = self.issued[settlement.sale]
        return PaymentReceived(
            organisation=self.organisation,
            payment_id=settlement.payment_id,
            amount=settlement.amount,
            currency=sale.currency,
            received_on=settlement.on,
            method=settlement.method,
            invoice_number=sale.number,
        )

    async def _wait_until(self, moment: datetime) -> None:
        await asyncio.sleep(max(0.0, (self.clock.real(moment) - real_now()).total_seconds()))

    async def _post(self, path: str, body: Mapping[str, Any], *, key: str | None = None) -> dict[str, Any]:
        """Once for each key, however often it is tried: a service that restarts is waited for."""
        known = {"idempotency-key": key} if key is not None else {}
        for attempt in range(self.tries):
            headers = {"authorization": f"Bearer {self.token()}"} | known
            with suppress(httpx2.TransportError):
                response = await self.http.post(self.billing + path, json=body, headers=headers, timeout=15)
                if is_answered(response):
                    return _answer(response)
            await asyncio.sleep(min(0.2 * (attempt + 1), LONGEST_PAUSE_S))
        raise CannotStart(f"billing did not answer POST {path} in {self.tries} tries; see its log")


def moment_of(act: Act) -> datetime:
    """When an act takes place, in business time."""
    hour = MORNING if isinstance(act, Sale) else AFTERNOON
    return datetime.combine(act.on, hour, UTC)


def is_answered(response: httpx2.Response) -> bool:
    """Not when the service failed, nor while the same request, sent before, is still under way."""
    return response.status_code < 500 and not (response.status_code == 409 and IN_USE in response.text)


def _answer(response: httpx2.Response) -> dict[str, Any]:
    if response.is_error:
        raise CannotStart(f"billing refused {response.request.url.path}: {response.text}")
    body: dict[str, Any] = response.json()
    return body


@asynccontextmanager
async def player_of(
    urls: Mapping[str, str], environment: Mapping[str, str], mint: Mint, organisation: str, clock: Clock
) -> AsyncIterator[Player]:
    """A player for a running stack; `environment` is that of its processes."""
    connection = await bus.connect(environment["RELANCE_NATS_URL"], name="player")
    try:
        async with httpx2.AsyncClient() as http:
            yield Player(http, connection.jetstream(timeout=5), urls["billing"], mint, organisation, clock)
    finally:
        await connection.close()
