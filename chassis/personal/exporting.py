"""A customer's data out of a service, a page at a time."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from annotated_types import Ge
from pydantic import BaseModel, JsonValue, TypeAdapter
from pydantic_core import to_jsonable_python
from sqlalchemy import LargeBinary, inspect, select
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.paging import Page, encode
from chassis.personal.held import Held, Holdings

PLACE = TypeAdapter(tuple[Annotated[int, Ge(0)], str])
"""Which of the holdings, and the key of its last row that was shown."""


class Record(BaseModel):
    """One row of a table. `pdf` is the path of its document at the same API."""

    table: str
    key: str
    data: dict[str, JsonValue]
    pdf: str | None


async def page(
    session: AsyncSession,
    holdings: Holdings,
    organisation: str,
    customer_id: UUID,
    *,
    after: tuple[int, str] | None,
    limit: int,
) -> Page[Record]:
    """Table after table, each by its key."""
    place, last = after or (0, "")
    shown: list[Record] = []
    for number in range(place, len(holdings.held)):
        held = holdings.held[number]
        rows = await _rows(session, held, organisation, customer_id, after=last, limit=limit + 1 - len(shown))
        shown += [_record(held, key, row) for key, row in rows]
        if len(shown) > limit:
            fitting = limit - (len(shown) - len(rows))
            return Page(items=shown[:limit], next=encode(number, rows[fitting - 1][0] if fitting else last))
        last = ""
    return Page(items=shown, next=None)


async def _rows(
    session: AsyncSession, held: Held, organisation: str, customer_id: UUID, *, after: str, limit: int
) -> Sequence[tuple[str, Any]]:
    if not held.is_shown:
        return []
    query = select(held.key, held.model).where(held.whose(organisation, customer_id), held.key > after)
    rows = (await session.exec(query.order_by(held.key).limit(limit))).all()  # type: ignore[call-overload]  # sqlalchemy's select
    return [(str(key), row) for key, row in rows]


def _record(held: Held, key: str, row: Any) -> Record:
    columns = [
        attribute.key
        for attribute in inspect(held.model).column_attrs
        if not isinstance(attribute.columns[0].type, LargeBinary)
    ]
    data = {name: to_jsonable_python(_shown(held, name, getattr(row, name)), fallback=str) for name in columns}
    return Record(table=held.table, key=key, data=data, pdf=held.pdf.format(id=key) if held.pdf else None)


def _shown(held: Held, name: str, value: Any) -> object:
    return held.shown[name](value) if name in held.shown else value
