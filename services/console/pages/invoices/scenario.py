"""`/invoices/{invoice_id}/scenario`: another scenario for a case, after seeing what it would change."""

import asyncio
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import Response

from contracts.rights import Right
from services.console.pages.invoices.timeline import future
from services.console.peers.cases import Cases, Destination, Transfer
from services.console.web.forms import Form
from services.console.web.visit import Visit, reading

router = APIRouter(prefix="/invoices/{invoice_id}/scenario")

NOTE, OFFERED = 1000, 200

Steerer = Annotated[Visit, reading(Right.CASES_STEER)]


@router.get("")
async def choose(invoice_id: UUID, visit: Steerer) -> Response:
    return await _show(visit, invoice_id, visit.query.get("scenario", ""), visit.no_form())


@router.post("")
async def change(invoice_id: UUID, visit: Steerer) -> Response:
    form = await visit.form()
    transfer = Transfer(scenario=form.text("scenario", most=80), note=form.text("note", most=NOTE))
    if form.is_valid:
        with form.telling_refusals():
            await Cases(visit.client("dunning")).transfer(invoice_id, transfer, key=form.once)
            return visit.go(f"/invoices/{invoice_id}", visit.say("The case follows another scenario."))
    return await _show(visit, invoice_id, transfer.scenario, form, status=422)


async def _show(visit: Visit, invoice_id: UUID, chosen: str, form: Form, *, status: int = 200) -> Response:
    """With what comes now and what would come by the chosen scenario."""
    cases = Cases(visit.client("dunning"))
    line, scenarios = await asyncio.gather(cases.timeline(invoice_id, limit=1), cases.scenarios(limit=OFFERED))
    if line is None:
        raise HTTPException(404)
    offered = [each for each in scenarios.items if each.version is not None]
    preview = None
    if line.case.state != "closed" and chosen in {each.key for each in offered}:
        preview = await cases.preview(invoice_id, Destination(scenario=chosen))
    before = preview.steps if preview else line.planned
    after = preview.steps_after if preview else []
    return visit.page(
        "invoices/scenario.html",
        status,
        case=line.case,
        offered=offered,
        chosen=chosen,
        preview=preview,
        before=future(before, now=visit.now, say=visit.say, formats=visit.formats),
        after=future(after, now=visit.now, say=visit.say, formats=visit.formats),
        form=form,
    )
