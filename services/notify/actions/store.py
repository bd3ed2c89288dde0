"""The lock of an action's key, and the actions of a customer; each query takes the organisation."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.locks import lock

KINDS = (
    """
    select 'email' as kind, id, requested_at as at, invoice_id, reference, subject, recipient,
        status, null as outcome, reason as detail
    from messages where organisation = :organisation and customer_id = :customer_id {before}
    order by requested_at desc, id desc limit :limit
    """,
    """
    select 'letter' as kind, id, prepared_at as at, invoice_id, reference, subject, recipient,
        status, null as outcome, coalesce(tracking_number, reason) as detail
    from letters where organisation = :organisation and customer_id = :customer_id {before}
    order by prepared_at desc, id desc limit :limit
    """,
    """
    select 'call' as kind, id, opened_at as at, invoice_id, '' as reference, subject, assignee as recipient,
        status, outcome, coalesce(nullif(outcome_note, ''), reason) as detail
    from tasks where organisation = :organisation and customer_id = :customer_id {before}
    order by opened_at desc, id desc limit :limit
    """,
)
MOMENTS = ("requested_at", "prepared_at", "opened_at")


async def of_customer(
    session: AsyncSession, organisation: str, customer_id: UUID, *, before: tuple[datetime, UUID] | None, limit: int
) -> list[dict[str, Any]]:
    """Newest first, each kind read from its own index; `before` is the place of the last row of the page before."""
    asked: dict[str, object] = {"organisation": organisation, "customer_id": customer_id, "limit": limit}
    if before:
        asked |= {"at": before[0], "id": before[1]}
    parts = [
        kind.format(before=f"and ({moment}, id) < (:at, :id)" if before else "")
        for kind, moment in zip(KINDS, MOMENTS, strict=True)
    ]
    together = " union all ".join(f"({part})" for part in parts)
    query = text(f"select * from ({together}) as actions order by at desc, id desc limit :limit")  # noqa: S608 (our own text)
    rows = (await (await session.connection()).execute(query, asked)).mappings().all()
    return [dict(row) for row in rows]


async def of_keys(session: AsyncSession, organisation: str, keys: Sequence[str]) -> list[dict[str, Any]]:
    """The key and status of each of them under which something was asked."""
    parts = [
        f"select key, status from {table} where organisation = :organisation and key = any(:keys)"  # noqa: S608
        for table in ("messages", "letters", "tasks")
    ]
    query = text(" union all ".join(parts))
    asked = {"organisation": organisation, "keys": list(keys)}
    return [dict(row) for row in (await (await session.connection()).execute(query, asked)).mappings().all()]


async def lock_key(session: AsyncSession, organisation: str, key: str) -> None:
    """Until the end of the transaction nobody else acts under this key."""
    await lock(session, f"action {organisation} {key}")
