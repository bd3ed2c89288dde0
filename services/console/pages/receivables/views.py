"""Saved views of the receivables: kept by identity for the reader alone, as a name and the query of the page."""

from typing import Annotated
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from fastapi import APIRouter
from starlette.responses import Response

from contracts.rights import Right
from services.console.pages.receivables.asking import in_any_language
from services.console.pages.receivables.page import PAGE, PATH, show
from services.console.peers.identity import Identity, NewView, ViewChange
from services.console.web.forms import Form
from services.console.web.links import link
from services.console.web.visit import Visit, reading

router = APIRouter(prefix="/receivables/views")

NAME, QUERY = 100, 2000

Reader = Annotated[Visit, reading(Right.RECEIVABLES_READ)]


@router.post("")
async def save(visit: Reader) -> Response:
    form = await visit.form()
    view = NewView(page=PAGE, name=form.text("name", most=NAME), query=_query(form, visit))
    if form.is_valid:
        with form.telling_refusals():
            await Identity(visit.client("identity")).save_view(view, key=form.once)
            return visit.go(_address(view.query), visit.say("The view is saved."))
    return await _again(visit, view.query, save=form)


@router.post("/{view_id}")
async def change(view_id: UUID, visit: Reader) -> Response:
    """Another name; with `query`, what the page shows now takes the place of what was kept."""
    form = await visit.form()
    view = ViewChange(name=form.text("name", most=NAME), query=_query(form, visit))
    if form.is_valid:
        with form.telling_refusals():
            await Identity(visit.client("identity")).change_view(view_id, view)
            return visit.go(_address(view.query), visit.say("The view is changed."))
    return await _again(visit, view.query, **{str(view_id): form})


@router.post("/{view_id}/delete")
async def delete(view_id: UUID, visit: Reader) -> Response:
    form = await visit.form()
    await Identity(visit.client("identity")).drop_view(view_id)
    return visit.go(_address(form.value("query")), visit.say("The view is deleted."))


async def _again(visit: Visit, query: str, **forms: Form) -> Response:
    return await show(visit, dict(parse_qsl(query)), forms, status=422)


def _query(form: Form, visit: Visit) -> str:
    """What the page asks, to be read in either language."""
    query = dict(parse_qsl(form.text("query", most=QUERY, needed=False)))
    return urlencode(query | in_any_language(query, visit.formats))


def _address(query: str) -> str:
    """Of the page as it was asked; whatever else a form says, it is a query of this page."""
    return link(PATH, dict(parse_qsl(query)))
