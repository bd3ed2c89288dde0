"""Facts about payments that were answered before, and those that are refused: kept with their reason, and told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.events import PaymentReceived, PaymentReversed
from services.billing.payments import store
from services.billing.payments.content import content_of, fingerprint, text_of
from services.billing.payments.facts import tell_rejected
from services.billing.payments.models import Payment, PaymentRefusal, PaymentStatus


@dataclass(frozen=True)
class Outcome:
    """What became of a fact: `refusal` when it was refused; not new when it had been answered before."""

    payment: Payment
    refusal: PaymentRefusal | None = None
    is_new: bool = True


@dataclass(frozen=True)
class Refused:
    """A fact as it came: `content` may not fit its type."""

    organisation: str
    payment_id: str
    type: str
    content: Mapping[str, object]

    @classmethod
    def of(cls, event: PaymentReceived | PaymentReversed) -> "Refused":
        return cls(event.organisation, event.payment_id, event.type, content_of(event))


async def answered_before(
    session: AsyncSession, organisation: str, payment_id: str, content: str
) -> tuple[Payment | None, Outcome | None]:
    """Lock the identity; the payment as it is known, and the outcome when this very content was answered before."""
    await store.lock_identity(session, organisation, payment_id)
    payment = await store.find(session, organisation, payment_id)
    return payment, await answer_of(session, payment, content) if payment else None


async def answer_of(session: AsyncSession, payment: Payment, content: str) -> Outcome | None:
    """The outcome of this very content, where a payment whose identity is locked had it before."""
    if refusal := await store.find_refusal(session, payment.organisation, payment.payment_id, content):
        return Outcome(payment, refusal, is_new=False)
    return Outcome(payment, is_new=False) if payment.fingerprint == content else None


async def refuse(
    session: AsyncSession, refused: Refused, payment: Payment | None, reason: str, *, now: datetime
) -> Outcome:
    """Keep the refusal beside what stands. The identity is `rejected` as long as nothing stands under it."""
    if payment is None:
        payment = Payment(
            organisation=refused.organisation,
            payment_id=refused.payment_id,
            status=PaymentStatus.REJECTED,
            recorded_at=now,
        )
    if payment.status is PaymentStatus.REJECTED:
        payment.reason = reason
    refusal = PaymentRefusal(
        organisation=refused.organisation,
        payment_id=refused.payment_id,
        fingerprint=fingerprint(refused.type, refused.content),
        type=refused.type,
        content=text_of(refused.content),
        reason=reason,
        refused_at=now,
    )
    session.add(payment)
    session.add(refusal)
    tell_rejected(session, refusal, now=now)
    await session.flush()
    return Outcome(payment, refusal)
