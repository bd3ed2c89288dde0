"""Endpoints: send an e-mail, see what was sent, settle what is uncertain."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request

from chassis.auth import Caller, require
from chassis.clock import CurrentClock
from chassis.database import Transaction
from chassis.idempotency import IdempotentRoute
from chassis.paging import MOMENT_AND_ID, Cursor, Limit, Page, page_of, position_of
from contracts.actions import ActionOutcome, SendMessage
from contracts.rights import Right
from services.notify.messages import store, use_cases
from services.notify.messages.desk import Desk
from services.notify.messages.models import MessageStatus
from services.notify.messages.schemas import LookedAfter, MessageSummary, MessageView, Settlement

router = APIRouter(prefix="/messages", tags=["messages"], route_class=IdempotentRoute)

Sender = Annotated[Caller, require(Right.MESSAGES_SEND)]
Reader = Annotated[Caller, require(Right.MESSAGES_READ)]
Settler = Annotated[Caller, require(Right.MESSAGES_SETTLE)]


async def desk_of(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


@router.post("")
async def send_message(
    body: SendMessage, caller: Sender, desk: Annotated[Desk, Depends(desk_of)], now: CurrentClock
) -> ActionOutcome:
    """Hand an e-mail to the relay before answering. The same key again answers the first outcome.

    200 with status sent, failed (refused for good) or uncertain; 409 `too_late` past `not_after`, `in_progress`
    while another request works on the key; 503 `relay_deferred` when it may be tried again.
    """
    return await use_cases.send_message(desk, caller.organisation, body, now=now())


@router.get("")
async def list_messages(
    caller: Reader,
    transaction: Transaction,
    status: Annotated[MessageStatus | None, Query()] = None,
    customer_id: Annotated[UUID | None, Query()] = None,
    settled: Annotated[bool | None, Query(description="By a person: what was uncertain, or came back")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[MessageSummary]:
    """Newest first."""
    before = position_of(cursor, MOMENT_AND_ID)
    rows = await store.list_messages(
        transaction,
        caller.organisation,
        status=status,
        customer_id=customer_id,
        is_settled=settled,
        before=before,
        limit=limit + 1,
    )
    return page_of(rows, limit, MessageSummary.model_validate, position=lambda row: (row.requested_at, row.id))


@router.get("/{message_id}")
async def get_message(message_id: UUID, caller: Reader, transaction: Transaction) -> MessageView:
    return MessageView.model_validate(await use_cases.get_message(transaction, caller.organisation, message_id))


@router.post("/{message_id}/settle")
async def settle_message(
    message_id: UUID, body: Settlement, caller: Settler, transaction: Transaction, now: CurrentClock
) -> MessageView:
    """Say what became of an uncertain message, after asking the customer or the relay. 409 for any other."""
    message = await use_cases.settle_message(
        transaction, caller, message_id, MessageStatus(body.outcome), body.note, now=now()
    )
    return MessageView.model_validate(message)


@router.post("/{message_id}/look-after")
async def look_after_message(
    message_id: UUID, body: LookedAfter, caller: Settler, transaction: Transaction, now: CurrentClock
) -> MessageView:
    """Say that a message which came back was dealt with: its address may be written to again.

    409 for any other, and for one that somebody dealt with before: what they noted stands.
    """
    message = await use_cases.look_after(transaction, caller, message_id, body.note, now=now())
    return MessageView.model_validate(message)
