"""The versions of a scenario, and what one changes of another."""

from typing import Annotated

from fastapi import APIRouter
from starlette.responses import Response

from contracts.base import Key
from contracts.rights import Right
from services.console.pages.scenarios.changes import changes_of
from services.console.pages.scenarios.names import name_of
from services.console.peers.client import found
from services.console.peers.scenarios import Scenarios
from services.console.web.catalogues import mark
from services.console.web.tables import Column, Table
from services.console.web.visit import Visit, reading

router = APIRouter(prefix="/scenarios/{key}/versions")

Reader = Annotated[Visit, reading(Right.SCENARIOS_READ)]

SHOWN = 30
LONGEST_NUMBER = 9
COLUMNS = (
    Column(mark("Version")),
    Column(mark("State")),
    Column(mark("Steps"), align="end"),
    Column(mark("Cases that follow it"), align="end"),
    Column(mark("Saved")),
    Column(mark("Published")),
)


@router.get("")
async def versions(key: Key, visit: Reader) -> Response:
    """Compared are the two that are asked for, else the two newest ones."""
    scenarios = Scenarios(visit.client("dunning"))
    page = await scenarios.versions(key, limit=SHOWN, cursor=visit.query.get("cursor"))
    newest = [each.version for each in page.items]
    before, after = _number(visit.query.get("before")), _number(visit.query.get("after"))
    if before is None and len(newest) > 1:
        before, after = newest[1], newest[0]
    comparison = await found(scenarios.compare(key, before, after)) if before is not None else None
    return visit.page(
        "scenarios/versions.html",
        table=Table(f"/scenarios/{key}/versions", COLUMNS, visit.query, "", page.next),
        rows=page.items,
        key=key,
        name=page.items[0].name if page.items else key,
        comparison=comparison,
        changes=changes_of(comparison, visit) if comparison else [],
        before=before,
        after=after,
        name_of=lambda template: name_of(visit, template),
    )


def _number(text: str | None) -> int | None:
    is_one = text and text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER
    return int(text) or None if text and is_one else None
