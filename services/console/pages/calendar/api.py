"""Planned calls in a calendar program: the reader's own secret address, and what it answers to whoever has it."""

import re
from typing import Annotated

from fastapi import APIRouter, Request
from starlette.responses import PlainTextResponse, Response

from chassis.http import PeerBusy, PeerRefused, PeerUnavailable
from contracts.rights import Right
from services.console.peers.notify import FeedRequest, Notify
from services.console.web.documents import passed_on
from services.console.web.forms import Form
from services.console.web.visit import Visit, reading, visitor_of

router = APIRouter()

Reader = Annotated[Visit, reading(Right.TASKS_READ)]
SECRET = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
NAME = 100
UNLISTED = {"cache-control": "no-store", "referrer-policy": "no-referrer", "x-robots-tag": "noindex"}


@router.get("/tasks/calendar")
async def calendar(visit: Reader) -> Response:
    return await _show(visit, visit.no_form())


@router.post("/tasks/calendar")
async def renew(visit: Reader) -> Response:
    """The address is on this one answer alone: it is kept neither here nor in a cookie."""
    form = await visit.form()
    request = FeedRequest(assignee=form.text("assignee", most=NAME, needed=False) or None, language=visit.language)
    if form.is_valid:
        with form.telling_refusals():
            made = await Notify(visit.client("notify")).renew_feed(request)
            return await _show(visit, form, secret=made.secret)
    return await _show(visit, form, status=422)


@router.post("/tasks/calendar/revoke")
async def revoke(visit: Reader) -> Response:
    await Notify(visit.client("notify")).revoke_feed()
    return visit.go("/tasks/calendar", visit.say("The address shows nothing any more."))


@router.get("/calendar/{secret}.ics")
async def feed(secret: str, request: Request) -> Response:
    """For programs: what is wrong is told by the status alone."""
    if not SECRET.fullmatch(secret):
        return _nothing(404)
    visit = visitor_of(request)
    told = {"x-forwarded-for": request.client.host} if request.client else {}
    client = visit.client("notify").with_token("").telling(told)
    try:
        answer = await passed_on(client, f"/public/calendars/{secret}")
    except PeerRefused:
        return _nothing(404)
    except PeerBusy:
        return _nothing(429)
    except PeerUnavailable:
        return _nothing(503)
    answer.headers.update(UNLISTED | {"content-disposition": 'inline; filename="calls.ics"'})
    return answer


def _nothing(status: int) -> Response:
    return PlainTextResponse("", status, UNLISTED)


async def _show(visit: Visit, form: Form, *, secret: str = "", status: int = 200) -> Response:
    notify = Notify(visit.client("notify"))
    assignees, known = await notify.assignees(), await notify.feed()
    base = visit.settings.console_url.rstrip("/")
    return visit.page(
        "tasks/calendar.html",
        status,
        form=form,
        feed=known,
        assignees=[each.name for each in assignees.items],
        url=f"{base}/calendar/{secret}.ics" if secret else "",
    )
