"""`/quotes/{id}/link`: the secret link with which the customer reads and answers a quote."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from chassis.auth import Caller, require
from chassis.clock import CurrentClock
from chassis.database import Transaction
from contracts.rights import Right
from services.quotes.links import use_cases
from services.quotes.links.schemas import LinkView
from services.quotes.quotes.api import CurrentDesk

router = APIRouter(prefix="/quotes/{quote_id}/link", tags=["quotes"])

Sharer = Annotated[Caller, require(Right.QUOTES_SHARE)]


@router.get("")
async def read_link(
    quote_id: UUID, caller: Sharer, transaction: Transaction, desk: CurrentDesk, now: CurrentClock
) -> LinkView:
    """The link in force. 404 before sending, once the validity is over, and when it was revoked.

    403 when it shows a discount that the caller's profile hides.
    """
    return await use_cases.read_link(transaction, caller, quote_id, desk.links, now=now())


@router.post("", status_code=201)
async def renew_link(
    quote_id: UUID, caller: Sharer, transaction: Transaction, desk: CurrentDesk, now: CurrentClock
) -> LinkView:
    """Make another link; the one before opens nothing any more. 409 unless the quote waits for its answer.

    403 when it shows a discount that the caller's profile hides.
    `Idempotency-Key` has no meaning here: the answer is kept nowhere.
    """
    return await use_cases.renew_link(transaction, caller, quote_id, desk.links, now=now())


@router.delete("", status_code=204, response_class=Response)
async def revoke_link(quote_id: UUID, caller: Sharer, transaction: Transaction, now: CurrentClock) -> None:
    """From now on the link opens nothing; e-mails that leave later carry none."""
    await use_cases.revoke_link(transaction, caller, quote_id, now=now())
