"""The audit: told by every service, kept once, found again, never changed."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from chassis.auth import Role
from contracts.events import AuditRecorded, event_of_type
from services.identity.audit import use_cases as audit
from services.identity.throttle import use_cases as throttle
from services.identity.throttle.models import Target
from tests.services.identity.registry import EMAIL, Registry


async def keep(registry: Registry, **facts: Any) -> AuditRecorded:
    entry = AuditRecorded.model_validate(AuditRecorded.example | {"entry_id": str(uuid4())} | facts)
    async with registry.sessions() as session, session.begin():
        await audit.keep(entry, session)
    return entry


async def told(registry: Registry) -> list[AuditRecorded]:
    """What identity itself tells, in its outbox."""
    async with registry.sessions() as session:
        rows = await (await session.connection()).execute(text("select subject, body from outbox order by position"))
    events = [event_of_type(subject).model_validate_json(body) for subject, body in rows]
    return [event for event in events if isinstance(event, AuditRecorded)]


async def find(registry: Registry, **query: str) -> list[dict[str, Any]]:
    answer = await registry.ask("GET", "/audit", params=query)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def test_an_entry_is_found_by_each_of_its_facts(registry: Registry) -> None:
    entry = await keep(registry, at="2026-03-16T08:00:00Z")
    await keep(registry, at="2026-03-17T08:00:00Z", actor="other", actor_name="Bob", action="quotes.send_quote",
               object="quotes/1", changes=[], outcome="refused")  # fmt: skip

    for query in (
        {"actor": entry.actor},
        {"actor": "anne"},
        {"action": "billing."},
        {"object": entry.changes[0].object},
        {"outcome": "done"},
        {"to": "2026-03-17T00:00:00Z"},
    ):
        (found,) = await find(registry, **query)
        assert (found["actor_name"], found["changes"][0]["after"]) == ("Anne Brun", {"phone": "+33 5 53 00 00 00"})
    assert [each["actor_name"] for each in await find(registry, **{"from": "2026-03-17T00:00:00Z"})] == ["Bob"]
    assert [each["actor_name"] for each in await find(registry)] == ["Bob", "Anne Brun"]


@pytest.mark.parametrize("descriptions", [["Toiture"], ["Toiture " * 120] * 4])
async def test_the_discount_of_a_quote_is_told_to_those_who_may_see_it(
    registry: Registry, descriptions: list[str]
) -> None:
    lines = [
        {"description": each, "unit_price": "17.35", "discount_percent": "12.5", "net": "15.18"}
        for each in descriptions
    ]
    told_as = str(lines)[:2000] if len(lines) > 1 else lines
    change = {"object": "quotes/1", "before": {"lines": told_as}, "after": {"subject": "Toit", "lines": told_as}}
    await keep(registry, service="quotes", action="quotes.change_quote", object="quotes/1", changes=[change])
    await keep(registry)
    names, rights = {"en": "Auditor"}, ["audit.read"]
    seen = {}
    for access in ("hidden", "visible"):
        fields = {"quotes.discount": access}
        await registry.do("PUT", f"/profiles/{access}", {"names": names, "rights": rights, "fields": fields})
        key = await registry.do("POST", "/api-keys", {"name": access, "profile": access})
        seen[access] = (await registry.do("GET", "/audit?action=quotes.", secret=key["secret"]))["items"][0]["changes"]

    assert seen["visible"] == [change]
    (hidden,) = seen["hidden"]
    assert (hidden["object"], hidden["after"]["subject"]) == ("quotes/1", "Toit")
    assert not any(secret in str(hidden) for secret in ("17.35", "12.5"))
    if isinstance(told_as, list):
        line = {"description": "Toiture", "unit_price": "(hidden)", "discount_percent": "(hidden)", "net": "15.18"}
        assert hidden["before"]["lines"] == [line]


async def test_an_entry_told_twice_is_kept_once_and_is_its_organisations_alone(registry: Registry) -> None:
    entry = await keep(registry)
    await keep(registry, entry_id=str(entry.entry_id))
    await keep(registry, organisation="other")

    assert len(await find(registry)) == 1


async def test_the_database_refuses_to_change_an_entry(registry: Registry) -> None:
    await keep(registry)

    for statement in ("update audit_entries set actor = 'x'", "delete from audit_entries"):
        async with registry.sessions() as session:
            with pytest.raises(DBAPIError, match="never changes"):
                await (await session.connection()).execute(text(statement))


async def test_sign_ins_and_refused_ones_are_told_with_their_address(registry: Registry) -> None:
    await registry.try_to_sign_in(password="wrong")
    await registry.try_to_sign_in("nobody@example.com")
    await registry.sign_in()

    entries = [(each.action, each.outcome, each.actor_name, each.reason, each.address) for each in await told(registry)]
    assert entries == [
        ("identity.sign_in", "refused", "Anne Brun", "wrong password", "192.0.2.7"),
        ("identity.sign_in", "refused", "nobody@example.com", "no such user", "192.0.2.7"),
        ("identity.sign_in", "done", "Anne Brun", "password", "192.0.2.7"),
    ]
    assert EMAIL not in str(entries)


async def locks_told(registry: Registry) -> list[tuple[str, str | None]]:
    """Who tried to sign in while it was locked, and from where."""
    entries = [each for each in await told(registry) if each.reason == "locked"]
    assert {(each.action, each.outcome) for each in entries} <= {("identity.sign_in", "refused")}
    return [(each.actor_name, each.address) for each in entries]


async def test_who_tries_a_locked_account_is_told_once_for_each_lock(registry: Registry) -> None:
    for _ in range(5):
        await registry.try_to_sign_in(password="wrong")
    assert await locks_told(registry) == []

    tried = (registry.try_to_sign_in(address=f"192.0.2.{each}") for each in range(20))
    assert {answer.status_code for answer in await asyncio.gather(*tried)} == {429}
    ((name, _),) = await locks_told(registry)
    assert name == "Anne Brun"

    registry.wait(timedelta(seconds=2))
    assert (await registry.try_to_sign_in(password="wrong")).status_code == 401
    assert (await registry.try_to_sign_in()).status_code == 429
    assert [who for who, _ in await locks_told(registry)] == ["Anne Brun", "Anne Brun"]


async def test_of_two_that_a_lock_refuses_at_the_same_time_one_tells_it(registry: Registry) -> None:
    for _ in range(5):
        await registry.try_to_sign_in(password="wrong")

    async def is_told() -> bool:
        async with registry.sessions() as session, session.begin():
            is_news = await throttle.is_news(session, Target.ACCOUNT, EMAIL, now=registry.now())
            await asyncio.sleep(0.2)
            await throttle.tell(session, Target.ACCOUNT, EMAIL, now=registry.now())
            return is_news

    assert sorted(await asyncio.gather(is_told(), is_told())) == [False, True]


async def test_a_locked_address_is_told_once_with_whoever_was_tried_first(registry: Registry) -> None:
    for each in range(30):
        await registry.try_to_sign_in(f"user{each}@example.com", "wrong")
    for email in ("nobody@example.com", EMAIL, "nobody@example.com"):
        assert (await registry.try_to_sign_in(email)).status_code == 429

    assert await locks_told(registry) == [("nobody@example.com", "192.0.2.7")]


async def test_among_several_organisations_nobody_is_told_of_unknown_addresses_nor_misses_a_known_one(
    registry: Registry,
) -> None:
    await registry.admin("other", "bob@other.example")
    for each in range(30):
        await registry.try_to_sign_in(f"user{each}@example.com", "wrong")
    for email in ("nobody@example.com", "bob@other.example", EMAIL):
        assert (await registry.try_to_sign_in(email)).status_code == 429

    assert [(each.organisation, each.actor_name, each.reason) for each in await told(registry)] == [
        ("other", "Anne Brun", "locked")
    ]


REFUSAL = {"right": "users.write", "path": "/people/users", "action": "users"}


async def test_what_the_console_refuses_is_told_of_its_reader_and_not_without_end(registry: Registry) -> None:
    viewer = registry.keys.bearer(Role.VIEWER)
    answers = [
        (await registry.client.post("/audit/refusals", json=REFUSAL, headers=viewer)).status_code for _ in range(54)
    ]

    assert answers == [204] * 51 + [429] * 3
    entries = await told(registry)
    assert len(entries) == 51
    assert (entries[0].actor, entries[0].organisation, entries[0].profile) == ("somebody", "demo", "viewer")
    assert (entries[0].action, entries[0].object, entries[0].outcome) == ("console.users", "/people/users", "refused")


@pytest.mark.parametrize("role", [Role.ADMIN, Role.SERVICE])
async def test_no_refusal_is_told_of_who_has_the_right_nor_of_a_service(registry: Registry, role: Role) -> None:
    answer = await registry.client.post("/audit/refusals", json=REFUSAL, headers=registry.keys.bearer(role))

    assert answer.status_code == 204
    assert await told(registry) == []


@pytest.mark.parametrize("change", [{"right": "x"}, {"path": "x" * 501}, {"path": ""}, {"action": "No Name"}])
async def test_a_refusal_of_nothing_known_is_malformed(registry: Registry, change: dict[str, str]) -> None:
    assert (await registry.ask("POST", "/audit/refusals", REFUSAL | change)).status_code == 422
