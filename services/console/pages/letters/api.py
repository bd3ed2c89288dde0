"""The letters of a day: printed as one file, posted one by one with the number of each; all that wait to be, and those
that were withdrawn and leave a decision.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from chassis.paging import Page
from contracts.rights import Right
from services.console.peers.notify import UNDECIDED, Letter, LetterStatus, Notify, Posting
from services.console.web.documents import passed_on
from services.console.web.forms import Form
from services.console.web.links import link
from services.console.web.visit import Visit, reading

router = APIRouter(prefix="/letters")

Reader = Annotated[Visit, reading(Right.LETTERS_READ)]
Poster = Annotated[Visit, reading(Right.LETTERS_POST)]
SHOWN = 100


@dataclass(frozen=True)
class Shown:
    """The letters of one day, whatever became of them; `is_waiting`: all that wait to be posted, whatever their day."""

    day: date
    is_waiting: bool
    cursor: str

    @property
    def query(self) -> Mapping[str, str]:
        return {"status": LetterStatus.PREPARED} if self.is_waiting else {"day": self.day.isoformat()}


@router.get("")
async def letters(visit: Reader) -> Response:
    return await _show(visit, _shown(visit, visit.query))


@router.get("/print/{day}")
async def batch(day: date, visit: Reader, part: int | None = None) -> Response:
    """All letters of that day in one file, or a part of them."""
    return await passed_on(visit.client("notify"), f"/letters/batches/{day}.pdf", part=part)


@router.get("/{letter_id}/pdf")
async def document(letter_id: UUID, visit: Reader) -> Response:
    return await passed_on(visit.client("notify"), f"/letters/{letter_id}/pdf")


@router.post("/{letter_id}/posted")
async def posted(letter_id: UUID, visit: Poster) -> Response:
    """The list again; for a script what takes the place of the form."""
    form = await visit.form()
    shown = _shown(visit, form.values)
    number = form.text("tracking_number", most=40, needed=False)
    posting = Posting(posted_on=visit.today, tracking_number=number or None)
    if form.is_valid:
        with form.telling_refusals():
            await Notify(visit.client("notify")).posted(letter_id, posting, key=form.once)
            if not visit.is_boosted:
                return visit.go(link("/letters", shown.query), visit.say("Posted."))
    if visit.is_boosted:
        status = 200 if form.is_valid else 422
        return visit.page("letters/posted.html", status, letter_id=letter_id, form=form, shown=shown, number=number)
    return await _show(visit, shown, {letter_id: form}, status=422)


async def _show(visit: Visit, shown: Shown, refused: dict[UUID, Form] | None = None, *, status: int = 200) -> Response:
    refused = refused or {}
    notify = Notify(visit.client("notify"))
    (page, waiting), batch, withdrawn = await asyncio.gather(
        _asked(notify, shown), notify.batch(shown.day), notify.letters(cause=UNDECIDED, limit=SHOWN)
    )
    earlier = [each for each in waiting.items if each.prepared_on < shown.day] if waiting else []
    listed = {each.id for each in (*page.items, *earlier)}
    return visit.page(
        "letters/page.html",
        status,
        shown=shown,
        letters=page.items,
        following=page.next,
        earlier=earlier,
        waiting=waiting,
        parts=0 if shown.is_waiting else batch.parts,
        undecided=[each for each in withdrawn.items if each.id not in listed],
        refused=refused,
        elsewhere=[form for letter_id, form in refused.items() if letter_id not in listed],
        empty=visit.no_form(),
        may_post=visit.may(Right.LETTERS_POST),
    )


async def _asked(notify: Notify, shown: Shown) -> tuple[Page[Letter], Page[Letter] | None]:
    """What is shown; with a day, also the newest of what waits, which may be of earlier days."""
    if shown.is_waiting:
        return await notify.letters(status=LetterStatus.PREPARED, cursor=shown.cursor, limit=SHOWN), None
    return await asyncio.gather(
        notify.letters(day=shown.day.isoformat(), cursor=shown.cursor, limit=SHOWN),
        notify.letters(status=LetterStatus.PREPARED, limit=SHOWN),
    )


def _shown(visit: Visit, asked: Mapping[str, str]) -> Shown:
    try:
        day = date.fromisoformat(asked.get("day", ""))
    except ValueError:
        day = visit.today
    return Shown(day, asked.get("status") == LetterStatus.PREPARED, asked.get("cursor", ""))
