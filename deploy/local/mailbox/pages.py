"""The messages as pages for people."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from deploy.local.mailbox.api import CurrentStore
from deploy.local.mailbox.message import body_of
from deploy.local.mailbox.views import CurrentView

PAGE_LENGTH = 50

router = APIRouter(include_in_schema=False)


@router.get("/")
async def messages(
    store: CurrentStore, view: CurrentView, search: str = "", cursor: Annotated[str | None, Query()] = None
) -> HTMLResponse:
    found = store.page(limit=PAGE_LENGTH + 1, cursor=cursor, words=search)
    shown = found[:PAGE_LENGTH]
    older = shown[-1].id if len(found) > PAGE_LENGTH else None
    return view.page(
        "messages.html", messages=shown, total=len(store), search=search, older=older, is_first=cursor is None
    )


@router.get("/messages/{message_id}")
async def message(store: CurrentStore, view: CurrentView, message_id: str) -> HTMLResponse:
    summary = store.get(message_id)
    if summary is None:
        return view.page("missing.html", status=404)
    source = store.raw(message_id)
    return view.page("message.html", message=summary, body=body_of(source), source=source.decode(errors="replace"))
