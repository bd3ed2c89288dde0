"""Positions in lists that are sorted by a moment and an id, or by a number."""

from datetime import datetime
from uuid import UUID

from chassis import paging
from chassis.problems import InvalidField

Position = tuple[datetime, UUID]


def moment_and_id(cursor: str | None) -> Position | None:
    """422 when the cursor is not one of ours."""
    if cursor is None:
        return None
    moment, identity = paging.decode(cursor, length=2)
    try:
        position = datetime.fromisoformat(moment), UUID(identity)
    except (TypeError, ValueError, AttributeError):
        raise _foreign(cursor) from None
    if position[0].tzinfo is None:
        raise _foreign(cursor)
    return position


def number(cursor: str | None) -> int | None:
    if cursor is None:
        return None
    (value,) = paging.decode(cursor, length=1)
    if not isinstance(value, int) or not 0 <= value < 2**63:
        raise _foreign(cursor)
    return value


def text(cursor: str | None) -> str:
    """The empty text before the first page."""
    if cursor is None:
        return ""
    (value,) = paging.decode(cursor, length=1)
    if not isinstance(value, str) or "\0" in value:
        raise _foreign(cursor)
    return value


def of(moment: datetime, identity: UUID) -> str:
    return paging.encode(moment.isoformat(), str(identity))


def _foreign(cursor: str) -> InvalidField:
    return InvalidField("cursor", cursor, "the `next` of the page before")
