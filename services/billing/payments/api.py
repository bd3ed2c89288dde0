"""`/payments`: what came in, where it went, and what a person does about the rest."""

from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Query, Response
from pydantic import TypeAdapter
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.auth import Caller, require
from chassis.clock import CurrentClock
from chassis.database import Transaction
from chassis.idempotency import IdempotentRoute
from chassis.paging import Cursor, Limit, Moment, Page, cut, position_of
from chassis.problems import NotFound, problem
from contracts.events.payments import PaymentId
from contracts.rights import Right
from services.billing.payments import by_hand, store
from services.billing.payments.models import PaymentStatus
from services.billing.payments.receiving import receive
from services.billing.payments.refusing import Outcome
from services.billing.payments.schemas import Matching, NewPayment, PaymentView, Reversal
from services.billing.payments.views import view_of, views_of

router = APIRouter(prefix="/payments", tags=["payments"], route_class=IdempotentRoute)

Reader = Annotated[Caller, require(Right.PAYMENTS_READ)]
Recorder = Annotated[Caller, require(Right.PAYMENTS_RECORD)]
Reverser = Annotated[Caller, require(Right.PAYMENTS_REVERSE)]
Matcher = Annotated[Caller, require(Right.PAYMENTS_MATCH)]
MOMENT_AND_PAYMENT = TypeAdapter(tuple[Moment, PaymentId])
ALREADY: dict[int | str, dict[str, Any]] = {200: {"model": PaymentView, "description": "The same was done before"}}
HasCredit = Annotated[bool | None, Query(description="Whether something of it is left to match")]


@router.post("", status_code=201, response_model=PaymentView, responses=ALREADY)
async def record_payment(
    body: NewPayment, caller: Recorder, transaction: Transaction, now: CurrentClock, response: Response
) -> PaymentView | Response:
    """As the event does. 200 when the same was recorded before; 409 with the reason when it is rejected."""
    event = body.as_event(caller.organisation, unnamed=uuid4())
    outcome = await receive(transaction, event, by=caller.author, now=now())
    return await _answer(transaction, outcome, response)


@router.post("/{payment_id:path}/reverse", status_code=201, response_model=PaymentView, responses=ALREADY)
async def reverse_payment(
    payment_id: PaymentId,
    body: Reversal,
    caller: Reverser,
    transaction: Transaction,
    now: CurrentClock,
    response: Response,
) -> PaymentView | Response:
    """Undo a payment: what it paid is owed again. 200 when the same was done before; 409 after another reversal."""
    outcome = await by_hand.reverse_payment(transaction, caller, payment_id, body.reversed_on, body.reason, now=now())
    return await _answer(transaction, outcome, response)


@router.post("/{payment_id:path}/allocations", status_code=201)
async def match_payment(
    payment_id: PaymentId, body: Matching, caller: Matcher, transaction: Transaction, now: CurrentClock
) -> PaymentView:
    """Bring some of what is left of a payment to an open invoice in the same currency."""
    payment = await by_hand.match_payment(transaction, caller, payment_id, body.invoice_id, body.amount, now=now())
    return await view_of(transaction, payment)


@router.get("")
async def list_payments(
    caller: Reader,
    transaction: Transaction,
    status: PaymentStatus | None = None,
    customer_id: UUID | None = None,
    has_credit: HasCredit = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[PaymentView]:
    """Newest first."""
    rows = await store.page(
        transaction,
        caller.organisation,
        status=status,
        customer_id=customer_id,
        has_credit=has_credit,
        after=position_of(cursor, MOMENT_AND_PAYMENT),
        limit=limit + 1,
    )
    shown, following = cut(rows, limit, position=lambda row: (row.recorded_at, row.payment_id))
    return Page(items=await views_of(transaction, caller.organisation, shown), next=following)


@router.get("/{payment_id:path}")
async def read_payment(payment_id: PaymentId, caller: Reader, transaction: Transaction) -> PaymentView:
    """What became of it, and why; also of one that was rejected."""
    payment = await store.find(transaction, caller.organisation, payment_id)
    if payment is None:
        raise NotFound("payment", payment_id)
    return await view_of(transaction, payment)


async def _answer(session: AsyncSession, outcome: Outcome, response: Response) -> PaymentView | Response:
    """A refusal is answered without raising: it is a recorded fact, which rolling back would undo."""
    if outcome.refusal:
        return problem(409, "payment_rejected", outcome.refusal.reason, payment_id=outcome.payment.payment_id)
    if not outcome.is_new:
        response.status_code = 200
    return await view_of(session, outcome.payment)
