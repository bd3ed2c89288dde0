"""Queries for messages; each takes the organisation. A status changes only from the one it is expected in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Text, bindparam, literal_column, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.actions import SendMessage
from services.notify.messages.models import DIGEST, Message, MessageStatus

BEFORE = text("""
    select
        exists (select from messages where organisation = :organisation and key = :key and status <> 'pending')
            or exists (select from letters where organisation = :organisation and key = :key)
            or exists (select from tasks where organisation = :organisation and key = :key)
            or exists (select from forgotten_actions where organisation = :organisation and key = :key) as is_key_used,
        (
            select message_id from messages
            where organisation = :organisation and thread = :thread and status = 'sent'
            order by handed_over_at limit 1
        ) as first_of_thread,
        (
            select id from messages
            where organisation = :organisation and lower(recipient) = lower(:recipient)
                and status = 'bounced' and settled_by is null and address_is_dead
            order by settled_at desc limit 1
        ) as returned
""").bindparams(bindparam("thread", type_=Text))


@dataclass(frozen=True)
class Before:
    """What is known before a message is made: whether its key was used, for whatever kind of action, the Message-ID of
    the first message of its conversation that was sent, and the id of the last one that came back from the dead address
    it goes to, unless a person has looked after that since.
    """

    is_key_used: bool
    first_of_thread: str | None
    returned: UUID | None


async def before(session: AsyncSession, organisation: str, asked: SendMessage) -> Before:
    given = {
        "organisation": organisation,
        "key": asked.key,
        "thread": asked.thread,
        "recipient": asked.recipient,
    }
    return Before(**(await (await session.connection()).execute(BEFORE, given)).one()._mapping)


async def find_message(session: AsyncSession, organisation: str, key: str) -> Message | None:
    statement = select(Message).where(col(Message.organisation) == organisation, col(Message.key) == key)
    return (await session.exec(statement)).one_or_none()


async def get_message(session: AsyncSession, organisation: str, message_id: UUID) -> Message | None:
    statement = select(Message).where(col(Message.organisation) == organisation, col(Message.id) == message_id)
    return (await session.exec(statement)).one_or_none()


async def lock_message(session: AsyncSession, organisation: str, message_id: UUID) -> Message | None:
    statement = select(Message).where(col(Message.organisation) == organisation, col(Message.id) == message_id)
    return (await session.exec(statement.with_for_update())).one_or_none()


async def lock_by_digests(session: AsyncSession, organisation: str, digests: Sequence[str]) -> Message | None:
    """The message that one of these, before the `@` of its Message-ID, names."""
    named = [f"<{digest}" for digest in digests]
    statement = select(Message).where(col(Message.organisation) == organisation, literal_column(DIGEST).in_(named))
    return (await session.exec(statement.order_by(col(Message.requested_at)).limit(1).with_for_update())).first()


async def put_unless_begun(session: AsyncSession, message: Message) -> bool:
    """Insert the message, or replace it while it is pending. False when another attempt is ahead."""
    values = message.model_dump()
    kept = ("id", "organisation", "key", "message_id")
    changes = {name: value for name, value in values.items() if name not in kept}
    statement = (
        insert(Message)
        .values(values)
        .on_conflict_do_update(
            index_elements=["organisation", "key"],
            set_=changes,
            where=col(Message.status) == MessageStatus.PENDING,
        )
    )
    return (await session.exec(statement.returning(col(Message.id)))).first() is not None


async def change_claimed(
    session: AsyncSession, message: Message, *, among: Sequence[MessageStatus], **changes: Any
) -> Message | None:
    """Change what this attempt claimed, while its status is one of `among`; the row as it is then."""
    statement = (
        update(Message)
        .where(
            col(Message.organisation) == message.organisation,
            col(Message.key) == message.key,
            col(Message.claim) == message.claim,
            col(Message.status).in_(among),
        )
        .values(**changes)
        .returning(Message)
    )
    found: Message | None = (await session.exec(statement)).scalars().first()
    return found


async def give_up_expired(
    session: AsyncSession, *, now: datetime, at: datetime, reason: str, message: Message | None = None
) -> Sequence[Message]:
    """Turn what is `sending` past its lease (real time `now`) into `uncertain`, at the business time `at`.

    Of every organisation, or one message alone: a duty of the service, not of a caller.
    """
    conditions: list[ColumnElement[bool]] = [
        col(Message.status) == MessageStatus.SENDING,
        col(Message.lease_until) < now,
    ]
    if message is not None:
        conditions += [col(Message.organisation) == message.organisation, col(Message.id) == message.id]
    changes = {"status": MessageStatus.UNCERTAIN, "reason": reason, "settled_at": at}
    rows = await session.exec(update(Message).where(*conditions).values(**changes).returning(Message))
    return rows.scalars().all()


async def list_messages(
    session: AsyncSession,
    organisation: str,
    *,
    status: MessageStatus | None,
    customer_id: UUID | None,
    is_settled: bool | None,
    before: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[Message]:
    """Newest first; `before` is the position of the last row of the page before."""
    statement = select(Message).where(col(Message.organisation) == organisation)
    if status is not None:
        statement = statement.where(col(Message.status) == status)
    if customer_id is not None:
        statement = statement.where(col(Message.customer_id) == customer_id)
    if is_settled is not None:
        settled = col(Message.settled_by)
        statement = statement.where(settled.is_not(None) if is_settled else settled.is_(None))
    if before is not None:
        statement = statement.where(tuple_(col(Message.requested_at), col(Message.id)) < before)
    newest = statement.order_by(col(Message.requested_at).desc(), col(Message.id).desc())
    return (await session.exec(newest.limit(limit))).all()
