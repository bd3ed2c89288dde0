"""What billing does with the payment events that other programs publish."""

import json
from collections.abc import Callable
from datetime import datetime

from pydantic import TypeAdapter, ValidationError
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.bus import Subscription
from chassis.caller import Author
from chassis.envelope import Envelope
from contracts.base import OrganisationId
from contracts.events import Event, PaymentReceived, PaymentReversed
from contracts.events.payments import PaymentId
from contracts.topology import BILLING_PAYMENT
from services.billing.payments.content import fingerprint
from services.billing.payments.receiving import receive
from services.billing.payments.refusing import Refused, answered_before, refuse
from services.billing.payments.reversing import reverse

Now = Callable[[], datetime]

BY = Author("event")
"""Who moved the money, when no person did."""
LONGEST_REASON = 1000

ORGANISATION: TypeAdapter[str] = TypeAdapter(OrganisationId)
PAYMENT_ID: TypeAdapter[str] = TypeAdapter(PaymentId)


def payments(now: Now) -> Subscription:
    """No inbox: a payment carries its own identity, and the same one twice is one payment whoever repeats it."""
    return Subscription(BILLING_PAYMENT, TakePayments(now), deduplicate=False, unreadable=RefusePayments(now))


class TakePayments:
    def __init__(self, now: Now) -> None:
        self.now = now

    async def __call__(self, event: Event, session: AsyncSession) -> None:
        if isinstance(event, PaymentReceived):
            await receive(session, event, by=BY, now=self.now())
        if isinstance(event, PaymentReversed):
            await reverse(session, event, by=BY, now=self.now())


class RefusePayments:
    """A body that does not fit, of a payment that can be named: its publisher is told. Others are dead letters."""

    def __init__(self, now: Now) -> None:
        self.now = now

    async def __call__(self, envelope: Envelope, reason: str, session: AsyncSession) -> bool:
        refused = _named(envelope)
        if refused is None:
            return False
        content = fingerprint(refused.type, refused.content)
        payment, before = await answered_before(session, refused.organisation, refused.payment_id, content)
        if before is None:
            await refuse(session, refused, payment, _storable(reason), now=self.now())
        return True


def _named(envelope: Envelope) -> Refused | None:
    try:
        content = json.loads(envelope.data)
        organisation = ORGANISATION.validate_python(content["organisation"], strict=True)
        payment_id = PAYMENT_ID.validate_python(content["payment_id"], strict=True)
    except (ValueError, KeyError, TypeError, RecursionError, ValidationError):
        return None
    return Refused(organisation, payment_id, envelope.type, content)


def _storable(reason: str) -> str:
    """A reason quotes what came: short enough for the bus, and what PostgreSQL and UTF-8 take."""
    return _short(reason).replace("\0", "\ufffd").encode(errors="replace").decode()


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_REASON else f"{text[: LONGEST_REASON - 1]}…"
