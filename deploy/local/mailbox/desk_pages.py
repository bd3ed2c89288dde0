"""The letters and the tasks as pages for people, without a token: the desk has one."""

import logging
from datetime import date
from enum import StrEnum
from itertools import groupby
from operator import attrgetter
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, FastAPI, Query, Request, Response
from fastapi.responses import HTMLResponse

from deploy.local.mailbox.api import NO_SNIFF
from deploy.local.mailbox.desk import Desk, NotifyIsDown, NotifyRefused
from deploy.local.mailbox.views import CurrentView, view_of

log = logging.getLogger(__name__)
router = APIRouter(include_in_schema=False)

Cursor = Annotated[str | None, Query()]


class Shown(StrEnum):
    """Which tasks are listed."""

    OPENED = "opened"
    COMPLETED = "completed"
    WITHDRAWN = "withdrawn"
    ALL = "all"


def the_desk(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


CurrentDesk = Annotated[Desk, Depends(the_desk)]


@router.get("/letters")
async def letters(desk: CurrentDesk, view: CurrentView, cursor: Cursor = None) -> HTMLResponse:
    page = await desk.letters(cursor)
    days = [(day, list(group)) for day, group in groupby(page.items, key=attrgetter("prepared_on"))]
    return view.page("letters.html", days=days, more=page.next, is_first=cursor is None)


@router.get("/letters/batches/{day}.pdf")
async def batch(desk: CurrentDesk, day: date) -> Response:
    return _pdf(await desk.batch(day), f"letters-{day}.pdf")


@router.get("/letters/{letter_id}.pdf")
async def letter(desk: CurrentDesk, letter_id: UUID) -> Response:
    return _pdf(await desk.letter(letter_id), f"letter-{letter_id}.pdf")


@router.get("/tasks")
async def tasks(
    desk: CurrentDesk, view: CurrentView, status: Shown = Shown.OPENED, cursor: Cursor = None
) -> HTMLResponse:
    page = await desk.tasks(None if status is Shown.ALL else status.value, cursor)
    return view.page(
        "tasks.html",
        tasks=page.items,
        more=page.next,
        is_first=cursor is None,
        chosen=status.value,
        statuses=[each.value for each in Shown],
    )


def add_desk(app: FastAPI) -> None:
    """The pages, and sentences instead of a traceback for what notify cannot answer."""
    app.include_router(router)
    app.add_exception_handler(NotifyIsDown, _down)
    app.add_exception_handler(NotifyRefused, _refused)


async def _down(request: Request, error: Exception) -> Response:
    log.warning("notify is down: %s", error)
    return _trouble(request, 503, "notify_down")


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, NotifyRefused)  # noqa: S101 (registered for it alone)
    return _trouble(request, error.status, "nothing_there" if error.status == 404 else "notify_refused", error.detail)


def _trouble(request: Request, status: int, sentence: str, detail: str = "") -> HTMLResponse:
    view = view_of(request, request.headers.get("accept-language", ""))
    tab = request.url.path.split("/")[1]
    return view.page("trouble.html", status=status, tab=tab, sentence=view.words[sentence], detail=detail)


def _pdf(content: bytes, filename: str) -> Response:
    headers = {**NO_SNIFF, "Content-Disposition": f'inline; filename="{filename}"'}
    return Response(content, media_type="application/pdf", headers=headers)
