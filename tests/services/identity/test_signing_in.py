"""Signing in by password: who may, who is told nothing, and how long one who guesses waits."""

import asyncio
import time
from datetime import timedelta

import pytest
from pydantic import SecretStr, ValidationError

from services.identity.passwords import Passwords
from services.identity.settings import Settings
from services.identity.throttle.domain import ALLOWANCES
from services.identity.throttle.models import Target
from tests.services.identity.registry import EMAIL, PASSWORD, SEALING, Registry
from tests.support.tokens import Keys


async def test_a_person_signs_in_and_gets_tokens_with_the_rights_of_their_profile(registry: Registry) -> None:
    answer = await registry.try_to_sign_in("  ANNE@atelier-brun.example".strip())

    assert answer.status_code == 201
    assert answer.json()["user"]["profile"] == "admin"
    users = await registry.do("GET", "/users", secret=answer.json()["secret"])
    assert [user["email"] for user in users["items"]] == [EMAIL]


async def test_a_wrong_password_an_unknown_address_and_an_inactive_user_get_the_same_answer(registry: Registry) -> None:
    gone = await registry.do("POST", "/users", a_user("gone@atelier-brun.example"))
    await registry.do("PUT", f"/users/{gone['id']}", a_user("gone@atelier-brun.example", is_active=False))

    answers = [
        await registry.try_to_sign_in(EMAIL, "wrong"),
        await registry.try_to_sign_in("nobody@atelier-brun.example", "wrong"),
        await registry.try_to_sign_in("gone@atelier-brun.example", PASSWORD),
    ]

    assert [answer.status_code for answer in answers] == [401, 401, 401]
    assert len({answer.content for answer in answers}) == 1


async def test_an_unknown_address_takes_as_long_as_a_wrong_password() -> None:
    passwords = Passwords.of(Settings.model_construct(argon2_memory=65_536, argon2_time=3, passwords_at_once=4))
    kept = await passwords.hash(PASSWORD)

    async def least(hashed: str | None) -> float:
        spans = []
        for _ in range(5):
            began = time.perf_counter()
            assert not await passwords.is_right(hashed, "wrong")
            spans.append(time.perf_counter() - began)
        return min(spans)

    wrong, unknown = await least(kept), await least(None)
    assert 0.5 < wrong / unknown < 2


async def test_who_guesses_waits_longer_and_longer_and_the_right_password_waits_too(registry: Registry) -> None:
    for _ in range(5):
        assert (await registry.try_to_sign_in(password="wrong")).status_code == 401

    locked = await registry.try_to_sign_in()
    assert (locked.status_code, locked.headers["retry-after"]) == (429, "2")

    registry.wait(timedelta(seconds=2))
    assert (await registry.try_to_sign_in(password="wrong")).status_code == 401
    assert (await registry.try_to_sign_in()).headers["retry-after"] == "4"

    registry.wait(timedelta(seconds=4))
    assert (await registry.try_to_sign_in()).status_code == 201
    assert (await registry.try_to_sign_in(password="wrong")).status_code == 401
    assert (await registry.try_to_sign_in()).status_code == 201


async def test_an_account_that_nobody_has_is_locked_alike(registry: Registry) -> None:
    email = "nobody@atelier-brun.example"
    for _ in range(5):
        await registry.try_to_sign_in(email, "wrong")

    locked = await registry.try_to_sign_in(email)

    assert (locked.status_code, locked.headers["retry-after"]) == (429, "2")


async def test_a_hundred_guesses_at_once_are_five(registry: Registry) -> None:
    answers = await asyncio.gather(
        *(registry.try_to_sign_in(password=f"guess {each}", address=f"192.0.2.{each}") for each in range(100))
    )

    statuses = [answer.status_code for answer in answers]
    assert (statuses.count(401), statuses.count(429)) == (5, 95)


async def test_one_address_that_tries_many_accounts_is_locked(registry: Registry) -> None:
    for each in range(30):
        assert (await registry.try_to_sign_in(f"user{each}@example.com", "wrong")).status_code == 401

    assert (await registry.try_to_sign_in()).status_code == 429
    assert (await registry.try_to_sign_in(address="198.51.100.9")).status_code == 201


async def test_an_office_behind_one_address_signs_in_as_often_as_it_likes(registry: Registry) -> None:
    answers = [(await registry.try_to_sign_in()).status_code for _ in range(35)]

    assert answers == [201] * 35


async def test_what_ten_people_mistype_once_a_day_never_locks_their_address(registry: Registry) -> None:
    for _ in range(5):
        for person in range(10):
            assert (await registry.try_to_sign_in(f"user{person}@example.com", "wrong")).status_code == 401
        assert (await registry.try_to_sign_in()).status_code == 201
        registry.wait(timedelta(hours=23))


async def test_who_knows_one_password_guesses_no_more_of_the_others(registry: Registry) -> None:
    for each in range(30):
        assert (await registry.try_to_sign_in()).status_code == 201
        assert (await registry.try_to_sign_in(f"user{each}@example.com", "wrong")).status_code == 401

    locked = await registry.try_to_sign_in()
    assert (locked.status_code, locked.headers["retry-after"]) == (429, "2")
    registry.wait(timedelta(seconds=2))
    assert (await registry.try_to_sign_in()).status_code == 201
    assert (await registry.try_to_sign_in("another@example.com", "wrong")).status_code == 401
    assert (await registry.try_to_sign_in()).headers["retry-after"] == "4"


async def test_people_who_sign_in_at_once_from_one_address_do_not_stand_in_each_others_way(registry: Registry) -> None:
    people = [f"user{each}@atelier-brun.example" for each in range(3)]
    for each in people:
        await registry.admin(each.partition("@")[0], each)

    answers = await asyncio.gather(*(registry.try_to_sign_in(each) for each in people * 4))

    assert [answer.status_code for answer in answers] == [201] * 12


def test_the_delay_grows_to_a_quarter_of_an_hour() -> None:
    delays = [ALLOWANCES[Target.ACCOUNT].delay(failures).total_seconds() for failures in (1, 4, 5, 6, 10, 20, 500)]

    assert delays == [0, 0, 2, 4, 64, 900, 900]


async def test_a_temporary_password_opens_nothing_until_it_is_changed(registry: Registry) -> None:
    await registry.admin("other", "bob@other.example", is_temporary=True)
    answer = await registry.try_to_sign_in("bob@other.example")
    secret = answer.json()["secret"]

    assert answer.json()["user"]["must_change_password"]
    assert (await registry.ask("GET", "/users", secret=secret)).status_code == 403
    change = {"current": PASSWORD, "password": "a much better one"}
    await registry.do("PUT", "/me/password", change, secret=secret)
    assert (await registry.ask("GET", "/users", secret=secret)).status_code == 200
    assert not (await registry.do("GET", "/me", secret=secret))["must_change_password"]


@pytest.mark.parametrize("password", ["short", "aaaaaaaaaaaa", EMAIL, "x" * 201])
async def test_a_weak_password_is_refused(registry: Registry, password: str) -> None:
    secret = await registry.sign_in()

    answer = await registry.ask("PUT", "/me/password", {"current": PASSWORD, "password": password}, secret=secret)

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "password")
    assert password not in answer.text or len(password) < 10


async def test_a_changed_password_ends_the_other_sessions_and_guessing_the_current_one_is_throttled(
    registry: Registry,
) -> None:
    here, elsewhere = await registry.sign_in(), await registry.sign_in()
    change = {"current": PASSWORD, "password": "a much better one"}
    wrong = [
        (await registry.ask("PUT", "/me/password", change | {"current": "no"}, secret=here)).status_code
        for _ in range(6)
    ]
    registry.wait(timedelta(seconds=2))

    await registry.do("PUT", "/me/password", change, secret=here)

    assert wrong == [403] * 5 + [429]
    assert (await registry.exchange(here)).status_code == 201
    assert (await registry.exchange(elsewhere)).status_code == 401
    assert (await registry.try_to_sign_in()).status_code == 401
    assert (await registry.try_to_sign_in(password="a much better one")).status_code == 201


def a_user(email: str, *, profile: str = "viewer", is_active: bool = True) -> dict[str, object]:
    return {"email": email, "name": "Somebody", "profile": profile, "is_active": is_active}


def test_a_network_that_is_none_stops_the_start_and_not_each_sign_in(keys: Keys) -> None:
    with pytest.raises(
        ValidationError, match=r"'10\.42\.1\.0/16' is an address in a network; expected 10\.42\.0\.0/16"
    ):
        Settings(
            database_url=SecretStr("postgresql+asyncpg://a@b/c"), auth_jwks=str(keys.jwks),
            sealing_keys=SecretStr(SEALING), trusted_proxies="127.0.0.0/8,10.42.1.0/16",
        )  # fmt: skip
