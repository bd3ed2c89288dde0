"""`Idempotency-Key`: the same POST twice, or twenty times at once, has one effect and one answer."""

import asyncio

import httpx2
import pytest
from sqlmodel import func, select

from chassis.auth import Role
from chassis.database import Sessions
from chassis.outbox import OutboxMessage
from tests.support.tokens import Keys


class Buyer:
    """A caller who places orders under keys."""

    def __init__(self, shop: httpx2.AsyncClient, keys: Keys, *, organisation: str = "demo") -> None:
        self.shop, self.headers = shop, keys.bearer(Role.SALES, organisation=organisation)

    async def order(self, key: str, what: str = "chair") -> httpx2.Response:
        return await self.shop.post("/orders", json={"what": what}, headers=self.headers | {"idempotency-key": key})


@pytest.fixture
def buyer(shop: httpx2.AsyncClient, keys: Keys) -> Buyer:
    return Buyer(shop, keys)


async def effects(sessions: Sessions) -> int:
    async with sessions() as session:
        return (await session.exec(select(func.count()).select_from(OutboxMessage))).one()


async def test_the_same_key_again_gets_the_first_answer(buyer: Buyer, sessions: Sessions) -> None:
    first = await buyer.order("a")
    again = await buyer.order("a")

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again.headers["content-type"] == first.headers["content-type"]
    assert ("idempotent-replayed" in first.headers, again.headers["idempotent-replayed"]) == (False, "true")
    assert await effects(sessions) == 1


async def test_twenty_at_once_have_one_effect_and_every_other_may_read_its_answer(
    buyer: Buyer, sessions: Sessions
) -> None:
    answers = await asyncio.gather(*(buyer.order("a") for _ in range(20)))

    done = [answer for answer in answers if answer.status_code == 201]
    others = [answer.json()["type"].rsplit(":")[-1] for answer in answers if answer.status_code != 201]
    assert {answer.json()["id"] for answer in done} == {(await buyer.order("a")).json()["id"]}
    assert set(others) <= {"idempotency_key_in_use"}
    assert await effects(sessions) == 1


async def test_a_key_used_for_another_request_is_refused(buyer: Buyer, sessions: Sessions) -> None:
    await buyer.order("a")
    refused = await buyer.order("a", what="table")

    assert refused.status_code == 409
    assert refused.json()["type"] == "urn:relance:problem:idempotency_key_reused"
    assert refused.json()["detail"] == (
        "Idempotency-Key: 'a' was used for another request; expected a new key for each one"
    )
    assert await effects(sessions) == 1


async def test_another_caller_has_keys_of_their_own(shop: httpx2.AsyncClient, keys: Keys, sessions: Sessions) -> None:
    first = await Buyer(shop, keys).order("a")
    other = await Buyer(shop, keys, organisation="autre").order("a")

    assert first.json()["id"] != other.json()["id"]
    assert await effects(sessions) == 2


async def test_what_was_refused_may_be_asked_again_under_its_key(buyer: Buyer, sessions: Sessions) -> None:
    assert (await buyer.order("a", what="nothing")).status_code == 409
    assert (await buyer.order("a", what="")).status_code == 422

    assert (await buyer.order("a")).status_code == 201
    assert await effects(sessions) == 1


async def test_without_a_key_each_request_counts(shop: httpx2.AsyncClient, keys: Keys, sessions: Sessions) -> None:
    for _ in range(2):
        await shop.post("/orders", json={"what": "chair"}, headers=keys.bearer(Role.SALES))

    assert await effects(sessions) == 2


@pytest.mark.parametrize("key", ["", "x" * 201])
async def test_a_key_of_no_length_or_too_much_is_refused(buyer: Buyer, key: str) -> None:
    refused = await buyer.order(key)

    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "Idempotency-Key"


async def test_a_known_key_opens_nothing_to_a_caller_who_may_not(
    buyer: Buyer, shop: httpx2.AsyncClient, keys: Keys
) -> None:
    await buyer.order("a")
    expired = {"authorization": "Bearer x", "idempotency-key": "a"}

    assert (await shop.post("/orders", json={"what": "chair"}, headers=expired)).status_code == 401
    nobody = {"idempotency-key": "a"}
    assert (await shop.post("/orders", json={"what": "chair"}, headers=nobody)).status_code == 401


async def test_a_known_key_opens_nothing_to_a_caller_who_may_no_longer(
    buyer: Buyer, shop: httpx2.AsyncClient, keys: Keys
) -> None:
    await buyer.order("a")
    demoted = keys.bearer(Role.VIEWER) | {"idempotency-key": "a"}

    refused = await shop.post("/orders", json={"what": "chair"}, headers=demoted)

    assert (refused.status_code, refused.json()["right"]) == (403, "quotes.write")
