"""Every way to look for receivables is answered from an index, however many there are."""

from collections.abc import AsyncIterator, Iterator
from datetime import date
from itertools import product
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from chassis.database import Sessions
from services.billing.receivables import listing, store
from services.billing.receivables.listing import Filters, Found
from services.billing.receivables.orders import Order
from tests.bench.figures.portfolio import load
from tests.services.billing.office import Office

TODAY = date(2026, 6, 30)
COUNT = 60_000
ASKED: dict[str, dict[str, Any]] = {
    "everything": {},
    "overdue": {"is_overdue": True},
    "all others": {"is_overdue": False},
    "settled": {"status": "settled"},
    "of a customer": {"customer_id": uuid4()},
    "large": {"min_amount": 5090},
    "small": {"max_amount": 101},
    "by days late": {"due_from": date(2026, 6, 1), "due_until": date(2026, 6, 3)},
    "what few words fit": {"found": Found([uuid4(), uuid4()], [uuid4()])},
    "what many fit": {"words": "customer"},
}


@pytest.fixture
async def database(office: Office) -> AsyncIterator[asyncpg.Connection]:
    """Connected to a billing of many receivables, whose planner knows it."""
    dsn = office.app.state.settings.dsn.replace("+asyncpg", "")
    connection = await asyncpg.connect(dsn)
    await load(connection, "demo", COUNT, today=TODAY)
    await connection.execute("analyze")
    yield connection
    await connection.close()


async def test_no_list_reads_a_table_from_end_to_end(database: asyncpg.Connection) -> None:
    read_whole = []
    for (name, asked), order in product(ASKED.items(), Order):
        filters = Filters(today=TODAY, **asked)
        query = inlined(listing.page(filters, order, None), listing.parameters(filters))
        plan = "\n".join([row[0] for row in await database.fetch(f"explain {query}")])
        if "Seq Scan on receivables" in plan:
            read_whole.append(f"{name} by {order}")

    assert read_whole == []


async def test_what_is_looked_up_and_what_is_passed_by_are_the_same(
    database: asyncpg.Connection, office: Office
) -> None:
    """Three of these fit too much to be looked up."""
    sessions: Sessions = office.app.state.sessions
    for words in ("customer", "customer 77", "0012345", "0012", "cust%", "no such name", "9"):
        filters = Filters(TODAY, words=words)
        passed_by = await _ids(database, listing.page(filters, Order.BALANCE, None), listing.parameters(filters))
        async with sessions() as session:
            _, rows = await store.page(session, "demo", filters, order=Order.BALANCE, after=None, limit=51)
            looked_up = await store.searched(session, "demo", filters)

        assert [row["invoice_id"] for row in rows] == passed_by, words
        assert (looked_up.found is None) == (words in ("customer", "0012", "9"))


async def _ids(database: asyncpg.Connection, query: str, parameters: dict[str, object]) -> list[UUID]:
    return [row["invoice_id"] for row in await database.fetch(inlined(query, parameters))]


async def test_the_aged_customers_are_read_from_the_index_of_what_is_open(database: asyncpg.Connection) -> None:
    query = (
        "select customer_id, currency, sum(balance) from receivables where organisation = 'demo' and status = 'open'"
    )
    ordered = "group by customer_id, currency order by customer_id, currency limit 51"
    plan = "\n".join([row[0] for row in await database.fetch(f"explain {query} {ordered}")])

    assert "ix_receivables_open_customer" in plan


def inlined(query: str, parameters: dict[str, object]) -> str:
    """The query with its values, as the planner sees them."""
    for name, value in sorted(written(parameters), key=lambda each: -len(each[0])):
        query = query.replace(f":{name}", value)
    return query


def written(parameters: dict[str, object]) -> Iterator[tuple[str, str]]:
    for name, value in {**parameters, "organisation": "demo", "limit": 51}.items():
        if isinstance(value, list):
            yield name, "array[" + ", ".join(f"'{each}'" for each in value) + "]::uuid[]"
        else:
            yield name, f"'{value}'" if isinstance(value, str | date | UUID) else str(value)
