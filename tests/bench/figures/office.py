"""What an office does over HTTP before something is measured: customers are made, invoices are issued."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from deploy.local.credentials import an_admin
from deploy.local.seed import ORGANISATION, seed
from tests.bench.ground import Ground

CUSTOMER = {
    "name": "Garage Lefèvre",
    "kind": "professional",
    "language": "fr",
    "address": {"lines": ["12 rue des Lilas"], "postal_code": "69003", "city": "Lyon", "country": "FR"},
    "email": "anne@garage-lefevre.example",
    "phone": "+33 4 72 00 00 01",
}
LINE = {"description": "Entretien annuel", "quantity": "1", "unit_price": "1000.00", "vat_rate": "20"}
CALLERS = 8


@dataclass(frozen=True)
class Office:
    """Speaks to billing as an admin of the organisation that the stack starts with."""

    ground: Ground

    async def opens(self) -> None:
        await seed(self.ground.stack.urls, an_admin(self.ground.stack.shared, ORGANISATION))

    async def customer(self, **changes: Any) -> str:
        """The id of a new one."""
        return str((await self.post("billing", "/customers", CUSTOMER | changes))["id"])

    async def issue(self, customers: Sequence[str], *, due: date) -> list[dict[str, Any]]:
        """An invoice of 1,200.00 EUR for each, by eight callers."""
        waiting, issued = iter(customers), []

        async def caller() -> None:
            for customer in waiting:
                draft = await self.post("billing", "/invoices", {"customer_id": customer, "lines": [LINE]})
                path = f"/invoices/{draft['id']}/issue"
                issued.append(await self.post("billing", path, {"due_date": due.isoformat()}))

        await asyncio.gather(*(caller() for _ in range(CALLERS)))
        return issued

    async def post(self, service: str, path: str, body: object) -> dict[str, Any]:
        url = self.ground.stack.urls[service] + path
        answer = await self.ground.http.post(url, json=body, headers=self.ground.admin())
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found
