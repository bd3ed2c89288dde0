"""Endpoints: letters prepared, read, printed and posted."""

import re
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from chassis.auth import Caller, require
from chassis.clock import CurrentClock
from chassis.database import Sessions, Transaction
from chassis.idempotency import IdempotentRoute
from chassis.paging import MOMENT_AND_ID, Cursor, Limit, Page, page_of, position_of
from contracts.actions import ActionOutcome, PrepareLetter
from contracts.base import BusinessDate
from contracts.rights import Right
from services.notify.letters import store, use_cases
from services.notify.letters.models import Letter, LetterStatus, WithdrawalCause
from services.notify.letters.press import Press
from services.notify.letters.schemas import BatchView, LetterView, PostingInput
from services.notify.letters.views import letter_view
from services.notify.templates.api import CurrentRenderer

router = APIRouter(prefix="/letters", tags=["letters"], route_class=IdempotentRoute)

Reader = Annotated[Caller, require(Right.LETTERS_READ)]
Asker = Annotated[Caller, require(Right.LETTERS_PREPARE)]
Poster = Annotated[Caller, require(Right.LETTERS_POST)]

PDF: dict[int | str, dict[str, object]] = {200: {"content": {"application/pdf": {}}, "description": "The PDF"}}


async def press_of(request: Request) -> Press:
    press: Press = request.app.state.press
    return press


async def sessions_of(request: Request) -> Sessions:
    sessions: Sessions = request.app.state.sessions
    return sessions


CurrentPress = Annotated[Press, Depends(press_of)]


@router.post("", status_code=201)
async def prepare_letter(
    asked: PrepareLetter,
    caller: Asker,
    transaction: Transaction,
    renderer: CurrentRenderer,
    press: CurrentPress,
    response: Response,
) -> ActionOutcome:
    """Prepare one letter under its key; 200 with the first outcome when the key is known.

    409 `too_late` when the balance or the due date of its invoice changed since it was read: read it again.
    """
    answered = await use_cases.prepare_letter(transaction, caller, asked, renderer=renderer, press=press)
    response.status_code = answered.status_code
    return answered.outcome


@router.get("")
async def list_letters(
    caller: Reader,
    transaction: Transaction,
    status: LetterStatus | None = None,
    day: Annotated[BusinessDate | None, Query(description="The day they were prepared")] = None,
    customer_id: UUID | None = None,
    cause: Annotated[list[WithdrawalCause], Query(description="Withdrawn for one of these causes")] = [],  # noqa: B006
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[LetterView]:
    """The letters, newest first."""
    before = position_of(cursor, MOMENT_AND_ID)
    rows = await store.page_of(
        transaction,
        caller.organisation,
        status=status,
        day=day,
        customer_id=customer_id,
        causes=cause,
        before=before,
        limit=limit + 1,
    )
    return page_of(rows, limit, letter_view, position=lambda row: (row.prepared_at, row.id))


@router.get("/batches/{day}.pdf", response_class=Response, responses=PDF)
async def get_batch(
    day: date,
    caller: Reader,
    press: CurrentPress,
    sessions: Annotated[Sessions, Depends(sessions_of)],
    duplex: Annotated[bool, Query(description="For printing on both sides: each letter begins on a new sheet")] = False,
    part: Annotated[int | None, Query(ge=1, le=10_000, description="Of a day with more than one part")] = None,
) -> Response:
    """The letters prepared that day and not withdrawn, in one file, by number. 404 when there are none.

    A day with very many letters has several parts, each a file: 409 when none of them is named.
    """
    printed = await use_cases.batch(sessions, caller.organisation, day, part, press=press, is_duplex=duplex)
    return _pdf(printed.pdf, f"letters-{day}-{part}.pdf" if part else f"letters-{day}.pdf")


@router.get("/batches/{day}")
async def get_batch_of_day(day: date, caller: Reader, transaction: Transaction) -> BatchView:
    """How many letters of that day are to be printed, and in how many parts."""
    return await use_cases.batch_of_day(transaction, caller.organisation, day)


@router.get("/{letter_id}")
async def get_letter(letter_id: UUID, caller: Reader, transaction: Transaction) -> LetterView:
    return letter_view(await store.letter_of(transaction, caller.organisation, letter_id))


@router.get("/{letter_id}/pdf", response_class=Response, responses=PDF)
async def get_pdf(letter_id: UUID, caller: Reader, transaction: Transaction) -> Response:
    """The letter as it was prepared, byte for byte."""
    letter = await store.letter_of(transaction, caller.organisation, letter_id)
    return _pdf(await store.pdf_of(transaction, letter), _filename(letter))


@router.post("/{letter_id}/posted")
async def post_letter(
    letter_id: UUID, posting: PostingInput, caller: Poster, transaction: Transaction, now: CurrentClock
) -> LetterView:
    """Note that the letter was posted. 409 once it was withdrawn, or posted otherwise."""
    return letter_view(await use_cases.post_letter(transaction, caller, letter_id, posting, now=now()))


def _filename(letter: Letter) -> str:
    return f"{letter.template}-{re.sub(r'[^A-Za-z0-9.-]+', '-', letter.reference)}.pdf"


def _pdf(content: bytes, filename: str) -> Response:
    headers = {"content-disposition": f'inline; filename="{filename}"', "cache-control": "private"}
    return Response(content, media_type="application/pdf", headers=headers)
