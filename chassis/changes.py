"""What a transaction changed, row by row, from what to what: read from the session that changed it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any

from pydantic import JsonValue
from pydantic_core import to_jsonable_python
from sqlalchemy import LargeBinary, event, inspect
from sqlalchemy.orm import InstanceState, Mapper, ORMExecuteState, Session, UOWTransaction
from sqlmodel import SQLModel

from contracts.events.audit import Change, Values

MECHANICS = {"outbox", "inbox", "idempotency_keys"}
LONGEST = 2_000
"""Characters of one value."""
SECRET = {"digest", "password_hash", "private", "secret", "token"}
"""Columns whose values are never told."""
WITHHELD = {"cost_price"}
"""What stands within a value and is not told either: it stays in its service."""
HIDDEN = "(hidden)"
NOTED = "changes"
"""Where a session keeps what is noted of it."""


@dataclass
class Changes:
    """Every change of a session since `watch`; one row changed twice is one change."""

    rows: dict[str, Change] = field(default_factory=dict)
    statements: list[str] = field(default_factory=list)

    def add(self, change: Change) -> None:
        known = self.rows.get(change.object)
        self.rows[change.object] = change if known is None else _joined(known, change)

    def listed(self) -> list[Change]:
        """What differs in the end; a statement over several rows is named without its values."""
        rows = [change for change in self.rows.values() if change.before != change.after]
        named = {change.object.split("/")[0] for change in rows}
        return rows + [Change(object=table, before=None, after=None) for table in self.statements if table not in named]


def watch(session: Session) -> Changes:
    """Note what this session writes from now on."""
    changes = Changes()
    session.info[NOTED] = changes

    def after_flush(flushed: Session, _: UOWTransaction) -> None:
        for change in _of(flushed):
            changes.add(change)

    def statement(state: ORMExecuteState) -> None:
        if (state.is_update or state.is_delete) and state.bind_mapper is not None:
            table = str(state.bind_mapper.local_table)
            if table not in MECHANICS and table not in changes.statements:
                changes.statements.append(table)

    event.listen(session, "after_flush", after_flush)
    event.listen(session, "do_orm_execute", statement)
    return changes


def note(session: Session, *, new: Iterable[object] = (), dirty: Iterable[object] = ()) -> None:
    """For a store that writes rows of its own accord, past the flush of the session: told as if flushed."""
    changes: Changes | None = session.info.get(NOTED)
    if changes is not None:
        for change in _between(new, dirty, ()):
            changes.add(change)


def _of(session: Session) -> Iterator[Change]:
    return _between(session.new, session.dirty, session.deleted)


def _between(new: Iterable[object], dirty: Iterable[object], deleted: Iterable[object]) -> Iterator[Change]:
    for row in _ours(new):
        yield _change(_name(row), None, dict(_values(row)))
    for row in _ours(dirty):
        before, after = _difference(row)
        if before or after:
            yield _change(_name(row), before, after)
    for row in _ours(deleted):
        yield _change(_name(row), dict(_values(row)), None)


def _change(object: str, before: Values | None, after: Values | None) -> Change:
    """Not validated: that what `_shown` gives is JSON costs more to find out than all the rest of it."""
    return Change.model_construct(object=object, before=before, after=after)


def _ours(rows: Iterable[object]) -> list[SQLModel]:
    return [row for row in rows if isinstance(row, SQLModel) and str(row.__tablename__) not in MECHANICS]


def _name(row: SQLModel) -> str:
    state: InstanceState[Any] = inspect(row)
    key = [getattr(row, str(column.key)) for column in state.mapper.primary_key]
    return f"{row.__tablename__}/{':'.join(str(part) for part in key)}"


@cache
def _columns(table: type[SQLModel]) -> Sequence[str]:
    mapper: Mapper[Any] = inspect(table)
    return [each.key for each in mapper.column_attrs if not isinstance(each.columns[0].type, LargeBinary)]


def _values(row: SQLModel) -> Iterator[tuple[str, JsonValue]]:
    loaded = row.__dict__  # an attribute that was not loaded would be asked for, which a flush cannot do
    for name in _columns(type(row)):
        if loaded.get(name) is not None:
            yield name, _shown(name, loaded[name])


def _difference(row: SQLModel) -> tuple[Values, Values]:
    state: InstanceState[Any] = inspect(row)
    before: Values = {}
    after: Values = {}
    for name in _columns(type(row)):
        if name not in state.committed_state:
            continue  # nobody set it
        history = state.attrs[name].history
        old, new = next(iter(history.deleted or ()), None), next(iter(history.added or ()), None)
        if history.has_changes() and old != new:
            before[name], after[name] = _shown(name, old), _shown(name, new)
    return before, after


def _shown(name: str, value: object) -> JsonValue:
    if value is None:
        return None
    if name in SECRET:
        return HIDDEN
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Enum):
        return str(value.value)
    plain = _without_withheld(to_jsonable_python(value, fallback=str))
    if isinstance(plain, str | list | dict) and len(str(plain)) > LONGEST:
        return str(plain)[:LONGEST] + "…"
    return plain


def _without_withheld(value: JsonValue) -> JsonValue:
    if isinstance(value, list):
        return [_without_withheld(each) for each in value]
    if isinstance(value, dict):
        return {
            name: HIDDEN if name in WITHHELD and each is not None else _without_withheld(each)
            for name, each in value.items()
        }
    return value


def _joined(first: Change, second: Change) -> Change:
    """From what it was before the first to what it is after the second."""
    if second.after is None:
        return _change(first.object, first.before, None)
    after = (first.after or {}) | second.after
    if first.before is None:
        return _change(first.object, None, after)
    return _change(first.object, (second.before or {}) | first.before, after)
