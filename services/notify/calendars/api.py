"""`/calendar-feed`: the caller's own; `/calendar-feeds`: everyone's; `/public/calendars/{secret}`: the calendar."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response
from pydantic import TypeAdapter

from chassis.auth import Caller, require
from chassis.clock import CurrentClock, RealClock, real_now
from chassis.database import Transaction
from chassis.dates import business_day
from chassis.limits import Limits
from chassis.paging import Cursor, Limit, Page, page_of, position_of
from contracts.rights import Right
from services.notify.calendars import store, use_cases
from services.notify.calendars.calendar import calendar_of
from services.notify.calendars.schemas import FeedInput, FeedView, NewFeed

router = APIRouter(tags=["calendars"])

Owner = Annotated[Caller, require(Right.TASKS_READ)]
Overseer = Annotated[Caller, require(Right.USERS_READ)]
Remover = Annotated[Caller, require(Right.USERS_WRITE)]
OwnerId = Annotated[str, Path(max_length=200, pattern=r"^[^\x00]+$")]

BY_OWNER = TypeAdapter(tuple[str])
ICS: dict[int | str, dict[str, object]] = {200: {"content": {"text/calendar": {}}, "description": "RFC 5545"}}
CLOSED = {"cache-control": "no-store", "referrer-policy": "no-referrer", "x-robots-tag": "noindex"}


@router.get("/calendar-feed")
async def read_feed(caller: Owner, transaction: Transaction, now: RealClock) -> FeedView:
    """404 when there is none, or its year is over. Its secret was shown when it was made."""
    return FeedView.model_validate(await use_cases.get(transaction, caller, now=now()))


@router.post("/calendar-feed", status_code=201)
async def renew_feed(body: FeedInput, caller: Owner, transaction: Transaction, now: RealClock) -> NewFeed:
    """Make it, or make it anew: the secret before opens nothing any more. The new one is shown this once.

    409 for a key, which has no calendar.

    `Idempotency-Key` has no meaning here: the answer is kept nowhere.
    """
    feed, secret = await use_cases.renew(transaction, caller, body, now=now())
    return NewFeed(feed=FeedView.model_validate(feed), secret=secret)


@router.delete("/calendar-feed", status_code=204)
async def revoke_feed(caller: Owner, transaction: Transaction) -> None:
    await use_cases.revoke(transaction, caller.organisation, caller.subject)


@router.get("/calendar-feeds")
async def list_feeds(
    caller: Overseer, transaction: Transaction, cursor: Cursor = None, limit: Limit = 50
) -> Page[FeedView]:
    """Whoever has one, by the id of the owner."""
    after = position_of(cursor, BY_OWNER)
    rows = await store.page(transaction, caller.organisation, after=after[0] if after else None, limit=limit + 1)
    return page_of(rows, limit, FeedView.model_validate, position=lambda row: (row.owner,))


@router.delete("/calendar-feeds/{owner}", status_code=204)
async def revoke_feed_of(owner: OwnerId, caller: Remover, transaction: Transaction) -> None:
    """Of someone who left, for example."""
    await use_cases.revoke(transaction, caller.organisation, owner)


def limited(request: Request) -> None:
    limits: Limits = request.app.state.limits
    limits.reading.take(request.client.host if request.client else "", now=real_now())


@router.get("/public/calendars/{secret}", response_class=Response, responses=ICS, dependencies=[Depends(limited)])
async def read_calendar(secret: str, transaction: Transaction, now: CurrentClock, real: RealClock) -> Response:
    """The planned calls, for a calendar program, which has the secret and no account."""
    feed, tasks = await use_cases.read(transaction, secret, now=real(), today=business_day(now()))
    return Response(calendar_of(tasks, feed.language), media_type="text/calendar; charset=utf-8", headers=CLOSED)
