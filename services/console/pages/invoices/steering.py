"""What people do about the case of an invoice: hold it, let it go on, leave a step out, run one now, end it."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from chassis.dates import end_of
from contracts.dunning import HoldKind
from contracts.rights import Right
from services.console.pages.invoices.page import act
from services.console.peers.cases import LONGEST_NOTE, Cases, Closing, Dispute, Promise, StepOfCase
from services.console.peers.dunning import Pause
from services.console.web.forms import Form
from services.console.web.visit import Visit, reading

router = APIRouter(prefix="/invoices/{invoice_id}")

Steerer = Annotated[Visit, reading(Right.CASES_STEER)]
Deed = Callable[[Cases], Awaitable[None]]


@router.post("/pause")
async def pause(invoice_id: UUID, visit: Steerer) -> Response:
    """Up to the end of the last day; without one, until someone resumes it."""
    form = await visit.form()
    until, note = form.optional_day("until"), form.text("note", most=LONGEST_NOTE, needed=False)
    hold = Pause(kind=HoldKind.PAUSED, until=_end_of(form, until), note=note)
    told = visit.say("The case is on hold.")
    return await _steer(visit, invoice_id, "pause", form, lambda it: it.pause(invoice_id, hold, key=form.once), told)


@router.post("/promise")
async def promise(invoice_id: UUID, visit: Steerer) -> Response:
    """Nothing is sent until the promised day is over."""
    form = await visit.form()
    note = form.text("note", most=LONGEST_NOTE, needed=False)
    promised = Promise(date=form.day("date"), amount=form.optional_amount("amount"), note=note)
    told = visit.say("The promise is noted.")
    return await _steer(
        visit, invoice_id, "promise", form, lambda it: it.promise(invoice_id, promised, key=form.once), told
    )


@router.post("/dispute")
async def dispute(invoice_id: UUID, visit: Steerer) -> Response:
    form = await visit.form()
    disputed = Dispute(note=form.text("note", most=LONGEST_NOTE))
    told = visit.say("The dispute is noted.")
    return await _steer(
        visit, invoice_id, "dispute", form, lambda it: it.dispute(invoice_id, disputed, key=form.once), told
    )


@router.post("/resume")
async def resume(invoice_id: UUID, visit: Steerer) -> Response:
    form = await visit.form()
    told = visit.say("The case goes on.")
    return await _steer(visit, invoice_id, "resume", form, lambda it: it.resume(invoice_id, key=form.once), told)


@router.post("/skip")
async def skip(invoice_id: UUID, visit: Steerer) -> Response:
    form = await visit.form()
    step = _step(form, form.text("note", most=LONGEST_NOTE))
    told = visit.say("The step is left out.")
    return await _steer(visit, invoice_id, "skip", form, lambda it: it.skip(invoice_id, step, key=form.once), told)


@router.post("/run")
async def run(invoice_id: UUID, visit: Steerer) -> Response:
    """It asks all that it would ask at its moment; the line of time says what came of it."""
    form = await visit.form()
    step = _step(form, form.text("note", most=LONGEST_NOTE, needed=False))
    told = visit.say("The step is tried now; the timeline says what comes of it.")
    return await _steer(visit, invoice_id, "run", form, lambda it: it.run(invoice_id, step, key=form.once), told)


@router.post("/close")
async def close(invoice_id: UUID, visit: Steerer) -> Response:
    """The invoice is dunned no more until its exclusion is lifted."""
    form = await visit.form()
    closing = Closing(reason="excluded", note=form.text("note", most=LONGEST_NOTE))
    told = visit.say("The case is closed.")
    return await _steer(visit, invoice_id, "close", form, lambda it: it.close(invoice_id, closing, key=form.once), told)


async def _steer(visit: Visit, invoice_id: UUID, name: str, form: Form, deed: Deed, told: str) -> Response:
    cases = Cases(visit.client("dunning"))
    return await act(visit, invoice_id, name, form, lambda: deed(cases), told)


def _step(form: Form, note: str) -> StepOfCase:
    """`key#occurrence`, as the page offers it."""
    key, _, occurrence = form.text("step", most=80).partition("#")
    if not (key and occurrence.isascii() and occurrence.isdecimal()):
        form.not_offered("step")
        return StepOfCase(step=key, occurrence=1, note=note)
    return StepOfCase(step=key, occurrence=int(occurrence), note=note)


def _end_of(form: Form, day: date | None) -> datetime | None:
    return end_of(day) if day is not None and form.is_valid else None
