"""The letters of a day: printed as one file, posted one by one with the number of each."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from contracts.rights import Right
from services.console.peers.notify import Notify, Posting
from services.console.web.documents import passed_on
from services.console.web.forms import Form
from services.console.web.links import link
from services.console.web.visit import Visit, reading

router = APIRouter(prefix="/letters")

Reader = Annotated[Visit, reading(Right.LETTERS_READ)]
Poster = Annotated[Visit, reading(Right.LETTERS_POST)]
SHOWN = 100


@router.get("")
async def letters(visit: Reader) -> Response:
    return await _show(visit, _day(visit, visit.query.get("day")))


@router.get("/print/{day}")
async def batch(day: date, visit: Reader) -> Response:
    """All letters of that day in one file."""
    return await passed_on(visit.client("notify"), f"/letters/batches/{day}.pdf")


@router.get("/{letter_id}/pdf")
async def document(letter_id: UUID, visit: Reader) -> Response:
    return await passed_on(visit.client("notify"), f"/letters/{letter_id}/pdf")


@router.post("/{letter_id}/posted")
async def posted(letter_id: UUID, visit: Poster) -> Response:
    form = await visit.form()
    day = _day(visit, form.value("day"))
    number = form.text("tracking_number", most=40, needed=False)
    posting = Posting(posted_on=visit.today, tracking_number=number or None)
    if form.is_valid:
        with form.telling_refusals():
            await Notify(visit.client("notify")).posted(letter_id, posting, key=form.once)
            return visit.go(link("/letters", day=day.isoformat()), visit.say("Posted."))
    return await _show(visit, day, {letter_id: form}, status=422)


async def _show(visit: Visit, day: date, refused: dict[UUID, Form] | None = None, *, status: int = 200) -> Response:
    page = await Notify(visit.client("notify")).letters(
        day=day.isoformat(), cursor=visit.query.get("cursor"), limit=SHOWN
    )
    return visit.page(
        "letters/page.html",
        status,
        day=day,
        letters=page.items,
        following=page.next,
        refused=refused or {},
        empty=visit.no_form(),
        may_post=visit.may(Right.LETTERS_POST),
    )


def _day(visit: Visit, text: str | None) -> date:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return visit.today
