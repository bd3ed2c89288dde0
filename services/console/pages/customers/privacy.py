"""A customer's data: taken away as a file, and erased after one has seen what would go."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from chassis.http import PeerRefused, PeerUnavailable
from contracts.rights import Right
from services.console.peers.billing import Billing
from services.console.peers.privacy import ErasureView, Privacy
from services.console.web.catalogues import mark
from services.console.web.visit import Visit, reading

router = APIRouter(prefix="/customers")

Exporter = Annotated[Visit, reading(Right.CUSTOMERS_EXPORT)]
Eraser = Annotated[Visit, reading(Right.CUSTOMERS_ERASE)]

SERVICES = ("billing", "quotes", "dunning", "notify", "identity")
TABLES: Mapping[str, str] = {
    "customers": mark("Name, addresses, telephone"),
    "customer_comments": mark("Comments"),
    "invoices": mark("Invoices and drafts"),
    "payments": mark("Payments"),
    "payment_reversals": mark("Reversed payments"),
    "payment_refusals": mark("Refused payments"),
    "allocations": mark("Allocations of payments"),
    "receivables": mark("Receivables"),
    "forgotten_invoices": mark("Invoices known from their events alone"),
    "receivable_decisions": mark("Reasons for decisions on invoices"),
    "quotes": mark("Quotes"),
    "quote_documents": mark("Documents of quotes"),
    "quote_mails": mark("E-mails about quotes"),
    "cases": mark("Dunning cases"),
    "holds": mark("Pauses, promises and disputes"),
    "decisions": mark("Journal of decisions"),
    "dunning_exclusions": mark("Exclusions from dunning"),
    "contact_claims": mark("Moments of contact"),
    "messages": mark("E-mails sent"),
    "letters": mark("Letters"),
    "letter_documents": mark("Documents of letters"),
    "tasks": mark("Calls"),
    "audit_entries": mark("Audit log"),
}
REASONS: Mapping[str, str] = {
    "invoices are open": mark("Invoices are open"),
    "payments have money left that is theirs": mark("Payments have money left that is theirs"),
    "cases are open": mark("Dunning cases are open"),
}


@dataclass(frozen=True)
class Line:
    words: str
    rows: int
    until: date | None


@router.get("/{customer_id}/export")
async def export(customer_id: UUID, visit: Exporter) -> Response:
    """All that every service holds, as JSON."""
    await Billing(visit.client("billing")).customer(customer_id)
    found = await asyncio.gather(*(Privacy(visit.client(name)).everything(customer_id) for name in SERVICES))
    told = {
        name: [each.model_dump(mode="json") for each in records] for name, records in zip(SERVICES, found, strict=True)
    }
    headers = {
        "content-disposition": f'attachment; filename="customer-{customer_id}.json"',
        "cache-control": "private, no-store",
    }
    content = json.dumps(told, ensure_ascii=False, indent=1).encode()
    return Response(content, media_type="application/json", headers=headers)


@router.get("/{customer_id}/erasure")
async def erasure(customer_id: UUID, visit: Eraser) -> Response:
    return await _show(visit, customer_id)


@router.post("/{customer_id}/erasure")
async def erase(customer_id: UUID, visit: Eraser) -> Response:
    form = await visit.form()
    with form.telling_refusals():
        await Privacy(visit.client("billing")).erase(customer_id, key=form.once)
        told = visit.say("The customer is erased; every service follows within seconds.")
        return visit.go(f"/customers/{customer_id}", told)
    return await _show(visit, customer_id, status=409)


async def _show(visit: Visit, customer_id: UUID, *, status: int = 200) -> Response:
    customer, views = await asyncio.gather(
        Billing(visit.client("billing")).customer(customer_id),
        asyncio.gather(*(_of(visit, name, customer_id) for name in SERVICES)),
    )
    told = [view for view in views if view is not None]
    return visit.page(
        "customers/erasure.html",
        status,
        customer=customer,
        erased=_lines(told, "erased"),
        kept=_lines(told, "kept"),
        reasons=[_reason(visit, reason) for view in told for reason in view.in_the_way],
        is_complete=len(told) == len(views),
    )


def _lines(views: Sequence[ErasureView], what: str) -> list[Line]:
    rows = [row for view in views for row in (view.erased if what == "erased" else view.kept)]
    return [Line(TABLES.get(row.table, row.table), row.rows, row.until) for row in rows]


def _reason(visit: Visit, told: str) -> str:
    """What a service says of it, such as `cases are open: F-2026-00042`."""
    what, _, which = told.partition(": ")
    return f"{visit.say(REASONS[what])}: {which}" if what in REASONS else told


async def _of(visit: Visit, name: str, customer_id: UUID) -> ErasureView | None:
    """None while the service does not answer."""
    try:
        return await Privacy(visit.client(name)).erasure(customer_id)
    except PeerUnavailable:
        return None
    except PeerRefused as refused:
        if refused.status != 404:
            raise
        return None  # a service of an earlier release, in the midst of an upgrade
