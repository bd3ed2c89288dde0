"""What was accepted is told once more, after a bus that lost it."""

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

from sqlmodel import text

from chassis.auth import Role
from contracts.events import QuoteAccepted
from services.quotes.quotes import store
from tests.services.quotes.shop import MONDAY, Shop
from tests.services.quotes.test_sending import facts


async def acceptances(shop: Shop) -> list[dict[str, Any]]:
    return [json.loads(each.body) for each in await facts(shop) if each.subject == QuoteAccepted.type]


async def told_again(shop: Shop, since: str, **query: str) -> Any:
    return await shop.do("POST", "/quotes/accepted/tell-again", {"since": since}, Role.ADMIN, params=query)


async def test_accepted_quotes_are_told_again_as_they_were_and_no_others(shop: Shop) -> None:
    await shop.accept(await shop.sent())
    shop.days_pass(1)
    since = shop.now.isoformat()
    for _ in range(3):
        await shop.accept(await shop.sent())
    await shop.do("POST", f"/quotes/{(await shop.sent())['id']}/refuse", {"reason": "too dear"})
    await shop.sent()
    before = await acceptances(shop)

    first = await told_again(shop, since=since, limit="2")
    second = await told_again(shop, since=since, limit="2", cursor=first["next"])

    assert (first["told"], second) == (2, {"told": 1, "next": None})
    again = (await acceptances(shop))[len(before) :]
    assert sorted(again, key=lambda each: each["number"]) == sorted(before[1:], key=lambda each: each["number"])


async def test_what_was_accepted_before_or_elsewhere_is_not_told(shop: Shop) -> None:
    await shop.accept(await shop.sent())

    later = await told_again(shop, since=(MONDAY + timedelta(seconds=1)).isoformat())
    shop.organisation = "other"
    elsewhere = await told_again(shop, since=MONDAY.isoformat())

    assert later == elsewhere == {"told": 0, "next": None}


async def test_what_was_accepted_is_found_by_its_index(shop: Shop) -> None:
    async with shop.sessions() as session, session.begin():
        for other in ("enable_seqscan", "enable_bitmapscan", "enable_sort"):
            await session.exec(text(f"set local {other} = off"))  # type: ignore[call-overload]
        await store.accepted_since(session, "demo", MONDAY, after=(MONDAY, uuid4()), limit=3)
        looked_up = text("select pg_stat_get_xact_numscans('ix_quotes_accepted'::regclass)")
        assert (await session.exec(looked_up)).scalar_one() == 1  # type: ignore[call-overload]
