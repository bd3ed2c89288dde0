"""Queries on customers; each takes the organisation."""

from datetime import datetime
from uuid import UUID

from sqlmodel import col, select, tuple_
from sqlmodel.ext.asyncio.session import AsyncSession

from services.billing.customers.models import Customer


async def find_customer(
    session: AsyncSession, organisation: str, customer_id: UUID, *, lock: bool = False
) -> Customer | None:
    query = select(Customer).where(Customer.organisation == organisation, Customer.id == customer_id)
    return (await session.exec(query.with_for_update() if lock else query)).one_or_none()


async def list_customers(
    session: AsyncSession, organisation: str, *, q: str | None, after: tuple[datetime, UUID] | None, limit: int
) -> list[Customer]:
    """Newest first; `q` is looked for anywhere in the name or the address of e-mail."""
    query = select(Customer).where(Customer.organisation == organisation)
    if q:
        query = query.where(
            col(Customer.name).icontains(q, autoescape=True) | col(Customer.email).icontains(q, autoescape=True)
        )
    if after:
        query = query.where(tuple_(col(Customer.created_at), col(Customer.id)) < after)
    query = query.order_by(col(Customer.created_at).desc(), col(Customer.id).desc()).limit(limit)
    return list((await session.exec(query)).all())
