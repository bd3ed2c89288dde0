"""Queries on payments; each takes the organisation, but for the intake, which is that of the whole service."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import TextClause, text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, func, select, tuple_
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.clock import EPOCH
from contracts.topology import BILLING_PAYMENT
from services.billing.payments.models import (
    Allocation,
    Payment,
    PaymentIntake,
    PaymentRefusal,
    PaymentReversal,
    PaymentStatus,
)
from services.billing.receivables.models import Receivable

IDENTITY_LOCK = 7_205
"""First of the two keys of the advisory locks on payments; the second is a hash of the identity."""
AS_OF = func.coalesce(
    select(PaymentIntake.as_of).where(PaymentIntake.consumer == BILLING_PAYMENT.durable).scalar_subquery(), EPOCH
)
"""How fresh balances are. What is read beside it by the same query is no older than it says."""
LOCKED = text("select pg_advisory_xact_lock(:lock, hashtext(:identity))")


async def lock_identity(session: AsyncSession, organisation: str, payment_id: str) -> None:
    """One transaction at a time works on a payment, before it even has a row.

    The order of locks: this one, then receivables, then the row of the payment.
    """
    identity = {"lock": IDENTITY_LOCK, "identity": f"{organisation}/{payment_id}"}
    await (await session.connection()).execute(LOCKED, identity)


async def find(session: AsyncSession, organisation: str, payment_id: str) -> Payment | None:
    return await session.get(Payment, (organisation, payment_id))


async def find_refusal(
    session: AsyncSession, organisation: str, payment_id: str, fingerprint: str
) -> PaymentRefusal | None:
    return await session.get(PaymentRefusal, (organisation, payment_id, fingerprint))


async def find_reversal(session: AsyncSession, organisation: str, payment_id: str) -> PaymentReversal | None:
    return await session.get(PaymentReversal, (organisation, payment_id))


async def invoices_of(session: AsyncSession, payment: Payment) -> dict[UUID, Decimal]:
    """Invoice -> what of the payment is on it; those it left are not there."""
    amount = func.sum(col(Allocation.amount))
    query = (
        select(Allocation.invoice_id, amount)
        .where(Allocation.organisation == payment.organisation, Allocation.payment_id == payment.payment_id)
        .group_by(col(Allocation.invoice_id))
        .having(amount != 0)
    )
    return dict((await session.exec(query)).all())


async def payments_on(session: AsyncSession, receivable: Receivable) -> dict[str, Decimal]:
    """Payment -> what of it is on the invoice."""
    amount = func.sum(col(Allocation.amount))
    query = (
        select(Allocation.payment_id, amount)
        .where(Allocation.organisation == receivable.organisation, Allocation.invoice_id == receivable.invoice_id)
        .group_by(col(Allocation.payment_id))
        .having(amount != 0)
    )
    return dict((await session.exec(query)).all())


async def credits_for(session: AsyncSession, organisation: str, invoice_ids: Collection[UUID]) -> Sequence[str]:
    """The payments that named one of the invoices and have something left."""
    query = select(Payment.payment_id).where(
        Payment.organisation == organisation,
        col(Payment.invoice_id).in_(invoice_ids),
        col(Payment.unallocated) > 0,
    )
    return (await session.exec(query)).all()


async def lock_all(session: AsyncSession, organisation: str, payment_ids: Collection[str]) -> Sequence[Payment]:
    """The rows as they are now, locked in the order of their ids, after the receivables they touch."""
    query = (
        select(Payment)
        .where(Payment.organisation == organisation, col(Payment.payment_id).in_(payment_ids))
        .order_by(col(Payment.payment_id))
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return (await session.exec(query)).all()


async def page(
    session: AsyncSession,
    organisation: str,
    *,
    status: PaymentStatus | None,
    customer_id: UUID | None,
    has_credit: bool | None,
    after: tuple[datetime, str] | None,
    limit: int,
) -> list[Payment]:
    """Newest first."""
    query = select(Payment).where(Payment.organisation == organisation)
    if status is not None:
        query = query.where(col(Payment.status) == status)
    if customer_id is not None:
        query = query.where(col(Payment.customer_id) == customer_id)
    if has_credit is not None:
        query = query.where((col(Payment.unallocated) > 0).is_(has_credit))
    if after:
        place = tuple_(col(Payment.recorded_at), col(Payment.payment_id))
        query = query.where(place < after)
    query = query.order_by(col(Payment.recorded_at).desc(), col(Payment.payment_id).desc()).limit(limit)
    return list((await session.exec(query)).all())


async def allocations_of(
    session: AsyncSession, organisation: str, payment_ids: Collection[str]
) -> list[tuple[Allocation, str]]:
    """With the number of the invoice, oldest first."""
    query = (
        select(Allocation, Receivable.number)
        .where(Allocation.organisation == organisation, col(Allocation.payment_id).in_(payment_ids))
        .where(Receivable.invoice_id == Allocation.invoice_id)
        .order_by(col(Allocation.position))
    )
    return list((await session.exec(query)).all())


async def refusals_of(
    session: AsyncSession, organisation: str, payment_ids: Collection[str]
) -> Sequence[PaymentRefusal]:
    query = (
        select(PaymentRefusal)
        .where(PaymentRefusal.organisation == organisation, col(PaymentRefusal.payment_id).in_(payment_ids))
        .order_by(col(PaymentRefusal.refused_at), col(PaymentRefusal.fingerprint))
    )
    return (await session.exec(query)).all()


async def keep_as_of(session: AsyncSession, consumer: str, as_of: datetime) -> None:
    """Never goes back."""
    statement = insert(PaymentIntake).values(consumer=consumer, as_of=as_of)
    later = {"as_of": func.greatest(col(PaymentIntake.as_of), statement.excluded.as_of)}
    await session.exec(statement.on_conflict_do_update(index_elements=["consumer"], set_=later))


async def find_as_of(session: AsyncSession) -> datetime:
    as_of: datetime = (await session.exec(select(AS_OF))).one()
    return as_of


async def with_watermark(
    session: AsyncSession, found: TextClause, parameters: Mapping[str, object], *, order: str
) -> tuple[datetime, list[dict[str, Any]]]:
    """How fresh balances are, and the rows of the query `found` in this order, whose first column is never null.

    One query: all that the watermark speaks of was committed before it, so what is read beside it is no older.
    """
    together = text(f"""
        select found.*, (select as_of from payment_intake where consumer = :consumer) as as_of
        from (values (1)) as once left join ({found.text}) as found on true order by {order}
    """)  # noqa: S608 (of the stores' own texts)
    connection = await session.connection()
    rows = (await connection.execute(together, {**parameters, "consumer": BILLING_PAYMENT.durable})).mappings().all()
    return rows[0]["as_of"] or EPOCH, [dict(row) for row in rows if next(iter(row.values())) is not None]
