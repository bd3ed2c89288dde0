"""Queries of contacts."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.locks import lock
from services.dunning.contacts.models import Contact


async def serialise(session: AsyncSession, organisation: str, customer_id: UUID) -> None:
    """One claim of a customer at a time."""
    await lock(session, f"{organisation}/{customer_id}", seed=1)


async def latest_of_others(session: AsyncSession, organisation: str, customer_id: UUID, key: str) -> datetime | None:
    """When the customer's slot was last taken under another key."""
    statement = select(func.max(col(Contact.at))).where(
        col(Contact.organisation) == organisation,
        col(Contact.customer_id) == customer_id,
        col(Contact.key) != key,
    )
    return (await session.exec(statement)).one()


async def claim(session: AsyncSession, contact: Contact) -> None:
    """The same key again moves its claim; a contact that was made stays when it was."""
    statement = insert(Contact).values(**dict(contact))
    await session.exec(
        statement.on_conflict_do_update(
            index_elements=["organisation", "key"],
            set_={"at": statement.excluded.at},
            where=~col(Contact.is_made),
        )
    )


async def make(session: AsyncSession, contact: Contact) -> None:
    statement = insert(Contact).values(**dict(contact))
    await session.exec(statement.on_conflict_do_update(index_elements=["organisation", "key"], set_={"is_made": True}))


async def release(session: AsyncSession, organisation: str, key: str) -> None:
    """Give a slot back, unless the contact was made."""
    await session.exec(
        delete(Contact).where(col(Contact.organisation) == organisation, col(Contact.key) == key, ~col(Contact.is_made))
    )


async def undo(session: AsyncSession, organisation: str, key: str) -> None:
    """A contact that was made turned out to be none."""
    await session.exec(delete(Contact).where(col(Contact.organisation) == organisation, col(Contact.key) == key))
