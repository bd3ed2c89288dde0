"""What identity holds on a customer: what the audit tells of them."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, literal_column, or_, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.personal.erasing import permit
from chassis.personal.held import Held, Holdings, differing
from chassis.personal.pruning import Pruning
from contracts.events.audit import ERASED
from services.identity.audit.models import MADE_FOR, AuditEntry
from services.identity.settings import Settings

CHANGES_WITHOUT_VALUES: ColumnElement[Any] = literal_column(
    "(select coalesce(jsonb_agg(jsonb_build_object('object', change -> 'object', 'before', null, 'after', null)"
    " order by place), '[]') from jsonb_array_elements(audit_entries.changes) with ordinality as told (change, place))"
)
NO_VALUES = {"changes": CHANGES_WITHOUT_VALUES}


def _names(name: str) -> ColumnElement[bool]:
    return col(AuditEntry.objects).bool_op("@>")(func.jsonb_build_array(name))


def _about(organisation: str, customer: UUID) -> ColumnElement[bool]:
    """The customer's own row, and rows that were made for them."""
    is_made_for = literal_column(MADE_FOR).bool_op("@>")(func.jsonb_build_array(str(customer)))
    is_about = _names(f"customers/{customer}") | is_made_for
    return (col(AuditEntry.organisation) == organisation) & is_about


async def forget_values(session: AsyncSession, organisation: str, objects: Collection[str], *, now: datetime) -> None:
    """Of the entries that name one of these rows, who, what and when stay. At most a hundred names at once."""
    named = (col(AuditEntry.organisation) == organisation) & or_(*(_names(name) for name in objects))
    await permit(session, now.date())
    statement = update(AuditEntry).where(named & differing(AuditEntry, NO_VALUES)).values(NO_VALUES)
    await (await session.connection()).execute(statement)
    await permit(session, None)


async def was_erased(session: AsyncSession, organisation: str, objects: Collection[str], *, since: datetime) -> bool:
    """Whether one of these rows was erased after that moment; entries may come in another order."""
    query = select(AuditEntry.id).where(
        col(AuditEntry.organisation) == organisation,
        col(AuditEntry.action).endswith(f".{ERASED}"),
        col(AuditEntry.at) >= since,
        or_(*(_names(name) for name in objects)),
    )
    return (await session.exec(query.limit(1))).first() is not None


HOLDINGS = Holdings("identity", (Held(AuditEntry, _about, NO_VALUES),))


def prunings(settings: Settings) -> Sequence[Pruning]:
    return (Pruning(AuditEntry, lambda before: col(AuditEntry.at) < before, settings.audit_kept, is_real=True),)
