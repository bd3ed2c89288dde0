"""Who is sent the overdue list; that of someone who left is ended here."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter
from starlette.responses import Response

from contracts.rights import Right
from services.console.pages.people.entry import tabs_for
from services.console.peers.dunning import Dunning
from services.console.web.catalogues import mark
from services.console.web.tables import Column, Table
from services.console.web.visit import Visit, reading

router = APIRouter(prefix="/people/overdue-lists")

Reader = Annotated[Visit, reading(Right.OVERDUE_LISTS_READ)]
Ender = Annotated[Visit, reading(Right.OVERDUE_LISTS_END)]

PATH = "/people/overdue-lists"
COLUMNS = (
    Column(mark("Name")), Column(mark("E-mail")), Column(mark("Day")), Column(mark("Hour")), Column(mark("Until")),
    Column(mark("State")),
)  # fmt: skip


@router.get("")
async def overdue_lists(visit: Reader) -> Response:
    page = await Dunning(visit.client("dunning")).overdue_lists(cursor=visit.query.get("cursor"), limit=50)
    return visit.page(
        "people/overdue_lists.html", rows=page.items, table=Table(PATH, COLUMNS, visit.query, "", page.next),
        paths={each.owner: f"{PATH}/{quote(each.owner, safe='')}/end" for each in page.items},
        tabs=tabs_for(visit), may_end=visit.may(Right.OVERDUE_LISTS_END),
    )  # fmt: skip


@router.post("/{owner}/end")
async def end(owner: str, visit: Ender) -> Response:
    await Dunning(visit.client("dunning")).end_overdue_list_of(owner)
    return visit.go(PATH, visit.say("The list is not sent any more."))
