"""What is kept for a time and no longer: dropped or emptied once an hour, a batch in each transaction."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, inspect, select, tuple_, update
from sqlmodel import SQLModel

from chassis.database import Sessions
from chassis.personal.erasing import permit
from chassis.personal.held import differing

BATCH = 1_000


@dataclass(frozen=True)
class Pruning:
    """Rows older than `kept` get `empty`, or go where that is None. `is_real`: their times are real time, not
    business time."""

    model: type[SQLModel]
    older: Callable[[datetime], ColumnElement[bool]]
    kept: timedelta
    empty: Mapping[str, object] | None = None
    is_real: bool = False

    @property
    def table(self) -> str:
        return str(self.model.__tablename__)


async def prune(sessions: Sessions, pruning: Pruning, *, now: datetime, batch: int = BATCH) -> int:
    """How many rows there were. `now` in the time of the rows."""
    pruned, found = 0, batch
    while found == batch:
        found = await _prune_some(sessions, pruning, now=now, batch=batch)
        pruned += found
    return pruned


async def _prune_some(sessions: Sessions, pruning: Pruning, *, now: datetime, batch: int) -> int:
    model = pruning.model
    key = tuple_(*inspect(model).primary_key)
    which = pruning.older(now - pruning.kept)
    if pruning.empty is not None:
        which = which & differing(model, pruning.empty)
    some = select(*inspect(model).primary_key).where(which).limit(batch).with_for_update(skip_locked=True)
    change = delete(model) if pruning.empty is None else update(model).values(pruning.empty)
    async with sessions() as session, session.begin():
        await permit(session, now.date())
        done = await (await session.connection()).execute(change.where(key.in_(some)))
        return done.rowcount
