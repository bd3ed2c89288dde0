"""How others see payments."""

from collections import defaultdict
from collections.abc import Sequence

from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.events.payments import Payer
from services.billing.payments import store
from services.billing.payments.models import Allocation, Payment, PaymentRefusal
from services.billing.payments.schemas import MovementView, PaymentView, RefusalView


async def views_of(session: AsyncSession, organisation: str, payments: Sequence[Payment]) -> list[PaymentView]:
    """Each with where its money went and what of it was refused; two queries for all of them."""
    ids = [payment.payment_id for payment in payments]
    movements, refusals = defaultdict(list), defaultdict(list)
    for allocation, number in await store.allocations_of(session, organisation, ids):
        movements[allocation.payment_id].append(_movement(allocation, number))
    for refusal in await store.refusals_of(session, organisation, ids):
        refusals[refusal.payment_id].append(_refusal(refusal))
    return [_view(payment, movements[payment.payment_id], refusals[payment.payment_id]) for payment in payments]


async def view_of(session: AsyncSession, payment: Payment) -> PaymentView:
    (view,) = await views_of(session, payment.organisation, [payment])
    return view


def _view(payment: Payment, allocations: list[MovementView], refusals: list[RefusalView]) -> PaymentView:
    return PaymentView(
        payment_id=payment.payment_id,
        status=payment.status,
        reason=payment.reason,
        amount=payment.amount,
        unallocated=payment.unallocated,
        currency=payment.currency,
        received_on=payment.received_on,
        method=payment.method,
        invoice_number=payment.invoice_number,
        remittance=payment.remittance,
        payer=Payer(name=payment.payer_name, iban=payment.payer_iban),
        customer_id=payment.customer_id,
        recorded_at=payment.recorded_at,
        allocations=allocations,
        refusals=refusals,
    )


def _movement(allocation: Allocation, number: str) -> MovementView:
    return MovementView(
        invoice_id=allocation.invoice_id,
        number=number,
        amount=allocation.amount,
        cause=allocation.cause,
        made_by=allocation.made_by,
        made_by_name=allocation.made_by_name,
        made_at=allocation.made_at,
    )


def _refusal(refusal: PaymentRefusal) -> RefusalView:
    return RefusalView(type=refusal.type, reason=refusal.reason, content=refusal.content, refused_at=refusal.refused_at)
