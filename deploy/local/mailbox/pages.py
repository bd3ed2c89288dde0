"""The messages as pages for people."""

from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from deploy.local.mailbox.api import CurrentStore
from deploy.local.mailbox.message import body_of
from deploy.local.mailbox.words import preferred

PAGE_LENGTH = 50

router = APIRouter(include_in_schema=False)
templates = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("templates")), autoescape=True, undefined=StrictUndefined
)

Languages = Annotated[str, Header(alias="Accept-Language")]


@router.get("/")
async def messages(
    store: CurrentStore, search: str = "", cursor: Annotated[str | None, Query()] = None, languages: Languages = ""
) -> HTMLResponse:
    found = store.page(limit=PAGE_LENGTH + 1, cursor=cursor, words=search)
    shown = found[:PAGE_LENGTH]
    older = shown[-1].id if len(found) > PAGE_LENGTH else None
    return _page(
        "messages.html",
        languages,
        messages=shown,
        total=len(store),
        search=search,
        older=older,
        is_first=cursor is None,
    )


@router.get("/messages/{message_id}")
async def message(store: CurrentStore, message_id: str, languages: Languages = "") -> HTMLResponse:
    summary = store.get(message_id)
    if summary is None:
        return _page("missing.html", languages, status=404)
    source = store.raw(message_id)
    return _page(
        "message.html", languages, message=summary, body=body_of(source), source=source.decode(errors="replace")
    )


def _page(template: str, languages: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    language, words = preferred(languages)
    return HTMLResponse(templates.get_template(template).render(values, language=language, words=words), status)
