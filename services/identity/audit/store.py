"""Queries on the audit."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select, tuple_
from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.events.audit import Outcome
from services.identity.audit.models import AuditEntry


@dataclass(frozen=True)
class AuditFilter:
    """`actor` is an id or part of a name, `action` its beginning, `object` a thing such as `customers/…`."""

    actor: str | None
    action: str | None
    object: str | None
    outcome: Outcome | None
    since: datetime | None
    until: datetime | None


async def keep(session: AsyncSession, entry: AuditEntry) -> None:
    """Once, however often it is told."""
    await session.exec(
        insert(AuditEntry)
        .values({name: getattr(entry, name) for name in AuditEntry.model_fields})
        .on_conflict_do_nothing()
    )


async def page(
    session: AsyncSession, organisation: str, wanted: AuditFilter, *, after: tuple[datetime, UUID] | None, limit: int
) -> list[AuditEntry]:
    """Newest first."""
    query = select(AuditEntry).where(AuditEntry.organisation == organisation)
    if wanted.actor:
        named = col(AuditEntry.actor_name).icontains(wanted.actor, autoescape=True)
        query = query.where((col(AuditEntry.actor) == wanted.actor) | named)
    if wanted.action:
        query = query.where(col(AuditEntry.action).startswith(wanted.action, autoescape=True))
    if wanted.object:
        query = query.where(col(AuditEntry.objects).op("@>")(func.jsonb_build_array(wanted.object)))
    if wanted.outcome:
        query = query.where(col(AuditEntry.outcome) == wanted.outcome)
    if wanted.since:
        query = query.where(col(AuditEntry.at) >= wanted.since)
    if wanted.until:
        query = query.where(col(AuditEntry.at) < wanted.until)
    if after:
        query = query.where(tuple_(col(AuditEntry.at), col(AuditEntry.id)) < after)
    query = query.order_by(col(AuditEntry.at).desc(), col(AuditEntry.id).desc()).limit(limit)
    return list((await session.exec(query)).all())
