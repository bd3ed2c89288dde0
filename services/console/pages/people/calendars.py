"""Whose calendar programs read the planned calls; that of someone who left is ended here."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter
from starlette.responses import Response

from chassis.clock import real_now
from contracts.rights import Right
from services.console.pages.people.entry import tabs_for
from services.console.peers.notify import Notify
from services.console.web.catalogues import mark
from services.console.web.tables import Column, Table
from services.console.web.visit import Visit, reading

router = APIRouter(prefix="/people/calendars")

Reader = Annotated[Visit, reading(Right.USERS_READ)]
Writer = Annotated[Visit, reading(Right.USERS_WRITE)]

PATH = "/people/calendars"
COLUMNS = (
    Column(mark("Name")), Column(mark("Whose calls")), Column(mark("Made")), Column(mark("Expires")),
    Column(mark("State")),
)  # fmt: skip


@router.get("")
async def calendars(visit: Reader) -> Response:
    page = await Notify(visit.client("notify")).feeds(cursor=visit.query.get("cursor"), limit=50)
    now = real_now()  # addresses are real: they end by the clock on the wall, not by that of the business
    return visit.page(
        "people/calendars.html", rows=page.items, table=Table(PATH, COLUMNS, visit.query, "", page.next),
        ended={each.owner for each in page.items if now >= each.expires_at},
        paths={each.owner: f"{PATH}/{quote(each.owner, safe='')}/revoke" for each in page.items},
        tabs=tabs_for(visit), may_write=visit.may(Right.USERS_WRITE),
    )  # fmt: skip


@router.post("/{owner}/revoke")
async def revoke(owner: str, visit: Writer) -> Response:
    await Notify(visit.client("notify")).revoke_feed_of(quote(owner, safe=""))
    return visit.go(PATH, visit.say("The address shows nothing any more."))
