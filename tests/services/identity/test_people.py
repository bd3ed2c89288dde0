"""Users, profiles, keys and the organisation: what admins do, and what nobody can."""

import asyncio
from datetime import timedelta
from typing import Any

import jwt
import pytest
from sqlmodel import col, select

from chassis.auth import Role
from chassis.outbox import OutboxMessage
from contracts.events import UserLocked
from tests.services.identity.registry import EMAIL, PASSWORD, Registry

CLERK: dict[str, Any] = {"names": {"en": "Clerk", "fr": "Employé"}, "rights": ["customers.read", "users.write"]}


def a_user(email: str = "bob@atelier-brun.example", **changes: object) -> dict[str, object]:
    return {"email": email, "name": "Bob", "language": "en", "profile": "sales"} | changes


async def anne(registry: Registry) -> dict[str, Any]:
    (user,) = [each for each in (await registry.do("GET", "/users"))["items"] if each["email"] == EMAIL]
    return dict(user)


async def test_an_admin_makes_changes_and_finds_users(registry: Registry) -> None:
    bob = await registry.do("POST", "/users", a_user("Bob@Atelier-Brun.example"))
    await registry.do("PUT", f"/users/{bob['id']}", a_user(name="Robert", profile="viewer"))

    found = (await registry.do("GET", "/users?q=robe"))["items"]

    assert [(each["email"], each["profile"]) for each in found] == [("bob@atelier-brun.example", "viewer")]
    taken = await registry.ask("POST", "/users", a_user())
    assert (taken.status_code, taken.json()["type"]) == (409, "urn:relance:problem:email_taken")
    unknown = await registry.ask("POST", "/users", a_user("c@example.com", profile="king"))
    assert (unknown.status_code, unknown.json()["errors"][0]["field"]) == (422, "profile")


@pytest.mark.parametrize("change", [{"profile": "viewer"}, {"is_active": False}])
async def test_the_last_admin_stays_one(registry: Registry, change: dict[str, object]) -> None:
    user = await anne(registry)
    body = a_user(EMAIL, profile="admin") | change

    refused = await registry.ask("PUT", f"/users/{user['id']}", body)
    await registry.do("POST", "/users", a_user(profile="admin"))
    allowed = await registry.ask("PUT", f"/users/{user['id']}", body)

    assert (refused.status_code, refused.json()["type"]) == (409, "urn:relance:problem:last_admin")
    assert allowed.status_code == 200


async def test_two_admins_cannot_demote_each_other_at_once(registry: Registry) -> None:
    first = await anne(registry)
    second = await registry.do("POST", "/users", a_user(profile="admin"))

    answers = await asyncio.gather(
        registry.ask("PUT", f"/users/{first['id']}", a_user(EMAIL, profile="viewer")),
        registry.ask("PUT", f"/users/{second['id']}", a_user(profile="viewer")),
    )

    assert sorted(answer.status_code for answer in answers) == [200, 409]


async def test_who_becomes_inactive_is_signed_out(registry: Registry) -> None:
    await registry.do("POST", "/users", a_user(profile="admin"))
    secret, user = await registry.sign_in(), await anne(registry)

    await registry.do("PUT", f"/users/{user['id']}", a_user(EMAIL, profile="admin", is_active=False))

    assert (await registry.exchange(secret)).status_code == 401


async def locked(registry: Registry) -> list[UserLocked]:
    """Whom identity told the others to be locked."""
    async with registry.sessions() as session:
        query = select(OutboxMessage.body).where(OutboxMessage.subject == UserLocked.type)
        bodies = (await session.exec(query.order_by(col(OutboxMessage.position)))).all()
    return [UserLocked.model_validate_json(body) for body in bodies]


async def test_the_other_services_are_told_who_may_no_longer_sign_in(registry: Registry) -> None:
    bob = await registry.do("POST", "/users", a_user())
    path = f"/users/{bob['id']}"
    await registry.do("PUT", path, a_user(profile="viewer"))
    assert await locked(registry) == []
    refused = await registry.ask("PUT", f"/users/{(await anne(registry))['id']}", a_user(EMAIL, is_active=False))
    assert (refused.status_code, await locked(registry)) == (409, [])

    await registry.do("PUT", path, a_user(is_active=False))
    await registry.do("PUT", path, a_user(is_active=True))

    (told,) = await locked(registry)
    assert (told.organisation, str(told.user_id)) == ("demo", bob["id"])


async def test_a_changed_profile_is_in_force_with_the_next_token(registry: Registry) -> None:
    secret = await registry.sign_in()
    await registry.do("POST", "/users", a_user(profile="admin"))
    await registry.do("PUT", "/profiles/clerk", CLERK)
    await registry.do("PUT", f"/users/{(await anne(registry))['id']}", a_user(EMAIL, profile="clerk"))
    before = jwt.decode(await registry.token(secret), options={"verify_signature": False})

    await registry.do("PUT", "/profiles/clerk", CLERK | {"rights": ["customers.read"]})

    after = jwt.decode(await registry.token(secret), options={"verify_signature": False})
    assert (before["rights"], after["rights"]) == (["customers.read", "users.write"], ["customers.read"])


async def test_the_default_profiles_are_there_may_be_changed_and_come_back(registry: Registry) -> None:
    await registry.do("PUT", "/profiles/sales", CLERK)
    changed = await registry.do("GET", "/profiles/sales")
    await registry.do("DELETE", "/profiles/sales")
    restored = await registry.do("GET", "/profiles/sales")

    assert [each["key"] for each in (await registry.do("GET", "/profiles"))["items"]] == list(Role)
    assert (changed["rights"], changed["is_changed"]) == (["customers.read", "users.write"], True)
    assert ("quotes.write" in restored["rights"], restored["is_changed"]) == (True, False)


async def test_the_admins_profile_cannot_be_changed(registry: Registry) -> None:
    refused = await registry.ask("PUT", "/profiles/admin", CLERK)

    assert (refused.status_code, refused.json()["type"]) == (409, "urn:relance:problem:admin_is_fixed")


async def test_a_profile_that_somebody_has_cannot_be_dropped(registry: Registry) -> None:
    await registry.do("PUT", "/profiles/clerk", CLERK)
    bob = await registry.do("POST", "/users", a_user(profile="clerk"))
    refused = await registry.ask("DELETE", "/profiles/clerk")
    await registry.do("PUT", f"/users/{bob['id']}", a_user())

    assert refused.status_code == 409
    assert (await registry.ask("DELETE", "/profiles/clerk")).status_code == 204
    assert (await registry.ask("GET", "/profiles/clerk")).status_code == 404


async def test_nobody_gives_what_they_do_not_have(registry: Registry) -> None:
    await registry.do("PUT", "/profiles/clerk", CLERK | {"rights": ["users.write", "profiles.write", "api_keys.write"]})
    key = await registry.do("POST", "/api-keys", {"name": "clerk", "profile": "clerk"})
    clerk = key["secret"]

    refused = [
        await registry.ask("POST", "/users", a_user("king@example.com", profile="admin"), secret=clerk),
        await registry.ask("PUT", f"/users/{(await anne(registry))['id']}", a_user(EMAIL), secret=clerk),
        await registry.ask("PUT", "/profiles/clerk", CLERK, secret=clerk),
        await registry.ask("PUT", "/profiles/own", {"names": {"en": "x"}, "rights": ["audit.read"]}, secret=clerk),
        await registry.ask("POST", "/api-keys", {"name": "more", "profile": "admin"}, secret=clerk),
    ]

    assert [each.status_code for each in refused] == [403] * 5


async def test_nobody_gives_a_stage_that_is_hidden_from_them_by_leaving_its_name_out(registry: Registry) -> None:
    rights = ["users.write", "profiles.write", "api_keys.write", "organisation.write"]
    own = {"*": "editable", "negotiation": "hidden"}
    await registry.do("PUT", "/profiles/clerk", CLERK | {"rights": rights, "stages": own})
    await registry.do("PUT", "/profiles/wide", CLERK | {"rights": [], "stages": {"*": "editable"}})
    clerk = (await registry.do("POST", "/api-keys", {"name": "clerk", "profile": "clerk"}))["secret"]
    rule = {"claim": "groups", "value": "all", "profile": "wide"}

    refused = [
        await registry.ask("PUT", "/profiles/own", CLERK | {"rights": [], "stages": {"*": "editable"}}, secret=clerk),
        await registry.ask("POST", "/users", a_user("king@example.com", profile="wide"), secret=clerk),
        await registry.ask("POST", "/api-keys", {"name": "more", "profile": "wide"}, secret=clerk),
        await registry.ask("PUT", "/organisation", {"name": "Demo", "rules": [rule]}, secret=clerk),
    ]

    assert [each.status_code for each in refused] == [403] * 4
    assert all("stage negotiation" in each.json()["detail"] for each in refused)
    same = CLERK | {"rights": [], "stages": own | {"won": "visible"}}
    assert (await registry.ask("PUT", "/profiles/own", same, secret=clerk)).status_code == 200


async def test_an_unknown_right_field_or_stage_is_named(registry: Registry) -> None:
    for wrong in ({"rights": ["moon.read"]}, {"fields": {"quotes.moon": "visible"}}, {"stages": {"A b": "visible"}}):
        answer = await registry.ask("PUT", "/profiles/clerk", CLERK | wrong)
        assert (answer.status_code, answer.json()["errors"][0]["field"].split(".")[0]) == (422, next(iter(wrong)))


async def test_a_key_is_shown_once_scoped_expires_and_can_be_revoked(registry: Registry) -> None:
    new = await registry.do(
        "POST", "/api-keys", {"name": "bank", "profile": "accountant", "rights": ["payments.record"]}
    )
    secret, claims = new["secret"], jwt.decode(await registry.token(new["secret"]), options={"verify_signature": False})
    listed = await registry.ask("GET", "/api-keys")

    assert claims["rights"] == ["payments.record"]
    assert claims["sub"] == f"key:{new['key']['id']}"
    assert secret not in listed.text
    assert listed.json()["items"][0]["hint"] == secret[-4:]

    short = await registry.do("POST", "/api-keys", {"name": "short", "profile": "viewer", "days": 1})
    registry.wait(timedelta(days=1))
    assert (await registry.exchange(short["secret"])).status_code == 401
    assert (await registry.exchange(secret)).status_code == 201
    await registry.do("DELETE", f"/api-keys/{new['key']['id']}")
    assert (await registry.exchange(secret)).status_code == 401


async def test_a_key_cannot_be_given_rights_beyond_its_profile(registry: Registry) -> None:
    answer = await registry.ask("POST", "/api-keys", {"name": "x", "profile": "viewer", "rights": ["payments.record"]})

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "rights")


async def test_secrets_are_kept_as_digests(registry: Registry) -> None:
    from sqlalchemy import text

    session_secret = await registry.sign_in()
    key = (await registry.do("POST", "/api-keys", {"name": "bank", "profile": "viewer"}))["secret"]
    async with registry.sessions() as session:
        connection = await session.connection()
        kept = ""
        for table in ("users", "sessions", "api_keys", "outbox", "idempotency_keys"):
            kept += str((await connection.execute(text(f"select * from {table}"))).all())  # noqa: S608 (our own names)

    assert "$argon2id$" in kept
    assert not [secret for secret in (session_secret, key, PASSWORD) if secret in kept]


async def test_people_and_keys_of_another_organisation_are_not_there(registry: Registry) -> None:
    await registry.admin("other", "carl@other.example")
    other = await registry.sign_in("carl@other.example")
    bob = await registry.do("POST", "/users", a_user())
    key = await registry.do("POST", "/api-keys", {"name": "bank", "profile": "viewer"})
    await registry.do("PUT", "/profiles/clerk", CLERK)

    for method, path, body in (
        ("GET", f"/users/{bob['id']}", None),
        ("PUT", f"/users/{bob['id']}", a_user()),
        ("DELETE", f"/api-keys/{key['key']['id']}", None),
        ("GET", "/profiles/clerk", None),
        ("DELETE", "/profiles/clerk", None),
    ):
        assert (await registry.ask(method, path, body, secret=other)).status_code == 404, path
    assert len((await registry.do("GET", "/users", secret=other))["items"]) == 1
    assert (await registry.do("GET", "/api-keys", secret=other))["items"] == []
    assert (await registry.do("GET", "/organisation", secret=other))["key"] == "other"
