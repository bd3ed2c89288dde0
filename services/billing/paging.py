"""Where a page of rows begins that are listed newest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar
from uuid import UUID

from chassis import paging
from chassis.problems import InvalidField


class Dated(Protocol):
    id: UUID
    created_at: datetime


Row = TypeVar("Row", bound=Dated)


@dataclass(frozen=True)
class Position:
    """The last row of the page before."""

    at: datetime
    id: UUID

    @classmethod
    def of(cls, cursor: str | None) -> "Position | None":
        if cursor is None:
            return None
        at, identity = paging.decode(cursor, length=2)
        try:
            return cls(datetime.fromisoformat(at), UUID(identity))
        except (TypeError, ValueError, AttributeError):
            raise InvalidField("cursor", cursor, "the `next` of the page before") from None


def page_of(rows: Sequence[Row], limit: int) -> tuple[Sequence[Row], str | None]:
    """The rows of a page, when one more than `limit` was asked for, and the cursor of the next one."""
    if len(rows) <= limit:
        return rows, None
    last = rows[limit - 1]
    return rows[:limit], paging.encode(last.created_at.isoformat(), str(last.id))
