"""What customers and banks do all the while: invoices issued, most of them paid, through whatever version answers."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import httpx2

from contracts.events import PaymentReceived
from contracts.events.payments import PaymentMethod
from deploy.local.seed import ORGANISATION
from tests.e2e.house import House

BETWEEN_S = 1.5
TRIES = 40


@dataclass
class Traffic:
    """`troubles`: answers that a client had to ask again for, by the phase in which it happened."""

    house: House
    phase: str = ""
    issued: list[dict[str, Any]] = field(default_factory=list)
    paid: set[str] = field(default_factory=set)
    troubles: Counter[str] = field(default_factory=Counter)
    is_over: bool = False

    async def run(self) -> None:
        """Until it is over; every third invoice is left unpaid."""
        waiting: list[dict[str, Any]] = []
        while not self.is_over:
            invoice = await self.issue()
            if len(self.issued) % 3:
                waiting.append(invoice)
            if len(waiting) > 2:
                await self.pay(waiting.pop(0))
            await asyncio.sleep(BETWEEN_S)

    async def issue(self, *, through: int | None = None) -> dict[str, Any]:
        """Due tomorrow, of a customer of its own; `through`: the port of one copy of billing."""
        number = next(self.house.numbers)
        customer = await self.ask("/customers", _customer(number), f"customer-{number}", through)
        line = {"description": "Entretien annuel", "quantity": "1", "unit_price": "1000.00", "vat_rate": "20"}
        draft = {"customer_id": customer["id"], "lines": [line]}
        made = await self.ask("/invoices", draft, f"draft-{number}", through)
        due = {"due_date": self.house.in_days(1).isoformat()}
        invoice = await self.ask(f"/invoices/{made['id']}/issue", due, f"issue-{number}", through)
        self.issued.append(invoice)
        return invoice

    async def ask(self, path: str, body: dict[str, Any], key: str, through: int | None) -> dict[str, Any]:
        """Once for each key, however often it is asked."""
        base = self.house.stack.urls["billing"] if through is None else f"http://127.0.0.1:{through}"
        for attempt in range(TRIES):
            headers = {"authorization": f"Bearer {self.house.token()}", "idempotency-key": key}
            try:
                response = await self.house.http.post(base + path, json=body, headers=headers)
            except httpx2.TransportError as error:
                self.troubles[f"{self.phase}: {type(error).__name__}"] += 1
            else:
                if response.status_code < 500:
                    assert response.is_success, f"{path}: {response.text}"
                    answer: dict[str, Any] = response.json()
                    return answer
                self.troubles[f"{self.phase}: {path.rsplit('/', 1)[-1]} {response.status_code}"] += 1
            await asyncio.sleep(0.1 * (attempt + 1))
        raise AssertionError(f"{path}: billing did not answer")

    async def pay(self, invoice: dict[str, Any]) -> None:
        event = {
            "payment_id": f"bank-{invoice['number']}",
            "organisation": ORGANISATION,
            "amount": invoice["total"],
            "currency": "EUR",
            "received_on": self.house.today,
            "method": PaymentMethod.TRANSFER,
            "invoice_number": invoice["number"],
        }
        await self.house.publish(PaymentReceived.model_validate(event))
        self.paid.add(invoice["number"])

    async def pay_the_rest(self) -> None:
        for invoice in self.issued:
            if invoice["number"] not in self.paid:
                await self.pay(invoice)


def _customer(number: int) -> dict[str, Any]:
    return {
        "name": f"Garage {number}",
        "kind": "professional",
        "language": "fr",
        "address": {"lines": ["12 rue des Lilas"], "postal_code": "69003", "city": "Lyon", "country": "FR"},
        "email": f"customer-{number}@customers.example",
    }
