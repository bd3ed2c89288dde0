"""The first page of each reader: the first of the menu that they may read."""

from fastapi import APIRouter
from starlette.responses import Response

from chassis.problems import Forbidden
from services.console.web.navigation import entries_for
from services.console.web.visit import AnyVisit

router = APIRouter()


@router.get("/")
async def home(visit: AnyVisit) -> Response:
    entries = entries_for(visit.caller)
    if not entries:
        raise Forbidden("This profile may read no page.")
    return visit.go(entries[0].path)
