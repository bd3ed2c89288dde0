"""Counts over all organisations."""

from datetime import datetime
from decimal import Decimal

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.topology import BILLING_PAYMENT
from services.billing.payments.models import Payment, PaymentIntake


async def unallocated(session: AsyncSession) -> list[tuple[str | None, int, Decimal]]:
    """(currency, payments, amount) of the money that is on no invoice."""
    statement = (
        select(Payment.currency, func.count(), func.sum(col(Payment.unallocated)))
        .where(col(Payment.unallocated) > 0)
        .group_by(col(Payment.currency))
    )
    return list((await session.exec(statement)).all())


async def balances_as_of(session: AsyncSession) -> datetime | None:
    """Real time, None before the intake first looked."""
    statement = select(PaymentIntake.as_of).where(col(PaymentIntake.consumer) == BILLING_PAYMENT.durable)
    return (await session.exec(statement)).one_or_none()
