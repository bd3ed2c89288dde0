"""`/quotes`."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from chassis.auth import Caller, require
from chassis.clock import CurrentClock, Now
from chassis.database import Transaction
from chassis.idempotency import IdempotentRoute
from chassis.paging import MOMENT_AND_ID, Cursor, Limit, Page, page_of, position_of
from contracts.base import Instant, Text
from contracts.rights import Right
from services.quotes.following.domain import follow_up_view
from services.quotes.following.store import mails_of
from services.quotes.pipeline.use_cases import pipeline_of
from services.quotes.quotes import store, use_cases
from services.quotes.quotes.models import Quote, QuoteStatus
from services.quotes.quotes.schemas import (
    AcceptInput,
    QuoteInput,
    QuoteSummary,
    QuoteTotals,
    QuoteView,
    RefuseInput,
    StageInput,
    TellAgainInput,
    ToldAgain,
)
from services.quotes.quotes.store import Filters
from services.quotes.quotes.use_cases import Desk
from services.quotes.quotes.views import summary_of, totals_of, view_of

router = APIRouter(prefix="/quotes", tags=["quotes"], route_class=IdempotentRoute)

Reader = Annotated[Caller, require(Right.QUOTES_READ)]
Writer = Annotated[Caller, require(Right.QUOTES_WRITE)]
Sender = Annotated[Caller, require(Right.QUOTES_SEND)]
Answerer = Annotated[Caller, require(Right.QUOTES_ANSWER)]
Service = Annotated[Caller, require(Right.QUOTES_EXPIRE)]
Search = Annotated[
    Text | None,
    Query(min_length=1, max_length=100, description="In the number, the subject, the reference or the customer's name"),
]


async def desk_of(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


Since = Annotated[Instant | None, Query(description="The `changed_at` of the draft that was read, else its creation")]
CurrentDesk = Annotated[Desk, Depends(desk_of)]


async def asked(
    caller: Reader,
    transaction: Transaction,
    status: QuoteStatus | None = None,
    stage: Annotated[str | None, Query(max_length=63, description="The key of a stage")] = None,
    customer_id: UUID | None = None,
    q: Search = None,
) -> Filters:
    pipeline = await pipeline_of(transaction, caller.organisation)
    seen = pipeline.seen(caller.access_in)
    return Filters(pipeline, seen, status=status, stage=stage, customer_id=customer_id, words=q)


Asked = Annotated[Filters, Depends(asked)]


@router.post("", status_code=201)
async def create_quote(
    body: QuoteInput, caller: Writer, transaction: Transaction, desk: CurrentDesk, now: CurrentClock
) -> QuoteView:
    """A draft, with its amounts. 422 when billing has no such customer; 403 for a field that is not yours to set."""
    quote = await use_cases.create_quote(transaction, caller, body, desk.billing, now=now())
    return await _view(quote, caller, transaction, now)


@router.get("")
async def list_quotes(
    caller: Reader, transaction: Transaction, filters: Asked, cursor: Cursor = None, limit: Limit = 50
) -> Page[QuoteSummary]:
    """Newest first."""
    after = position_of(cursor, MOMENT_AND_ID)
    quotes = await store.list_quotes(transaction, caller.organisation, filters, after=after, limit=limit + 1)
    return page_of(
        quotes,
        limit,
        lambda quote: summary_of(quote, caller, filters.pipeline),
        position=lambda row: (row.created_at, row.id),
    )


@router.get("/totals")
async def read_totals(caller: Reader, transaction: Transaction, filters: Asked) -> QuoteTotals:
    """What the list under the same filters comes to, by stage and currency."""
    return totals_of(await store.totals(transaction, caller.organisation, filters), filters.pipeline)


@router.post("/accepted/tell-again", status_code=202)
async def tell_accepted_again(
    body: TellAgainInput,
    caller: Annotated[Caller, require(Right.OPERATIONS_REPAIR)],
    transaction: Transaction,
    now: CurrentClock,
    cursor: Cursor = None,
    limit: Limit = 200,
) -> ToldAgain:
    """Publish once more which quotes were accepted since then: billing drafts the invoices that are missing."""
    return await use_cases.tell_accepted_again(
        transaction, caller.organisation, body.since, cursor, limit=limit, now=now()
    )


@router.get("/{quote_id}")
async def read_quote(quote_id: UUID, caller: Reader, transaction: Transaction, now: CurrentClock) -> QuoteView:
    return await _view(await use_cases.get_seen_quote(transaction, caller, quote_id), caller, transaction, now)


@router.put("/{quote_id}")
async def change_quote(
    quote_id: UUID,
    body: QuoteInput,
    caller: Writer,
    transaction: Transaction,
    desk: CurrentDesk,
    now: CurrentClock,
    unless_changed_since: Since = None,
) -> QuoteView:
    """Replace the draft, but for what the caller's profile hides. 409 once it was sent, and `changed_meanwhile` when
    somebody changed it after `unless_changed_since`; 403 for a field that is not yours to change."""
    quote = await use_cases.change_quote(
        transaction, caller, quote_id, body, desk.billing, seen=unless_changed_since, now=now()
    )
    return await _view(quote, caller, transaction, now)


@router.put("/{quote_id}/stage")
async def move_quote(
    quote_id: UUID, body: StageInput, caller: Writer, transaction: Transaction, now: CurrentClock
) -> QuoteView:
    """Put it in another stage. 409 for those that follow from the customer's answer; 403 for those not yours."""
    quote = await use_cases.move_quote(transaction, caller, quote_id, body.stage, now=now())
    return await _view(quote, caller, transaction, now)


@router.get("/{quote_id}/pdf", response_class=Response, responses={200: {"content": {"application/pdf": {}}}})
async def read_pdf(quote_id: UUID, caller: Reader, transaction: Transaction) -> Response:
    """The document that was sent; 404 while the quote is a draft, 403 when it prints a discount hidden from you."""
    number, pdf = await use_cases.get_document(transaction, caller, quote_id)
    headers = {"content-disposition": f'inline; filename="{number}.pdf"'}
    return Response(pdf, media_type="application/pdf", headers=headers)


@router.post("/{quote_id}/send")
async def send_quote(
    quote_id: UUID,
    caller: Sender,
    transaction: Transaction,
    desk: CurrentDesk,
    now: CurrentClock,
    unless_changed_since: Since = None,
) -> QuoteView:
    """Number it, freeze it, make its PDF and mail it. 409 with the reason when it cannot be sent, and
    `changed_meanwhile` when somebody changed it after `unless_changed_since`."""
    quote = await use_cases.send_quote(transaction, caller, quote_id, desk, seen=unless_changed_since, now=now())
    return await _view(quote, caller, transaction, now)


@router.post("/{quote_id}/accept")
async def accept_quote(
    quote_id: UUID, body: AcceptInput, caller: Answerer, transaction: Transaction, now: CurrentClock, request: Request
) -> QuoteView:
    """Record the customer's acceptance. 409 once the quote was answered, or its validity is over."""
    ip = caller.address or (request.client.host if request.client else None)
    agent = request.headers.get("user-agent", "")[:500] or None
    quote = await use_cases.accept_quote(transaction, caller, quote_id, body, ip=ip, agent=agent, now=now())
    return await _view(quote, caller, transaction, now)


@router.post("/{quote_id}/refuse")
async def refuse_quote(
    quote_id: UUID, body: RefuseInput, caller: Answerer, transaction: Transaction, now: CurrentClock
) -> QuoteView:
    """Record the customer's refusal. 409 once the quote was answered, or its validity is over."""
    quote = await use_cases.refuse_quote(transaction, caller, quote_id, body.reason, now=now())
    return await _view(quote, caller, transaction, now)


@router.post("/{quote_id}/expire")
async def expire_quote(quote_id: UUID, caller: Service, transaction: Transaction, now: CurrentClock) -> QuoteView:
    """Close a quote whose validity is over; one that is closed already stays as it is. 409 before."""
    quote = await use_cases.expire_quote(transaction, caller, quote_id, now=now())
    return await _view(quote, caller, transaction, now)


async def _view(quote: Quote, caller: Caller, transaction: Transaction, now: Now) -> QuoteView:
    await transaction.flush()
    pipeline = await pipeline_of(transaction, caller.organisation)
    mails = await mails_of(transaction, caller.organisation, quote.id)
    return view_of(quote, caller, pipeline, follow_up_view(quote, mails, now=now()))
