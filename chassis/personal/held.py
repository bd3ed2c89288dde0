"""What a service holds on a customer."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Text, cast, func, inspect, or_
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

Whose = Callable[[str, UUID], ColumnElement[bool]]
"""The rows of an organisation about a customer."""
Until = Callable[[], ColumnElement[Any]]


@dataclass(frozen=True)
class Held:
    """Rows of one table. Erasing gives them `empty`, or deletes them where that is None; with `until`, the day up to
    which the law keeps a row, erasing leaves them alone. `shown` is how a column is exported that is not as it is;
    `pdf` is where the API has the document of a row.
    """

    model: type[SQLModel]
    whose: Whose
    empty: Mapping[str, object] | None = None
    until: ColumnElement[Any] | None = None
    shown: Mapping[str, Callable[[Any], object]] = field(default_factory=dict)
    pdf: str | None = None
    is_shown: bool = True

    @property
    def table(self) -> str:
        return str(self.model.__tablename__)

    @property
    def key(self) -> ColumnElement[str]:
        """The primary key as the audit names it."""
        columns = [cast(column, Text) for column in inspect(self.model).primary_key]
        return columns[0] if len(columns) == 1 else func.concat_ws(":", *columns)

    def to_empty(self, organisation: str, customer_id: UUID) -> ColumnElement[bool]:
        """Those of its rows in which something is left."""
        whose = self.whose(organisation, customer_id)
        if self.empty is None:
            return whose
        return whose & differing(self.model, self.empty)


def differing(model: type[SQLModel], values: Mapping[str, object]) -> ColumnElement[bool]:
    """Rows that do not have these values yet."""
    return or_(*(getattr(model, name).is_distinct_from(value) for name, value in values.items()))


Obstacles = Callable[[AsyncSession, str, UUID], Any]


async def no_obstacles(_: AsyncSession, __: str, ___: UUID) -> Sequence[str]:
    return ()


@dataclass(frozen=True)
class Holdings:
    """Of one service, in the order in which they are erased. `obstacles` are sentences: why not yet."""

    service: str
    held: Sequence[Held]
    obstacles: Obstacles = field(default=no_obstacles)
