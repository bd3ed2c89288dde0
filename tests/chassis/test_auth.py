"""Who calls: a valid token of our issuer, with the right; anything else is told why not."""

import json
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import jwt
import pytest

from chassis import checked_tokens
from chassis.auth import Role, Unauthorised
from chassis.clock import real_now
from chassis.key_set import KeysOutOfReach
from contracts.profiles import DEFAULT_PROFILES
from contracts.rights import Right
from tests.support.tokens import Keys, a_key_set, new_keys

LACKS = "The right quotes.write is needed; the profile {} does not have it."
WHO: dict[str, object] = {"sub": "anne", "org": "demo", "profile": "admin", "rights": list(Right)}
CLAIMS: dict[str, object] = WHO | {"iss": "relance", "aud": "relance"}


async def answer(shop: httpx2.AsyncClient, token: str, method: str = "GET", path: str = "/orders/mine") -> str:
    """The status, and the detail of a refusal."""
    response = await shop.request(method, path, headers={"authorization": f"Bearer {token}"}, json={"what": "a"})
    return f"{response.status_code} {response.json().get('detail', '')}"


def token_of(keys: Keys, *roles: Role, lives: timedelta = timedelta(minutes=1)) -> str:
    return keys.mint().token("anne", "demo", list(roles), lives=lives)


def signed_raw(claims: dict[str, object], keys: Keys) -> str:
    """Signed without a look at the claims, as a library that is not ours might."""
    body = json.dumps(claims).encode()
    return jwt.api_jws.encode(body, keys.private.read_text(), algorithm="EdDSA", headers={"kid": "tests"})


def elsewhere(directory: Path) -> Path:
    other = directory / "elsewhere"
    other.mkdir()
    return other


async def test_a_valid_token_says_for_which_organisation(shop: httpx2.AsyncClient, keys: Keys) -> None:
    response = await shop.get("/orders/mine", headers=keys.bearer(Role.VIEWER, organisation="autre"))

    assert response.json() == {"organisation": "autre"}


async def test_without_a_token_it_says_what_is_expected(shop: httpx2.AsyncClient) -> None:
    for headers in ({}, {"authorization": "Basic YTpi"}, {"authorization": "Bearer"}):
        response = await shop.get("/orders/mine", headers=headers)
        assert response.status_code == 401
        assert response.json()["detail"] == "header Authorization: a bearer token is expected"


async def test_an_expired_token_is_refused(shop: httpx2.AsyncClient, keys: Keys) -> None:
    assert await answer(shop, token_of(keys, Role.ADMIN, lives=timedelta(seconds=-11))) == (
        "401 token: the token has expired; expected a valid token of relance"
    )


async def test_a_token_that_was_found_good_expires_nevertheless(tmp_path: Path) -> None:
    keys = new_keys(tmp_path)
    keyset, token, now = a_key_set(str(keys.jwks)), token_of(keys, Role.ADMIN), real_now()
    first = await keyset.caller(token, now=now)

    assert await keyset.caller(token, now=now + timedelta(seconds=30)) is first
    for _ in range(2):
        with pytest.raises(Unauthorised, match="the token has expired"):
            await keyset.caller(token, now=now + timedelta(seconds=75))


async def test_a_token_that_was_found_good_is_checked_again_when_its_key_was_replaced(tmp_path: Path) -> None:
    keys = new_keys(tmp_path)
    keyset, token, now = a_key_set(str(keys.jwks)), token_of(keys, Role.ADMIN, lives=timedelta(days=1)), real_now()
    await keyset.caller(token, now=now)

    new_keys(tmp_path)

    with pytest.raises(Unauthorised, match="Signature verification failed"):
        await keyset.caller(token, now=now + timedelta(minutes=6))


async def test_no_more_than_a_thousand_tokens_are_remembered_and_none_of_them_as_it_is(tmp_path: Path) -> None:
    keys = new_keys(tmp_path)
    keyset, token = a_key_set(str(keys.jwks)), token_of(keys, Role.ADMIN)
    await keyset.caller(token, now=real_now())
    (checked,) = keyset.checked.known.values()

    for number in range(checked_tokens.MOST):
        keyset.checked.keep(str(number), checked)

    assert len(keyset.checked.known) == checked_tokens.MOST
    assert keyset.checked.find(token) is None
    assert all(len(digest) == 32 for digest in keyset.checked.known)


@pytest.mark.parametrize("token", ["x", "a.b.c", "e30.e30.e30", "\x7f"])
async def test_what_is_no_token_is_refused(shop: httpx2.AsyncClient, token: str) -> None:
    assert (await answer(shop, token)).startswith("401 token: ")


async def test_a_token_of_another_issuer_or_for_another_audience_is_refused(
    shop: httpx2.AsyncClient, keys: Keys
) -> None:
    foreign = replace(keys.mint(), issuer="elsewhere").token("anne", "demo", [Role.ADMIN])
    elsewhere = replace(keys.mint(), audience="elsewhere").token("anne", "demo", [Role.ADMIN])

    assert (await answer(shop, foreign)).startswith("401 token: Invalid issuer")
    assert "Audience doesn't match" in await answer(shop, elsewhere)


async def test_a_token_signed_by_another_key_is_refused(shop: httpx2.AsyncClient, keys: Keys, tmp_path: Path) -> None:
    same_name = new_keys(tmp_path)
    other_name = replace(same_name.mint(), kid="stranger").token("anne", "demo", [Role.ADMIN])

    assert "Signature verification failed" in await answer(shop, token_of(same_name, Role.ADMIN))
    assert "signed by a key that is not of this issuer" in await answer(shop, other_name)


async def test_a_token_without_a_signature_or_signed_by_what_is_public_is_refused(
    shop: httpx2.AsyncClient, keys: Keys
) -> None:
    claims = CLAIMS | {"exp": time.time() + 60}
    public = json.loads(keys.jwks.read_text())["keys"][0]["x"]
    unsigned = jwt.encode(claims, "", algorithm="none", headers={"kid": "tests"})
    confused = jwt.encode(claims, public, algorithm="HS256", headers={"kid": "tests"})

    for token in (unsigned, confused):
        assert (await answer(shop, token)).startswith("401 token: ")


@pytest.mark.parametrize("missing", ["exp", "iss", "aud", "sub", "org", "profile", "rights"])
async def test_a_token_that_leaves_something_out_is_refused(shop: httpx2.AsyncClient, keys: Keys, missing: str) -> None:
    claims = CLAIMS | {"exp": time.time() + 60}
    del claims[missing]
    token = jwt.encode(claims, keys.private.read_text(), algorithm="EdDSA", headers={"kid": "tests"})

    assert missing in await answer(shop, token)


@pytest.mark.parametrize("rights", ["quotes.write", 7, [["quotes.write"]], {"quotes.write": True}])
async def test_rights_that_are_no_list_of_names_are_refused(
    shop: httpx2.AsyncClient, keys: Keys, rights: object
) -> None:
    claims = CLAIMS | {"exp": time.time() + 60, "rights": rights}
    token = jwt.encode(claims, keys.private.read_text(), algorithm="EdDSA", headers={"kid": "tests"})

    assert "rights" in await answer(shop, token)


async def test_a_right_of_a_newer_issuer_opens_nothing_here(shop: httpx2.AsyncClient, keys: Keys) -> None:
    claims = CLAIMS | {"exp": time.time() + 60, "rights": ["moon.read", "quotes.read"]}
    token = jwt.encode(claims, keys.private.read_text(), algorithm="EdDSA", headers={"kid": "tests"})

    assert (await answer(shop, token)).startswith("200")
    assert (await answer(shop, token, "POST", "/orders")).startswith("403")


@pytest.mark.parametrize(
    ("roles", "status"),
    [
        ([Role.SALES], "201"),
        ([Role.ADMIN], "201"),
        ([Role.VIEWER, Role.SALES], "201"),
        ([Role.VIEWER], f"403 {LACKS.format('viewer')}"),
        (
            [Role.ACCOUNTANT, Role.SERVICE],
            f"403 {LACKS.format('accountant+service')}",
        ),
        ([], f"403 {LACKS.format('')}"),
    ],
)
async def test_a_profile_that_may_not_is_told_which_right_it_lacks(
    shop: httpx2.AsyncClient, keys: Keys, roles: Sequence[Role], status: str
) -> None:
    assert (await answer(shop, token_of(keys, *roles), "POST", "/orders")).strip() == status


async def test_a_new_key_is_found_without_a_restart_and_a_withdrawn_one_is_refused(tmp_path: Path) -> None:
    first = new_keys(tmp_path, "first")
    keyset = a_key_set(str(first.jwks))
    old, now = token_of(first, Role.ADMIN, lives=timedelta(days=1)), real_now()
    await keyset.caller(old, now=now)

    second = new_keys(tmp_path, "second")
    new = token_of(second, Role.ADMIN, lives=timedelta(days=1))
    with pytest.raises(Unauthorised, match="not of this issuer"):
        await keyset.caller(new, now=now + timedelta(seconds=1))

    assert (await keyset.caller(new, now=now + timedelta(seconds=6))).subject == "anne"
    with pytest.raises(Unauthorised, match="not of this issuer"):
        await keyset.caller(old, now=now + timedelta(seconds=7))


async def test_two_keys_at_a_time_are_both_good(tmp_path: Path) -> None:
    first = new_keys(tmp_path, "first")
    old, old_keys = token_of(first, Role.ADMIN), json.loads(first.jwks.read_text())["keys"]
    second = new_keys(tmp_path, "second")
    both = json.loads(second.jwks.read_text())["keys"] + old_keys
    second.jwks.write_text(json.dumps({"keys": both}))
    keyset = a_key_set(str(second.jwks))

    for token in (old, token_of(second, Role.ADMIN)):
        assert (await keyset.caller(token, now=real_now())).organisation == "demo"


async def test_what_was_read_stays_good_while_the_issuer_is_away_and_a_stranger_is_told_to_try_again(
    tmp_path: Path,
) -> None:
    ours, strange = new_keys(tmp_path, "ours"), new_keys(elsewhere(tmp_path), "strange")
    keyset, now = a_key_set(str(ours.jwks)), real_now()
    token = token_of(ours, Role.ADMIN, lives=timedelta(days=1))
    await keyset.caller(token, now=now)

    ours.jwks.unlink()

    assert (await keyset.caller(token, now=now + timedelta(hours=1))).subject == "anne"
    with pytest.raises(KeysOutOfReach):
        await keyset.caller(token_of(strange, Role.ADMIN), now=now + timedelta(hours=1))


async def test_a_key_with_a_ceiling_makes_no_token_that_may_do_more(tmp_path: Path) -> None:
    keys = new_keys(tmp_path)
    (key,) = json.loads(keys.jwks.read_text())["keys"]
    keys.jwks.write_text(json.dumps({"keys": [key | {"relance_profile": "service"}]}))

    caller = await a_key_set(str(keys.jwks)).caller(token_of(keys, Role.ADMIN), now=real_now())

    assert (caller.profile, caller.rights) == ("service", DEFAULT_PROFILES[Role.SERVICE].rights)


async def test_several_key_sets_are_asked(tmp_path: Path) -> None:
    first, second = new_keys(tmp_path, "first"), Keys(tmp_path / "p2", tmp_path / "j2")
    token = token_of(first, Role.VIEWER)
    other = new_keys(elsewhere(tmp_path), "second")
    keyset = a_key_set(str(other.jwks), str(first.jwks), str(second.jwks))

    assert (await keyset.caller(token, now=real_now())).profile == "viewer"
    assert (await keyset.caller(token_of(other, Role.SALES), now=real_now())).profile == "sales"


@pytest.mark.parametrize(
    "times", [{"nbf": 60}, {"iat": 60}, {"exp": "soon"}, {"exp": True}, {"exp": None}, {"exp": float("nan")}]
)
async def test_a_token_of_another_time_is_refused(shop: httpx2.AsyncClient, keys: Keys, times: dict[str, Any]) -> None:
    now = time.time()
    moved = {name: now + at if type(at) is int else at for name, at in times.items()}
    token = signed_raw(CLAIMS | {"exp": now + 60} | moved, keys)

    assert (await answer(shop, token)).startswith("401 token: ")
