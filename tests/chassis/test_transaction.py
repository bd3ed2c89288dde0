"""One request, one transaction: committed before the answer leaves, or nothing is kept and the answer says so."""

import asyncio
from collections.abc import Mapping

import httpx2
import pytest
from sqlalchemy import text

from chassis.auth import Role
from chassis.database import Sessions
from chassis.outbox import OutboxMessage
from tests.support.tokens import Keys


async def is_empty(sessions: Sessions) -> bool:
    async with sessions() as session:
        connection = await session.connection()
        tables = (await connection.execute(text("select to_regclass('parents')"))).scalar()
        facts = (await connection.execute(text(f"select count(*) from {OutboxMessage.__tablename__}"))).scalar()  # noqa: S608 (our own table)
        return tables is None and facts == 0


@pytest.mark.parametrize("key", [{}, {"idempotency-key": "a"}])
async def test_a_commit_that_fails_is_never_answered_as_a_success(
    shop: httpx2.AsyncClient, keys: Keys, sessions: Sessions, key: Mapping[str, str]
) -> None:
    answer = await shop.post("/orders/late", headers=keys.bearer(Role.SALES) | dict(key))

    assert answer.status_code == 500
    assert await is_empty(sessions)


async def test_a_refusal_keeps_nothing(shop: httpx2.AsyncClient, keys: Keys, sessions: Sessions) -> None:
    answer = await shop.post("/orders", json={"what": "nothing"}, headers=keys.bearer())

    assert answer.status_code == 409
    assert await is_empty(sessions)


async def test_a_caller_who_goes_away_leaves_no_transaction_open(
    shop: httpx2.AsyncClient, keys: Keys, sessions: Sessions
) -> None:
    asking = asyncio.create_task(shop.post("/orders", json={"what": "chair"}, headers=keys.bearer()))
    await asyncio.sleep(0.03)
    asking.cancel()
    await asyncio.wait([asking])

    waiting = "select count(*) from pg_stat_activity where state like 'idle in%' and datname = current_database()"
    async with sessions() as session:
        assert (await (await session.connection()).execute(text(waiting))).scalar() == 0
