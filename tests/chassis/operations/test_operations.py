"""What every API tells those who look after the installation, on a real database and a real bus."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
from nats.aio.client import Client as Nats
from pydantic import SecretStr

from chassis import bus as chassis_bus
from chassis.app import create_app
from chassis.auth import Role
from chassis.schema_versions import last_known
from chassis.version import VERSION
from contracts.topology import BILLING_PAYMENT
from deploy.local.servers import NatsServer
from services.billing.main import SERVICE
from services.billing.settings import Settings
from tests.support.tokens import Keys

SUBJECT = "payments.payment.received.v1"
NOWHERE = "nats://127.0.0.1:1"


@asynccontextmanager
async def billing(dsn: str, keys: Keys, nats_url: str) -> AsyncIterator[httpx2.AsyncClient]:
    settings = Settings(auth_jwks=str(keys.jwks), database_url=SecretStr(dsn), nats_url=nats_url)
    app = create_app(SERVICE, settings)
    transport = httpx2.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=transport, base_url="http://billing", timeout=30) as client,
    ):
        yield client


@pytest.fixture
async def api(
    database_of: Callable[[str], Awaitable[str]], keys: Keys, nats_server: NatsServer, bus: Nats
) -> AsyncIterator[httpx2.AsyncClient]:
    async with billing(await database_of("billing"), keys, nats_server.url) as client:
        yield client


@pytest.fixture
def admin(keys: Keys) -> dict[str, str]:
    return keys.bearer(Role.ADMIN)


async def poisoned(bus: Nats, *bodies: bytes, reason: str = "amount: '12,50' is not a decimal string") -> None:
    """Payments that their consumer terminates."""
    js = bus.jetstream()
    pull = await js.pull_subscribe_bind(durable=BILLING_PAYMENT.durable, stream=BILLING_PAYMENT.stream)
    for body in bodies:
        await js.publish(SUBJECT, body, headers={"ce-id": "one", "Nats-Msg-Id": "one-" + str(len(body))})
        for message in await pull.fetch(1, timeout=5):
            await chassis_bus.terminate(message, reason)
    await pull.unsubscribe()
    await bus.flush()


async def letters(api: httpx2.AsyncClient, headers: dict[str, str], count: int = 0) -> list[dict[str, Any]]:
    """Once there are as many."""
    async with asyncio.timeout(10):
        while True:
            page = (await api.get("/dead-letters", headers=headers)).json()
            if len(page["items"]) >= count:
                found: list[dict[str, Any]] = page["items"]
                return found
            await asyncio.sleep(0.02)


async def once_warm(api: httpx2.AsyncClient) -> httpx2.Response:
    """What `/readyz` says when nothing that it names is only starting: the processes that print take seconds."""
    async with asyncio.timeout(60):
        while "NotWarm" in (answer := await api.get("/readyz")).text:
            await asyncio.sleep(0.1)
        return answer


async def test_a_service_tells_what_waits_and_which_versions_it_speaks_to(
    api: httpx2.AsyncClient, admin: dict[str, str], bus: Nats
) -> None:
    await bus.jetstream().publish(SUBJECT, b"{}")

    state = (await api.get("/operations", headers=admin)).json()

    assert state["service"] == "billing"
    assert state["checks"]["nats"] == state["checks"]["database"] == "ok"
    assert state["outbox"] == {"rows": 0, "oldest_seconds": 0}
    by_name = {each["durable"]: each for each in state["consumers"]}
    assert set(by_name) == {"billing-payment", "billing-quote-accepted"}
    assert by_name["billing-payment"]["pending"] == 1
    assert by_name["billing-payment"]["is_listened_to"] is False
    assert by_name["billing-quote-accepted"]["pending"] == 0
    versions = state["versions"]
    assert versions["relance"] == VERSION
    assert versions["migration"] == versions["migration_expected"] == last_known("billing")
    assert versions["postgresql"][0].isdigit()
    assert versions["nats"][0].isdigit()


async def test_a_consumer_that_a_worker_asks_is_listened_to(
    api: httpx2.AsyncClient, admin: dict[str, str], bus: Nats
) -> None:
    pull = await bus.jetstream().pull_subscribe_bind(durable=BILLING_PAYMENT.durable, stream=BILLING_PAYMENT.stream)
    asking = asyncio.create_task(pull.fetch(1, timeout=5))
    async with asyncio.timeout(5):
        while True:
            state = (await api.get("/operations", headers=admin)).json()
            if {each["durable"]: each for each in state["consumers"]}["billing-payment"]["is_listened_to"]:
                break
            await asyncio.sleep(0.02)
    asking.cancel()


async def test_without_the_bus_the_rest_is_told_all_the_same(
    database_of: Callable[[str], Awaitable[str]], keys: Keys, admin: dict[str, str]
) -> None:
    async with billing(await database_of("billing"), keys, NOWHERE) as api:
        answer = await api.get("/operations", headers=admin)
        refused = await api.get("/dead-letters", headers=admin)
        ready = await once_warm(api)

    state = answer.json()
    assert answer.status_code == 200
    assert state["checks"]["database"] == "ok"
    assert state["checks"]["nats"] != "ok"
    assert state["consumers"] is state["dead_letters"] is None
    assert state["outbox"] is not None
    assert refused.status_code == 503
    assert refused.json()["type"] == "urn:relance:problem:bus_unavailable"
    assert ready.status_code == 200, ready.text


async def test_a_dead_letter_is_shown_with_its_message_and_delivered_again_once(
    api: httpx2.AsyncClient, admin: dict[str, str], bus: Nats
) -> None:
    body = json.dumps({"organisation": "demo", "amount": "12,50"}).encode()
    await poisoned(bus, body)

    [letter] = await letters(api, admin, 1)
    replayed = await api.post(f"/dead-letters/{letter['id']}/replay", headers=admin)
    again = await api.post(f"/dead-letters/{letter['id']}/replay", headers=admin)

    assert letter["reason"] == "amount: '12,50' is not a decimal string"
    assert (letter["type"], letter["body"], letter["consumer"]) == (SUBJECT, body.decode(), "billing-payment")
    assert replayed.status_code == 202
    assert again.status_code == 404
    assert await letters(api, admin) == []
    info = await bus.jetstream().stream_info("PAYMENTS")
    assert info.state.messages == 2


async def test_a_message_of_another_organisation_is_not_seen_nor_delivered_again(
    api: httpx2.AsyncClient, admin: dict[str, str], keys: Keys, bus: Nats
) -> None:
    theirs = keys.bearer(Role.ADMIN, organisation="other")
    await poisoned(bus, b'{"data": {"organisation": "demo"}}', b'{"organisation": "other"} ')

    [own] = await letters(api, admin, 1)
    [other] = await letters(api, theirs, 1)

    assert own["body"] == '{"data": {"organisation": "demo"}}'
    assert other["body"] == '{"organisation": "other"} '
    assert (await api.post(f"/dead-letters/{own['id']}/replay", headers=theirs)).status_code == 404
    assert len(await letters(api, admin)) == 1


async def test_a_message_that_says_not_whose_it_is_is_told_without_its_content(
    api: httpx2.AsyncClient, admin: dict[str, str], keys: Keys, bus: Nats
) -> None:
    await poisoned(bus, b"\xff secret", reason="not JSON")

    for headers in (admin, keys.bearer(Role.ADMIN, organisation="other")):
        [letter] = await letters(api, headers, 1)
        assert (letter["body"], letter["type"], letter["reason"]) == (None, SUBJECT, "not JSON")


async def test_the_list_is_paged(api: httpx2.AsyncClient, admin: dict[str, str], bus: Nats) -> None:
    bodies = [json.dumps({"organisation": "demo", "n": "x" * n}).encode() for n in range(5)]
    await poisoned(bus, *bodies)
    await letters(api, admin, 5)

    seen: list[str] = []
    asked: dict[str, str] = {"limit": "2"}
    while True:
        page = (await api.get("/dead-letters", params=asked, headers=admin)).json()
        assert len(page["items"]) <= 2
        seen += [item["body"] for item in page["items"]]
        if page["next"] is None:
            break
        asked["cursor"] = page["next"]
    assert seen == [body.decode() for body in bodies]


@pytest.mark.parametrize("letter", ["0", "-1", "x", str(2**63)])
async def test_an_id_that_names_nothing_is_refused(api: httpx2.AsyncClient, admin: dict[str, str], letter: str) -> None:
    assert (await api.post(f"/dead-letters/{letter}/replay", headers=admin)).status_code == 422
