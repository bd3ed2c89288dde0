"""Receivables: who owes what, how late, in the order that one likes; as a file too."""

from typing import Annotated

from fastapi import APIRouter
from starlette.responses import Response

from contracts.rights import Right
from services.console.pages.receivables.asking import Asked
from services.console.pages.receivables.page import show
from services.console.web.documents import passed_on
from services.console.web.visit import Visit, reading

router = APIRouter(prefix="/receivables")

Reader = Annotated[Visit, reading(Right.RECEIVABLES_READ)]


@router.get("")
async def receivables(visit: Reader) -> Response:
    return await show(visit, visit.query)


@router.get("/export")
async def export(visit: Reader) -> Response:
    """What the page shows, whole, for spreadsheets. 422, with the page, while a filter cannot be read: nobody would see
    that the file is not filtered by it."""
    asked = Asked.of(visit.query, visit.formats)
    if asked.wrong:
        return await show(visit, visit.query, status=422)
    client = visit.client("billing")
    return await passed_on(client, "/receivables/export", **asked.filters, language=visit.language)
