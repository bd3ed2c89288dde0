"""Lists, a page at a time: an opaque cursor says where the next page begins."""

import base64
import binascii
import json
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel

from chassis.problems import InvalidField

Item = TypeVar("Item")

Limit = Annotated[int, Query(ge=1, le=200, description="How many on a page")]
Cursor = Annotated[str | None, Query(description="`next` of the page before")]


class Page(BaseModel, Generic[Item]):
    items: list[Item]
    next: str | None


def encode(*position: Any) -> str:
    """The cursor of a position: the sort values of the last row of a page."""
    return base64.urlsafe_b64encode(json.dumps(position, default=str).encode()).decode().rstrip("=")


def decode(cursor: str, *, length: int) -> list[Any]:
    """The position of a cursor; 422 when it is not one of ours."""
    try:
        position = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, UnicodeDecodeError, ValueError):
        position = None
    if not isinstance(position, list) or len(position) != length:
        raise InvalidField("cursor", cursor, "the `next` of the page before")
    return position
