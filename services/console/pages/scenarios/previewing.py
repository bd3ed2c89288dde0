"""What a scenario would do for an invoice: the day of each step, and its text as the customer would read it."""

import asyncio
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import Response

from chassis.http import PeerRefused
from contracts.actions import DunningContext
from contracts.base import Key
from contracts.receivable import ReceivableView
from contracts.rights import Right
from services.console.pages.scenarios.names import name_of
from services.console.peers.billing import Billing, Receivables
from services.console.peers.client import found
from services.console.peers.scenarios import Asked, Preview, Scenarios
from services.console.peers.templates import Reading, Templates
from services.console.web.visit import Visit, reading

router = APIRouter(prefix="/scenarios/{key}/preview")

Reader = Annotated[Visit, reading(Right.SCENARIOS_READ)]
Previewer = Annotated[Visit, reading(Right.TEMPLATES_PREVIEW)]

PROPOSED = 8
WITHOUT_DATES = ("scenario_has_no_steps", "not_found")


@router.get("")
async def preview(key: Key, visit: Reader) -> Response:
    """For an invoice, which a search finds, or for a due date."""
    scenarios, billing = Scenarios(visit.client("dunning")), Billing(visit.client("billing"))
    words, invoice = visit.query.get("q", ""), _identity(visit.query.get("invoice"))
    due = None if invoice else _day(visit.query.get("due")) or visit.today

    async def invoices() -> Receivables:
        return await billing.receivables(status="open", q=words, limit=PROPOSED)

    draft, proposed, receivable, shown = await asyncio.gather(
        scenarios.draft(key),
        visit.if_may(Right.RECEIVABLES_READ, invoices),
        visit.if_may(Right.RECEIVABLES_READ, lambda: _receivable(billing, invoice)),
        _previewed(scenarios, key, Asked(due_date=due, invoice_id=invoice)),
    )
    return visit.page(
        "scenarios/preview.html",
        scenario=draft.content,
        draft=draft,
        proposed=proposed.items if proposed else [],
        may_search=proposed is not None,
        receivable=receivable,
        shown=shown,
        due=due,
        words=words,
        steps={step.key: step for step in draft.content.steps},
        name_of=lambda template: name_of(visit, template),
        may_read_texts=visit.may(Right.TEMPLATES_PREVIEW),
    )


@router.get("/text")
async def text(key: Key, visit: Previewer) -> Response:
    """A text as the customer of the invoice would read it on that day; without one, as a customer made up for it."""
    invoice, day = _identity(visit.query.get("invoice")), _day(visit.query.get("day")) or visit.today
    template = visit.query.get("template", "")
    receivable = await _receivable(Billing(visit.client("billing")), invoice)
    language = receivable.contact.language if receivable else visit.language
    context = _context(receivable, visit.query.get("step", template), day) if receivable else None
    rendered = await found(
        Templates(visit.client("notify")).preview(template, Reading(language=language, context=context))
    )
    if rendered is None:
        raise HTTPException(404)
    return visit.page(
        "scenarios/text.html",
        key=key,
        rendered=rendered,
        title=name_of(visit, template),
        receivable=receivable,
        read_in=language,
    )


async def _previewed(scenarios: Scenarios, key: str, asked: Asked) -> Preview | None:
    """None for a scenario without steps, and for an invoice that dunning does not know."""
    try:
        return await scenarios.preview(key, asked)
    except PeerRefused as refused:
        if refused.code in WITHOUT_DATES:
            return None
        raise


async def _receivable(billing: Billing, invoice: UUID | None) -> ReceivableView | None:
    return await billing.receivable(invoice) if invoice else None


def _context(receivable: ReceivableView, step: str, day: date) -> DunningContext:
    late = (day - receivable.due_date).days
    return DunningContext(receivable=receivable, step=step, today=day, days_late=late)


def _identity(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None
