"""`/quotes`."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from chassis.auth import Caller, require
from chassis.clock import CurrentClock
from chassis.database import Transaction
from chassis.idempotency import IdempotentRoute
from chassis.paging import MOMENT_AND_ID, Cursor, Limit, Page, page_of, position_of
from contracts.rights import Right
from services.quotes.quotes import store, use_cases
from services.quotes.quotes.models import QuoteStatus
from services.quotes.quotes.schemas import AcceptInput, QuoteInput, QuoteSummary, QuoteView, RefuseInput
from services.quotes.quotes.use_cases import Desk

router = APIRouter(prefix="/quotes", tags=["quotes"], route_class=IdempotentRoute)

Reader = Annotated[Caller, require(Right.QUOTES_READ)]
Writer = Annotated[Caller, require(Right.QUOTES_WRITE)]
Sender = Annotated[Caller, require(Right.QUOTES_SEND)]
Answerer = Annotated[Caller, require(Right.QUOTES_ANSWER)]
Service = Annotated[Caller, require(Right.QUOTES_EXPIRE)]


def desk_of(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


CurrentDesk = Annotated[Desk, Depends(desk_of)]


@router.post("", status_code=201)
async def create_quote(
    body: QuoteInput, caller: Writer, transaction: Transaction, desk: CurrentDesk, now: CurrentClock
) -> QuoteView:
    """A draft, with its amounts. 422 when billing has no such customer."""
    quote = await use_cases.create_quote(transaction, caller, body, desk.billing, now=now())
    return QuoteView.model_validate(quote)


@router.get("")
async def list_quotes(
    caller: Reader,
    transaction: Transaction,
    status: QuoteStatus | None = None,
    customer_id: UUID | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[QuoteSummary]:
    """Newest first."""
    quotes = await store.list_quotes(
        transaction,
        caller.organisation,
        status=status,
        customer_id=customer_id,
        after=position_of(cursor, MOMENT_AND_ID),
        limit=limit + 1,
    )
    return page_of(quotes, limit, QuoteSummary.model_validate, position=lambda row: (row.created_at, row.id))


@router.get("/{quote_id}")
async def read_quote(quote_id: UUID, caller: Reader, transaction: Transaction) -> QuoteView:
    return QuoteView.model_validate(await use_cases.get_quote(transaction, caller.organisation, quote_id))


@router.put("/{quote_id}")
async def change_quote(
    quote_id: UUID, body: QuoteInput, caller: Writer, transaction: Transaction, desk: CurrentDesk
) -> QuoteView:
    """Replace the whole draft. 409 once it was sent."""
    quote = await use_cases.change_quote(transaction, caller, quote_id, body, desk.billing)
    return QuoteView.model_validate(quote)


@router.get("/{quote_id}/pdf", response_class=Response, responses={200: {"content": {"application/pdf": {}}}})
async def read_pdf(quote_id: UUID, caller: Reader, transaction: Transaction) -> Response:
    """The document that was sent; 404 while the quote is a draft."""
    number, pdf = await use_cases.get_document(transaction, caller.organisation, quote_id)
    headers = {"content-disposition": f'inline; filename="{number}.pdf"'}
    return Response(pdf, media_type="application/pdf", headers=headers)


@router.post("/{quote_id}/send")
async def send_quote(
    quote_id: UUID, caller: Sender, transaction: Transaction, desk: CurrentDesk, now: CurrentClock
) -> QuoteView:
    """Number it, freeze it, make its PDF and mail it. 409 with the reason when it cannot be sent."""
    quote = await use_cases.send_quote(transaction, caller, quote_id, desk, now=now())
    return QuoteView.model_validate(quote)


@router.post("/{quote_id}/accept")
async def accept_quote(
    quote_id: UUID, body: AcceptInput, caller: Answerer, transaction: Transaction, now: CurrentClock, request: Request
) -> QuoteView:
    """Record the customer's acceptance. 409 once the quote was answered, or its validity is over."""
    ip = request.client.host if request.client else None
    agent = request.headers.get("user-agent", "")[:500] or None
    quote = await use_cases.accept_quote(transaction, caller, quote_id, body, ip=ip, agent=agent, now=now())
    return QuoteView.model_validate(quote)


@router.post("/{quote_id}/refuse")
async def refuse_quote(
    quote_id: UUID, body: RefuseInput, caller: Answerer, transaction: Transaction, now: CurrentClock
) -> QuoteView:
    """Record the customer's refusal. 409 once the quote was answered, or its validity is over."""
    quote = await use_cases.refuse_quote(transaction, caller, quote_id, body.reason, now=now())
    return QuoteView.model_validate(quote)


@router.post("/{quote_id}/expire")
async def expire_quote(quote_id: UUID, caller: Service, transaction: Transaction, now: CurrentClock) -> QuoteView:
    """Close a quote whose validity is over; one that is closed already stays as it is. 409 before."""
    quote = await use_cases.expire_quote(transaction, caller, quote_id, now=now())
    return QuoteView.model_validate(quote)
