"""The way in for what mail servers give back: one mail a request, as it came."""

import asyncio
from typing import Annotated, Any, Final

from fastapi import APIRouter, Request

from chassis.auth import Caller, require
from chassis.clock import CurrentClock
from chassis.database import Transaction
from chassis.idempotency import IdempotentRoute
from chassis.problems import DomainError
from contracts.bounces import CONTENT_TYPE, LARGEST
from contracts.rights import Right
from services.notify.bounces import use_cases
from services.notify.bounces.schemas import BounceView

router = APIRouter(prefix="/bounces", tags=["messages"], route_class=IdempotentRoute)

Reporter = Annotated[Caller, require(Right.MESSAGES_REPORT)]
BODY: Final[dict[str, Any]] = {
    "requestBody": {"required": True, "content": {CONTENT_TYPE: {"schema": {"type": "string", "format": "binary"}}}}
}


class NotAMail(DomainError):
    status = 415

    def __init__(self, content_type: str) -> None:
        super().__init__(f"content-type: {content_type!r} is not taken; expected {CONTENT_TYPE}")


class MailTooLarge(DomainError):
    status = 413

    def __init__(self, size: int) -> None:
        super().__init__(f"body: {size} bytes are too many; expected at most {LARGEST}: what a report says comes first")


@router.post("", openapi_extra=BODY)
async def take_in(request: Request, caller: Reporter, transaction: Transaction, now: CurrentClock) -> BounceView:
    """Take in a mail that came back to where messages are sent from, as its bytes.

    200 whatever it is, with what it was taken for, so that a mail server has nothing to give back again; 503 while
    the message that it is about is still being sent.
    """
    content_type = request.headers.get("content-type", "")
    if content_type.partition(";")[0].strip().lower() != CONTENT_TYPE:
        raise NotAMail(content_type)
    raw = await request.body()
    if len(raw) > LARGEST:
        raise MailTooLarge(len(raw))
    report = await asyncio.to_thread(use_cases.understood, raw)
    return await use_cases.take_in(transaction, caller.organisation, report, now=now())
