"""Sessions and their tokens: where one is signed in, signing out, and when it ends by itself."""

from datetime import timedelta

import jwt

from tests.services.identity.registry import EMAIL, Registry


async def test_a_person_sees_their_devices_and_signs_one_out(registry: Registry) -> None:
    here, elsewhere = await registry.sign_in(), await registry.sign_in()
    devices = (await registry.do("GET", "/sessions", secret=here))["items"]
    (other,) = [device for device in devices if not device["is_current"]]

    await registry.do("DELETE", f"/sessions/{other['id']}", secret=here)

    assert (len(devices), other["user_agent"], other["address"]) == (2, "Firefox", "192.0.2.7")
    assert (await registry.exchange(elsewhere)).status_code == 401
    assert len((await registry.do("GET", "/sessions", secret=here))["items"]) == 1


async def test_signing_out_everywhere_ends_every_session(registry: Registry) -> None:
    secrets = [await registry.sign_in() for _ in range(3)]

    await registry.do("DELETE", "/sessions", secret=secrets[0])

    assert [(await registry.exchange(secret)).status_code for secret in secrets] == [401, 401, 401]


async def test_signing_out_ends_this_session_alone(registry: Registry) -> None:
    here, elsewhere = await registry.sign_in(), await registry.sign_in()

    await registry.do("DELETE", "/sessions/current", secret=here)

    assert (await registry.exchange(here)).status_code == 401
    assert (await registry.exchange(elsewhere)).status_code == 201


async def test_a_session_that_is_not_used_ends_and_one_that_is_ends_too(registry: Registry) -> None:
    idle, used = await registry.sign_in(), await registry.sign_in()
    for _ in range(28):
        registry.wait(timedelta(hours=11))
        if (await registry.exchange(used)).status_code != 201:
            break

    assert (await registry.exchange(idle)).status_code == 401
    assert timedelta(days=12) < registry.moved
    registry.wait(timedelta(days=2))
    assert (await registry.exchange(used)).status_code == 401


async def test_a_page_that_only_listens_does_not_use_its_session(registry: Registry) -> None:
    secret = await registry.sign_in()
    headers, look = {"authorization": f"Bearer {secret}"}, {"address": "192.0.2.9", "is_use": False}
    registry.wait(timedelta(hours=11))
    assert (await registry.client.post("/tokens", json=look, headers=headers)).status_code == 201
    registry.wait(timedelta(hours=2))

    assert (await registry.exchange(secret)).status_code == 401


async def test_another_persons_session_is_not_there(registry: Registry) -> None:
    await registry.admin("other", "bob@other.example")
    mine, theirs = await registry.sign_in(), await registry.sign_in("bob@other.example")
    (device,) = (await registry.do("GET", "/sessions", secret=theirs))["items"]

    assert (await registry.ask("DELETE", f"/sessions/{device['id']}", secret=mine)).status_code == 404
    assert (await registry.exchange(theirs)).status_code == 201


async def test_a_secret_that_is_none_is_refused(registry: Registry) -> None:
    for secret in ("rls_x", "rlk_x", "x", "rls_" + "a" * 43):
        assert (await registry.exchange(secret)).status_code == 401
    assert (await registry.client.post("/tokens")).status_code == 401


async def test_a_token_says_who_from_where_in_which_session_and_what_they_may(registry: Registry) -> None:
    secret = await registry.sign_in()
    answer = await registry.client.post(
        "/tokens", json={"address": "203.0.113.5"}, headers={"authorization": f"Bearer {secret}"}
    )

    claims = jwt.decode(answer.json()["access_token"], options={"verify_signature": False})
    assert claims["email"] == EMAIL
    assert (claims["org"], claims["name"], claims["profile"], claims["from"]) == (
        *("demo", "Anne Brun", "admin", "203.0.113.5"),
    )
    assert claims["exp"] - claims["iat"] == 300
    assert "users.write" in claims["rights"]
    assert (await registry.do("GET", "/sessions", secret=secret))["items"][0]["id"] == claims["sid"]


async def test_a_person_changes_their_language_and_theme(registry: Registry) -> None:
    secret = await registry.sign_in()

    await registry.do("PUT", "/me", {"name": "Anne B.", "language": "en", "theme": "dark"}, secret=secret)

    me = await registry.do("GET", "/me", secret=secret)
    assert (me["name"], me["language"], me["theme"]) == ("Anne B.", "en", "dark")
    assert (await registry.ask("GET", "/me")).status_code == 403  # a token of no person
