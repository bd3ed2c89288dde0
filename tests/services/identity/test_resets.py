"""Choosing a new password by a link: asked for without a word of who is known, good once, for half an hour."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from uuid import uuid4

import pytest
from sqlmodel import select

from services.identity.resets import store
from services.identity.resets.models import PasswordReset
from services.identity.resets.sending import send_next
from services.identity.resets.waiting import Waiting
from services.identity.secrets import Kind, new_secret
from services.identity.throttle import use_cases as throttle
from services.identity.throttle.models import Target
from services.identity.users import store as users
from tests.services.identity.registry import EMAIL, PASSWORD, Registry
from tests.services.notify.relays import Drop, Relay, a_relay

CHOSEN = "a much better one"


@pytest.fixture
async def relay() -> AsyncIterator[Relay]:
    async with a_relay() as relay:
        yield relay


async def a_link(registry: Registry, relay: Relay) -> str:
    """The secret of the link in the e-mail that was asked for."""
    answer = await registry.client.post("/password-resets", json={"email": EMAIL})
    assert answer.status_code == 202
    assert await send(registry, relay)
    return secret_in(relay.mails[-1])


async def send(registry: Registry, relay: Relay, waiting: Waiting | None = None) -> bool:
    settings = registry.house.settings.model_copy(update={"smtp_port": relay.port, "smtp_timeout": 1})
    return await send_next(registry.sessions, settings, waiting or Waiting(), now=registry.now())


async def a_round(registry: Registry, relay: Relay, waiting: Waiting) -> list[str]:
    """To whom the links of a round went."""
    before = len(relay.recipients)
    while await send(registry, relay, waiting):
        pass
    return relay.recipients[before:]


async def who_ask(registry: Registry, *names: str) -> list[str]:
    """Users by these names, each of whom asks for a link, one after the other."""
    emails = [f"{name}@{name}.example" for name in names]
    for name, email in zip(names, emails, strict=True):
        await registry.admin(name, email)
        assert (await registry.client.post("/password-resets", json={"email": email})).status_code == 202
    return emails


def secret_in(mail: EmailMessage) -> str:
    (secret,) = re.findall(r"http://127\.0\.0\.1:8000/password-resets/(\S+)", str(mail.get_content()))
    return str(secret)


async def use(registry: Registry, secret: str, password: str = CHOSEN) -> int:
    return (await registry.client.put(f"/password-resets/{secret}", json={"password": password})).status_code


async def test_a_link_sets_the_password_once_and_signs_out_everywhere(registry: Registry, relay: Relay) -> None:
    session, link = await registry.sign_in(), await a_link(registry, relay)

    assert await use(registry, link, "short") == 422
    assert await use(registry, link) == 204
    assert await use(registry, link) == 404
    assert (await registry.exchange(session)).status_code == 401
    assert (await registry.try_to_sign_in(password=CHOSEN)).status_code == 201


async def test_a_link_is_good_for_half_an_hour(registry: Registry, relay: Relay) -> None:
    link = await a_link(registry, relay)
    registry.wait(timedelta(minutes=30))

    assert await use(registry, link) == 404


async def test_using_one_link_spends_the_others(registry: Registry, relay: Relay) -> None:
    first, second = await a_link(registry, relay), await a_link(registry, relay)

    assert await use(registry, second) == 204
    assert await use(registry, first) == 404


async def test_a_link_is_used_while_somebody_signs_in(registry: Registry, relay: Relay) -> None:
    link = await a_link(registry, relay)
    await registry.try_to_sign_in(password="wrong")
    async with registry.sessions() as session, session.begin():
        await throttle.forgive(session, Target.ACCOUNT, EMAIL)
        using = asyncio.create_task(use(registry, link))
        await asyncio.sleep(0.5)
        user = await users.by_email(session, EMAIL)
        assert user is not None
        await users.get(session, user.id, lock=True)

    assert await using == 204


async def test_a_link_that_never_was_is_refused(registry: Registry) -> None:
    assert await use(registry, new_secret(Kind.RESET)) == 404


async def test_asking_tells_nobody_who_is_known_and_writes_as_much(registry: Registry) -> None:
    known = await registry.client.post("/password-resets", json={"email": EMAIL})
    unknown = await registry.client.post("/password-resets", json={"email": "nobody@example.com"})

    assert (known.status_code, known.content) == (unknown.status_code, unknown.content)
    async with registry.sessions() as session:
        assert [row.user_id is None for row in await session.exec(select(PasswordReset))].count(True) == 1


async def test_asking_again_and_again_writes_no_more_links(registry: Registry) -> None:
    statuses = [(await registry.client.post("/password-resets", json={"email": EMAIL})).status_code for _ in range(6)]

    assert statuses == [202] * 6
    async with registry.sessions() as session:
        assert len((await session.exec(select(PasswordReset))).all()) == 3


@pytest.mark.parametrize(
    ("stage", "answer"),
    [("CONNECT", "421 busy"), ("MAIL", "451 later"), ("RCPT", "421 closing"), ("CONTENT", "421 closing")],
)
async def test_a_link_waits_for_the_relay_and_goes_out_once(
    registry: Registry, relay: Relay, stage: str, answer: str
) -> None:
    await registry.client.post("/password-resets", json={"email": EMAIL})
    waiting = Waiting()
    relay.will(stage, answer)

    sent = [await send(registry, relay, waiting) for _ in range(3)]

    assert (sent, len(relay.mails), relay.recipients[-1]) == ([False, True, False], 1, EMAIL)
    assert await use(registry, secret_in(relay.mails[0])) == 204


@pytest.mark.parametrize("stage", ["RCPT", "DATA", "CONTENT"])
async def test_one_that_the_relay_refuses_for_now_waits_longer_and_longer_while_the_others_go_out(
    registry: Registry, relay: Relay, stage: str
) -> None:
    bob, carla, dora = await who_ask(registry, "bob", "carla", "dora")
    waiting = Waiting()
    relay.will(stage, "451 greylisted, come back")

    assert await a_round(registry, relay, waiting) == [carla, dora]
    relay.will(stage, "451 greylisted, come back")
    assert await a_round(registry, relay, waiting) == []
    registry.wait(timedelta(seconds=2))
    assert await a_round(registry, relay, waiting) == []  # asked for the second time
    registry.wait(timedelta(seconds=3))
    assert await a_round(registry, relay, waiting) == []  # not asked
    registry.wait(timedelta(seconds=1))
    assert await a_round(registry, relay, waiting) == [bob]
    assert relay.connections == 5
    assert await use(registry, secret_in(relay.mails[-1])) == 204


async def test_a_relay_that_is_away_is_asked_once_a_round_and_then_takes_all(registry: Registry, relay: Relay) -> None:
    emails = await who_ask(registry, "bob", "carla", "dora")
    waiting = Waiting()
    relay.will("CONNECT", Drop(), "421 later")

    assert [await a_round(registry, relay, waiting) for _ in range(2)] == [[], []]
    assert relay.connections == 2
    assert await a_round(registry, relay, waiting) == emails


def test_a_link_waits_for_five_minutes_at_most_and_is_forgotten_when_nobody_tries_it() -> None:
    waiting, link, now = Waiting(), uuid4(), datetime(2026, 3, 2, tzinfo=UTC)
    waits = []
    for _ in range(12):
        waiting.refused(link, now=now)
        waits.append((waiting.links[link].until - now).total_seconds())
        now = waiting.links[link].until
        assert not waiting.at(now)
    other = uuid4()
    waiting.refused(other, now=now + timedelta(hours=1))

    assert waits == [2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300, 300]
    assert set(waiting.links) == {other}


async def test_a_corrected_address_ends_the_invitation_that_the_wrong_one_has(registry: Registry, relay: Relay) -> None:
    bob = {"email": "bob@atelier-brum.example", "name": "Bob", "language": "en", "profile": "admin"}
    user = await registry.do("POST", "/users", bob)
    await send(registry, relay)

    await registry.do("PUT", f"/users/{user['id']}", bob | {"email": "bob@atelier-brun.example"})
    registry.wait(timedelta(days=6))

    assert await use(registry, secret_in(relay.mails[0])) == 404
    await registry.do("POST", f"/users/{user['id']}/invitations")
    await send(registry, relay)
    assert relay.recipients[-1] == "bob@atelier-brun.example"
    assert await use(registry, secret_in(relay.mails[-1])) == 204


async def test_an_invitation_that_waits_does_not_go_out_after_its_user_is_locked(
    registry: Registry, relay: Relay
) -> None:
    bob = {"email": "bob@atelier-brun.example", "name": "Bob", "language": "en", "profile": "sales"}
    user = await registry.do("POST", "/users", bob)

    await registry.do("PUT", f"/users/{user['id']}", bob | {"is_active": False})
    await registry.do("PUT", f"/users/{user['id']}", bob)

    assert not await send(registry, relay)


async def test_a_password_changed_by_its_owner_ends_the_links(registry: Registry, relay: Relay) -> None:
    secret, link = await registry.sign_in(), await a_link(registry, relay)

    await registry.do("PUT", "/me/password", {"current": PASSWORD, "password": "another good one"}, secret=secret)

    assert await use(registry, link) == 404


async def test_a_link_is_looked_at_again_once_nobody_else_holds_its_user(registry: Registry, relay: Relay) -> None:
    link = await a_link(registry, relay)
    async with registry.sessions() as session, session.begin():
        user = await users.by_email(session, EMAIL)
        assert user is not None
        await users.get(session, user.id, lock=True)
        using = asyncio.create_task(use(registry, link))
        await asyncio.sleep(0.5)
        await store.spend_all(session, user.id, now=registry.now())

    assert await using == 404


async def test_a_new_user_is_invited_in_their_language_and_signs_in(registry: Registry, relay: Relay) -> None:
    bob = {"email": "bob@atelier-brun.example", "name": "Bob", "language": "en", "profile": "sales"}
    await registry.do("POST", "/users", bob)
    await send(registry, relay)
    registry.wait(timedelta(days=6))

    assert relay.mails[0]["subject"] == "Your access to Relance"
    assert await use(registry, secret_in(relay.mails[0])) == 204
    assert (await registry.try_to_sign_in(bob["email"], CHOSEN)).status_code == 201


async def test_the_link_is_kept_as_a_digest(registry: Registry, relay: Relay) -> None:
    link = await a_link(registry, relay)

    async with registry.sessions() as session:
        (row,) = (await session.exec(select(PasswordReset))).all()
    assert link not in row.model_dump_json()


async def test_an_address_that_the_relay_refuses_does_not_hold_up_the_others(registry: Registry, relay: Relay) -> None:
    await registry.admin("other", "bob@other.example")
    for email in (EMAIL, "bob@other.example"):
        await registry.client.post("/password-resets", json={"email": email})
    relay.will("RCPT", "550 no such user")

    sent = [await send(registry, relay) for _ in range(3)]

    assert (sent, [mail["to"] for mail in relay.mails]) == ([True, True, False], ["bob@other.example"])
