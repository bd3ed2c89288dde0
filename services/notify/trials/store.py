"""Queries for tests; each takes the organisation and who asked."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.notify.trials.models import Trial, TrialStatus

KEPT = timedelta(days=30)
"""How long a key is known, in real time."""


async def find(session: AsyncSession, organisation: str, subject: str, key: str) -> Trial | None:
    return await session.get(Trial, (organisation, subject, key))


async def claim(session: AsyncSession, trial: Trial, *, real: datetime) -> bool:
    """Insert it, unless its key is there already; those of the caller that are long past go."""
    own = (col(Trial.organisation) == trial.organisation, col(Trial.subject) == trial.subject)
    await session.exec(delete(Trial).where(*own, col(Trial.lease_until) < real - KEPT))
    statement = insert(Trial).values(trial.model_dump()).on_conflict_do_nothing().returning(col(Trial.key))
    return (await session.exec(statement)).first() is not None


async def settle(session: AsyncSession, trial: Trial, status: TrialStatus, reason: str | None) -> None:
    await session.exec(update(Trial).where(*_one(trial)).values(status=status, reason=reason))


async def release(session: AsyncSession, trial: Trial) -> None:
    """Nothing left: the key may be used again."""
    await session.exec(delete(Trial).where(*_one(trial)))


def _one(trial: Trial) -> tuple[ColumnElement[bool], ...]:
    return (
        col(Trial.organisation) == trial.organisation,
        col(Trial.subject) == trial.subject,
        col(Trial.key) == trial.key,
    )
