"""The messages as JSON."""

from enum import StrEnum
from typing import Annotated, TypeVar
from urllib.parse import quote

from fastapi import APIRouter, Depends, HTTPException, Query, Request, Response
from pydantic import BaseModel

from deploy.local.mailbox.message import Attachment, Summary, body_of
from deploy.local.mailbox.store import Store

router = APIRouter(tags=["messages"])

NO_SNIFF = {"X-Content-Type-Options": "nosniff"}
HARMLESS = {
    **NO_SNIFF,
    "Content-Security-Policy": "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'",
}
SHOWN = ("application/pdf", "image/png", "image/jpeg", "image/gif")

T = TypeVar("T")


class Order(StrEnum):
    NEWEST = "newest"
    OLDEST = "oldest"


class AttachmentView(BaseModel):
    number: int
    filename: str
    content_type: str
    size: int


class MessageView(Summary):
    text: str | None
    html: str | None
    attachments: list[AttachmentView]


class MessagePage(BaseModel):
    """`next` is the cursor of the following page, null on the last one."""

    items: list[Summary]
    next: str | None
    total: int


def the_store(request: Request) -> Store:
    store: Store = request.app.state.store
    return store


CurrentStore = Annotated[Store, Depends(the_store)]


def the_message(store: CurrentStore, message_id: str) -> Summary:
    summary = store.get(message_id)
    if summary is None:
        raise HTTPException(404, f"Message {message_id!r} is not in the mailbox.")
    return summary


CurrentMessage = Annotated[Summary, Depends(the_message)]


@router.get("/healthz")
async def alive() -> dict[str, str]:
    return {"status": "alive"}


@router.get("/api/messages")
async def messages(
    store: CurrentStore,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    cursor: str | None = None,
    order: Order = Order.NEWEST,
    search: Annotated[str, Query(description="Words of the subject, the sender or a recipient")] = "",
) -> MessagePage:
    """The messages beyond the cursor, newest first unless asked otherwise."""
    found = store.page(limit=limit + 1, cursor=cursor, oldest_first=order is Order.OLDEST, words=search)
    shown = found[:limit]
    return MessagePage(items=shown, next=shown[-1].id if len(found) > limit else None, total=len(store))


@router.delete("/api/messages", status_code=204)
async def empty(store: CurrentStore) -> None:
    """Delete every message."""
    store.empty()


@router.get("/api/messages/{message_id}")
async def message(store: CurrentStore, summary: CurrentMessage) -> MessageView:
    body = body_of(store.raw(summary.id))
    attachments = [
        AttachmentView(
            number=each.number, filename=each.filename, content_type=each.content_type, size=len(each.content)
        )
        for each in body.attachments
    ]
    return MessageView(**dict(summary), text=body.text, html=body.html, attachments=attachments)


@router.get("/api/messages/{message_id}/raw")
async def raw(store: CurrentStore, summary: CurrentMessage) -> Response:
    """The message exactly as it came."""
    return Response(store.raw(summary.id), media_type="message/rfc822", headers=NO_SNIFF)


@router.get("/api/messages/{message_id}/html")
async def html(store: CurrentStore, summary: CurrentMessage) -> Response:
    """The HTML part, which may style itself but neither run a script nor fetch anything."""
    content = _present(body_of(store.raw(summary.id)).html, "HTML part")
    return Response(content, media_type="text/html; charset=utf-8", headers=HARMLESS)


@router.get("/api/messages/{message_id}/text")
async def text(store: CurrentStore, summary: CurrentMessage) -> Response:
    content = _present(body_of(store.raw(summary.id)).text, "text part")
    return Response(content, media_type="text/plain; charset=utf-8", headers=NO_SNIFF)


@router.get("/api/messages/{message_id}/attachments/{number}")
async def attachment(store: CurrentStore, summary: CurrentMessage, number: int) -> Response:
    attachments = body_of(store.raw(summary.id)).attachments
    found = _present(next((each for each in attachments if each.number == number), None), f"attachment {number}")
    disposition = f"{_disposition(found)}; filename*=utf-8''{quote(found.filename, safe='')}"
    return Response(
        found.content, media_type=found.content_type, headers={**NO_SNIFF, "Content-Disposition": disposition}
    )


def _present(part: T | None, name: str) -> T:
    if part is None:
        raise HTTPException(404, f"The message has no {name}.")
    return part


def _disposition(found: Attachment) -> str:
    """A browser may show a PDF or a picture; anything else it saves."""
    return "inline" if found.content_type in SHOWN else "attachment"
