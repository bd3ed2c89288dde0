"""`/scenarios`: the list, and the page of each."""

from typing import Annotated

from fastapi import APIRouter
from starlette.responses import Response

from contracts.base import Key
from contracts.rights import Right
from services.console.pages.scenarios import editor
from services.console.peers.scenarios import Scenarios
from services.console.web.catalogues import mark
from services.console.web.documents import passed_on
from services.console.web.tables import Column, Table
from services.console.web.visit import Visit, reading

router = APIRouter(prefix="/scenarios")

Reader = Annotated[Visit, reading(Right.SCENARIOS_READ)]

SHOWN = 50
COLUMNS = (
    Column(mark("Scenario")),
    Column(mark("State")),
    Column(mark("Steps"), align="end"),
    Column(mark("Cases that follow it"), align="end"),
    Column(mark("On an older version"), align="end"),
)


@router.get("")
async def scenarios(visit: Reader) -> Response:
    page = await Scenarios(visit.client("dunning")).all(limit=SHOWN, cursor=visit.query.get("cursor"))
    table = Table("/scenarios", COLUMNS, visit.query, "", page.next)
    return visit.page("scenarios/list.html", table=table, rows=page.items, may_write=visit.may(Right.SCENARIOS_WRITE))


@router.get("/{key}")
async def read(key: Key, visit: Reader) -> Response:
    return await editor.show(visit, key, visit.query.get("step", ""))


@router.get("/{key}/file")
async def export(key: Key, visit: Reader) -> Response:
    """The version in force, as YAML, or the draft before there is one."""
    answer = await passed_on(visit.client("dunning"), f"/scenarios/{key}.yaml")
    answer.headers["content-disposition"] = f'attachment; filename="{key}.yaml"'
    return answer
