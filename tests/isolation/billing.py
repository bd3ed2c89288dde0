"""Billing, with a customer, a comment, an open invoice and an unallocated payment of each organisation."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import httpx2
from pydantic import SecretStr

from chassis.app import create_app
from services.billing.main import SERVICE
from services.billing.settings import Settings
from tests.isolation.ground import OURS, Ground, Ids
from tests.services.billing.office import SELLER, a_customer, a_line
from tests.support.lent import Pool
from tests.support.tokens import Keys

BODIES: dict[tuple[str, str], Any] = {
    ("put", "/seller"): lambda ids: SELLER,
    ("post", "/customers"): lambda ids: a_customer(scenario=ids["scenario"]),
    ("put", "/customers/{customer_id}"): lambda ids: a_customer(scenario=ids["scenario"]),
    ("post", "/customers/{customer_id}/comments"): lambda ids: {"text": "Called.", "corrects": ids["corrects"]},
    ("post", "/invoices"): lambda ids: _draft(ids),
    ("put", "/invoices/{invoice_id}"): lambda ids: _draft(ids),
    ("post", "/invoices/{invoice_id}/issue"): lambda ids: {},
    ("post", "/invoices/{invoice_id}/credit"): lambda ids: {"reason": "returned"},
    ("post", "/receivables/{invoice_id}/due-date"): lambda ids: {"due_date": "2027-03-01", "reason": "agreed"},
    ("post", "/receivables/{invoice_id}/write-off"): lambda ids: {"reason": "insolvent"},
    ("post", "/payments"): (
        lambda ids: {**_paid(uuid4().hex), "invoice_number": ids["invoice_number"]},
        lambda ids: _paid(ids["payment_id"]),
    ),
    ("post", "/payments/{payment_id}/reverse"): lambda ids: {"reversed_on": "2026-01-20", "reason": "bounced"},
    ("post", "/payments/{payment_id}/allocations"): lambda ids: {"invoice_id": ids["invoice_id"], "amount": "1.00"},
}


@asynccontextmanager
async def billing(dsn: str, keys: Keys, pool: Pool, nats_url: str, jwks: str = "") -> AsyncIterator[Ground]:
    app = create_app(
        SERVICE, Settings(database_url=SecretStr(dsn), auth_jwks=jwks or str(keys.jwks), nats_url=nats_url)
    )
    transport = httpx2.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=transport, base_url="http://billing", timeout=60) as client,
    ):
        pool.lend(app.state.printer)
        yield Ground("billing", app, client, keys, BODIES)


async def plant(ground: Ground, organisation: str) -> None:
    """Our numbers go further than theirs, so that one of ours is none of theirs."""
    await ground.do(organisation, "PUT", "/seller", SELLER | {"name": f"Atelier {organisation}"})
    named = a_customer(name=f"Garage {organisation}", email=f"anne@{organisation}.example")
    customer = (await ground.do(organisation, "POST", "/customers", named))["id"]
    said = {"text": f"Spoken with {organisation}."}
    comment = await ground.do(organisation, "POST", f"/customers/{customer}/comments", said)
    draft = {"customer_id": customer, "lines": [a_line(description=f"Work for {organisation}")]}
    for _ in range(3 if organisation == OURS else 1):
        invoice = await ground.do(organisation, "POST", "/invoices", draft)
        invoice = await ground.do(organisation, "POST", f"/invoices/{invoice['id']}/issue", {})
    payment = f"payment-of-{organisation}"
    await ground.do(organisation, "POST", "/payments", _paid(payment) | {"payer": {"name": f"Garage {organisation}"}})
    ground.ids[organisation] = {
        "customer_id": customer,
        "corrects": comment["id"],
        "invoice_id": invoice["id"],
        "invoice_number": invoice["number"],
        "payment_id": payment,
        "scenario": f"scenario-of-{organisation}",
    }


def _draft(ids: Ids) -> dict[str, Any]:
    return {"customer_id": ids["customer_id"], "lines": [a_line()], "scenario": ids["scenario"]}


def _paid(payment_id: str) -> dict[str, Any]:
    paid = {"amount": "500.00", "currency": "EUR", "received_on": "2026-01-10", "method": "transfer"}
    return paid | {"payment_id": payment_id}
