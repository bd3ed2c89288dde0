"""Saved views: each is its user's alone."""

from typing import Any

import pytest

from chassis.auth import Role
from tests.services.identity.registry import PASSWORD, Registry

LATE: dict[str, Any] = {"page": "receivables", "name": "Late in Lyon", "query": "late=true&q=Lyon"}


async def bob(registry: Registry) -> str:
    """The secret of a session in another organisation."""
    await registry.admin("other", "bob@other.example")
    return await registry.sign_in("bob@other.example", PASSWORD)


async def names(registry: Registry, secret: str, page: str = "receivables") -> list[str]:
    found = await registry.do("GET", f"/views?page={page}", secret=secret)
    return [each["name"] for each in found["items"]]


async def test_a_person_keeps_renames_and_drops_views_of_a_page(registry: Registry) -> None:
    anne = await registry.sign_in()
    kept = await registry.do("POST", "/views", LATE, secret=anne)
    await registry.do("POST", "/views", LATE | {"page": "payments"}, secret=anne)
    await registry.do("POST", "/views", LATE | {"name": "All", "query": ""}, secret=anne)

    changed = await registry.do("PUT", f"/views/{kept['id']}", {"name": "Lyon", "query": "q=Lyon"}, secret=anne)

    assert (changed["name"], changed["query"], changed["page"]) == ("Lyon", "q=Lyon", "receivables")
    assert await names(registry, anne) == ["All", "Lyon"]
    await registry.do("DELETE", f"/views/{kept['id']}", secret=anne)
    assert await names(registry, anne) == ["All"]
    assert await names(registry, anne, "payments") == ["Late in Lyon"]


async def test_two_views_of_a_page_never_share_a_name(registry: Registry) -> None:
    anne = await registry.sign_in()
    await registry.do("POST", "/views", LATE, secret=anne)
    other = await registry.do("POST", "/views", LATE | {"name": "Other"}, secret=anne)

    again = await registry.ask("POST", "/views", LATE | {"name": " Late in Lyon "}, secret=anne)
    renamed = await registry.ask("PUT", f"/views/{other['id']}", {"name": "Late in Lyon", "query": ""}, secret=anne)

    assert [again.status_code, renamed.status_code] == [409, 409]
    assert again.json()["type"] == "urn:relance:problem:view_name_taken"
    assert await names(registry, anne) == ["Late in Lyon", "Other"]
    same = await registry.do("PUT", f"/views/{other['id']}", {"name": "Other", "query": "sort=due"}, secret=anne)
    assert same["query"] == "sort=due"


async def test_a_view_is_seen_and_changed_by_nobody_else(registry: Registry) -> None:
    anne, stranger = await registry.sign_in(), await bob(registry)
    kept = await registry.do("POST", "/views", LATE, secret=anne)

    changed = await registry.ask("PUT", f"/views/{kept['id']}", {"name": "Mine", "query": ""}, secret=stranger)
    dropped = await registry.ask("DELETE", f"/views/{kept['id']}", secret=stranger)

    assert [changed.status_code, dropped.status_code] == [404, 404]
    assert await names(registry, stranger) == []
    assert await names(registry, anne) == ["Late in Lyon"]


async def test_views_come_a_page_at_a_time(registry: Registry) -> None:
    anne = await registry.sign_in()
    for name in ("Été", "a", "b", "ça"):
        await registry.do("POST", "/views", LATE | {"name": name}, secret=anne)

    seen: list[str] = []
    path = "/views?page=receivables&limit=3"
    while path:
        found = await registry.do("GET", path, secret=anne)
        seen += [each["name"] for each in found["items"]]
        path = f"/views?page=receivables&limit=3&cursor={found['next']}" if found["next"] else ""

    assert sorted(seen) == sorted(["Été", "a", "b", "ça"])
    assert len(seen) == 4


async def test_the_same_post_twice_keeps_one_view(registry: Registry) -> None:
    anne = await registry.sign_in()
    token = await registry.token(anne)
    headers = {"authorization": f"Bearer {token}", "idempotency-key": "once"}

    first = await registry.client.post("/views", json=LATE, headers=headers)
    second = await registry.client.post("/views", json=LATE, headers=headers)

    assert (first.status_code, first.json()) == (second.status_code, second.json())
    assert await names(registry, anne) == ["Late in Lyon"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"query": "?late=true"}, "query"),
        ({"query": "x" * 2001}, "query"),
        ({"query": "a=\nb"}, "query"),
        ({"name": "   "}, "name"),
        ({"page": "//evil.example"}, "page"),
    ],
)
async def test_what_no_page_could_have_is_refused(registry: Registry, wrong: dict[str, str], field: str) -> None:
    anne = await registry.sign_in()

    refused = await registry.ask("POST", "/views", LATE | wrong, secret=anne)

    assert refused.status_code == 422, refused.text
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)


async def test_a_key_has_no_views(registry: Registry) -> None:
    refused = await registry.client.get("/views?page=receivables", headers=registry.keys.bearer(Role.ADMIN))

    assert (refused.status_code, refused.json()["type"]) == (403, "urn:relance:problem:not_a_person")
