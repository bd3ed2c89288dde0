"""Money as billing meets it: events that come in, what is told of them, and what the people of the office see."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar

from sqlmodel import col, select

from chassis import bus
from chassis.envelope import Envelope, Unreadable
from chassis.outbox import OutboxMessage
from contracts.events import Event, PaymentReceived, PaymentReversed, event_of_type
from contracts.events.billing import InvoiceEvent, PaymentEvent
from services.billing.payments.handlers import payments
from tests.services.billing.office import Office

Told = TypeVar("Told", bound=Event)


def a_payment(payment_id: str = "P1", amount: str = "1200.00", **changes: Any) -> dict[str, Any]:
    """The body of a payment event; None leaves a field out."""
    body = {
        "organisation": "demo",
        "payment_id": payment_id,
        "amount": amount,
        "currency": "EUR",
        "received_on": "2026-02-03",
        "method": "transfer",
    } | changes
    return {name: value for name, value in body.items() if value is not None}


def a_reversal(payment_id: str = "P1", **changes: Any) -> dict[str, Any]:
    return {
        "organisation": "demo",
        "payment_id": payment_id,
        "reversed_on": "2026-02-10",
        "reason": "insufficient funds",
    } | changes


@dataclass
class Till:
    """Hands events to billing's handler as the bus does, each in a transaction of its own."""

    office: Office

    async def receive(self, payment_id: str = "P1", amount: str = "1200.00", **changes: Any) -> None:
        await self.take(PaymentReceived.type, self._here(a_payment(payment_id, amount, **changes)))

    async def reverse(self, payment_id: str = "P1", **changes: Any) -> None:
        await self.take(PaymentReversed.type, self._here(a_reversal(payment_id, **changes)))

    async def take(self, kind: str, body: dict[str, Any]) -> None:
        """As the listener does: what does not fit its type goes to the subscription's `unreadable`."""
        envelope = Envelope("1", kind, json.dumps(body).encode())
        subscription = payments(self._now())
        async with self.office.sessions() as session, session.begin():
            try:
                event = bus.parse(envelope)
            except Unreadable as unfit:
                event, reason = None, str(unfit)
            if event is not None:
                return await subscription.handle(event, session)
            assert subscription.unreadable
            assert await subscription.unreadable(envelope, reason, session)

    async def told(self, *kinds: type[Told]) -> list[Told]:
        """The facts of these kinds in the outbox, oldest first."""
        async with self.office.sessions() as session:
            rows = (await session.exec(select(OutboxMessage).order_by(col(OutboxMessage.position)))).all()
        events = [event_of_type(row.subject).model_validate_json(row.body) for row in rows]
        return [
            event for event in events if isinstance(event, kinds) and event.organisation == self.office.organisation
        ]

    async def payment_events(self) -> list[PaymentEvent]:
        return await self.told(PaymentEvent)

    async def outcomes(self) -> list[str]:
        return [type(event).__name__ for event in await self.payment_events()]

    async def invoice_facts(self) -> list[tuple[str, Decimal]]:
        """Each fact about an invoice after its issue, with the balance it tells."""
        events = (await self.told(InvoiceEvent))[:]
        return [(type(event).__name__, event.balance) for event in events if type(event).__name__ != "InvoiceIssued"]

    async def payment(self, payment_id: str = "P1") -> Any:
        return await self.office.do("GET", f"/payments/{payment_id}")

    async def receivable(self, invoice: Any) -> Any:
        return await self.office.do("GET", f"/receivables/{invoice['id']}")

    async def balances(self, invoices: Sequence[Any]) -> list[Decimal]:
        return [Decimal((await self.receivable(invoice))["balance"]) for invoice in invoices]

    def _here(self, body: dict[str, Any]) -> dict[str, Any]:
        return body | {"organisation": self.office.organisation}

    def _now(self) -> Any:
        return lambda: self.office.now
