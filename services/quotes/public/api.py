"""`/public/quotes/{secret}`: for the customer, who has the link and no account."""

from fastapi import APIRouter, Depends, Request, Response

from chassis.clock import CurrentClock, Now, real_now
from chassis.database import Transaction
from chassis.dates import business_day
from chassis.limits import Limits
from services.quotes.public import use_cases
from services.quotes.public.schemas import PublicAcceptance, PublicQuote, PublicRefusal
from services.quotes.public.views import public_view
from services.quotes.quotes.models import Quote

CLOSED = {"cache-control": "no-store", "referrer-policy": "no-referrer", "x-robots-tag": "noindex"}
"""Nobody keeps what a secret link shows, or tells others where it was."""


def private(response: Response) -> None:
    response.headers.update(CLOSED)


def limited_reading(request: Request) -> None:
    _limits(request).reading.take(_address(request), now=real_now())


def limited_answering(request: Request) -> None:
    _limits(request).answering.take(_address(request), now=real_now())


def _limits(request: Request) -> Limits:
    limits: Limits = request.app.state.limits
    return limits


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


router = APIRouter(prefix="/public/quotes/{secret}", tags=["public"], dependencies=[Depends(private)])

Reading = Depends(limited_reading)
Answering = Depends(limited_answering)


@router.get("", dependencies=[Reading])
async def read_quote(secret: str, transaction: Transaction, now: CurrentClock) -> PublicQuote:
    """The quote as it was sent. 404, always the same, for a link that opens nothing (any more)."""
    return await _view(await use_cases.open_quote(transaction, secret, now=now()), transaction, now)


@router.get(
    "/pdf",
    dependencies=[Reading],
    response_class=Response,
    responses={200: {"content": {"application/pdf": {}}}},
)
async def read_pdf(secret: str, transaction: Transaction, now: CurrentClock) -> Response:
    """The document that was sent."""
    quote = await use_cases.open_quote(transaction, secret, now=now())
    number, pdf = await use_cases.read_pdf(transaction, quote)
    headers = CLOSED | {"content-disposition": f'inline; filename="{number}.pdf"'}
    return Response(pdf, media_type="application/pdf", headers=headers)


@router.post("/accept", dependencies=[Answering])
async def accept_quote(
    secret: str, body: PublicAcceptance, transaction: Transaction, now: CurrentClock, request: Request
) -> PublicQuote:
    """Accept it, once: the same again changes nothing. 409 when it was answered otherwise."""
    agent = request.headers.get("user-agent", "")[:500] or None
    quote = await use_cases.accept(transaction, secret, body, ip=_address(request) or None, agent=agent, now=now())
    return await _view(quote, transaction, now)


@router.post("/refuse", dependencies=[Answering])
async def refuse_quote(secret: str, body: PublicRefusal, transaction: Transaction, now: CurrentClock) -> PublicQuote:
    """Refuse it, once: the same again changes nothing. 409 when it was answered otherwise."""
    quote = await use_cases.refuse(transaction, secret, body.reason, now=now())
    return await _view(quote, transaction, now)


async def _view(quote: Quote, transaction: Transaction, now: Now) -> PublicQuote:
    content = await use_cases.read_content(transaction, quote)
    return public_view(quote, content, today=business_day(now()))
