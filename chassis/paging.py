"""Lists, a page at a time: an opaque cursor says where the next page begins."""

import base64
import binascii
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Annotated, Generic, TypeVar
from uuid import UUID

from annotated_types import Ge, Le
from fastapi import Query
from pydantic import AwareDatetime, BaseModel, TypeAdapter, ValidationError
from pydantic_core import to_json

from chassis.problems import InvalidField

Item = TypeVar("Item")
Row = TypeVar("Row")
Position = TypeVar("Position", bound=tuple[object, ...])

Limit = Annotated[int, Query(ge=1, le=200, description="How many on a page")]
Cursor = Annotated[str | None, Query(description="`next` of the page before")]

Moment = Annotated[AwareDatetime, Ge(datetime(1900, 1, 1, tzinfo=UTC)), Le(datetime(9000, 1, 1, tzinfo=UTC))]
MOMENT_AND_ID = TypeAdapter(tuple[Moment, UUID])
"""Where a list stands that is sorted by a moment, and by the id where two are the same."""
DAY_AND_ID = TypeAdapter(tuple[date, UUID])
NUMBER = TypeAdapter(tuple[Annotated[int, Ge(0), Le(2**63 - 1)]])


class Page(BaseModel, Generic[Item]):
    items: list[Item]
    next: str | None


def page_of(
    rows: Sequence[Row], limit: int, view: Callable[[Row], Item], *, position: Callable[[Row], tuple[object, ...]]
) -> Page[Item]:
    """The page of `rows`, of which one more than `limit` was asked for; `position` is what they are sorted by."""
    shown, following = cut(rows, limit, position=position)
    return Page(items=[view(row) for row in shown], next=following)


def cut(
    rows: Sequence[Row], limit: int, *, position: Callable[[Row], tuple[object, ...]]
) -> tuple[Sequence[Row], str | None]:
    """The rows that the page shows, and the cursor of the next one."""
    shown = rows[:limit]
    return shown, encode(*position(shown[-1])) if len(rows) > limit else None


def position_of(cursor: str | None, kind: TypeAdapter[Position]) -> Position | None:
    """The sort values of the last row of the page before, None at the first; 422 when the cursor is not one of ours."""
    if cursor is None:
        return None
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        return kind.validate_json(text, strict=True)
    except (binascii.Error, UnicodeError, ValidationError, ValueError):
        raise InvalidField("cursor", cursor, "the `next` of the page before") from None


def encode(*position: object) -> str:
    return base64.urlsafe_b64encode(to_json(position)).decode().rstrip("=")
