"""Who may do what, endpoint by endpoint, and that another organisation's quote is not there."""

from uuid import uuid4

import pytest

from chassis.auth import Role
from tests.services.quotes.shop import MONDAY, Shop

READERS = set(Role)
WRITERS = {Role.ADMIN, Role.SALES}
ENDPOINTS = [
    ("POST", "/quotes", WRITERS),
    ("GET", "/quotes", READERS),
    ("GET", "/quotes/totals", READERS),
    ("GET", "/quotes/{id}", READERS),
    ("PUT", "/quotes/{id}", WRITERS),
    ("GET", "/quotes/{id}/pdf", READERS),
    ("POST", "/quotes/{id}/send", WRITERS),
    ("POST", "/quotes/{id}/accept", WRITERS),
    ("POST", "/quotes/{id}/refuse", WRITERS),
    ("POST", "/quotes/{id}/expire", {Role.ADMIN, Role.SERVICE}),
    ("POST", "/quotes/accepted/tell-again", {Role.ADMIN}),
    ("PUT", "/quotes/{id}/stage", WRITERS),
    ("GET", "/quotes/{id}/link", WRITERS | {Role.SERVICE}),
    ("POST", "/quotes/{id}/link", WRITERS | {Role.SERVICE}),
    ("DELETE", "/quotes/{id}/link", WRITERS | {Role.SERVICE}),
    ("GET", "/pipeline", READERS),
    ("PUT", "/pipeline", {Role.ADMIN}),
    ("GET", "/operations", {Role.ADMIN}),
    ("GET", "/dead-letters", {Role.ADMIN}),
    ("POST", "/dead-letters/{letter_id}/replay", {Role.ADMIN}),
    ("GET", "/workflows/failing", {Role.ADMIN}),
    ("GET", "/customers/{customer_id}/export", {Role.ADMIN}),
    ("GET", "/customers/{customer_id}/erasure", {Role.ADMIN}),
]
FOR_EVERYONE = {
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/public/quotes/{secret}"),
    ("GET", "/public/quotes/{secret}/pdf"),
    ("POST", "/public/quotes/{secret}/accept"),
    ("POST", "/public/quotes/{secret}/refuse"),
}
STAGES = [{"key": kind, "names": {"fr": kind, "en": kind}, "kind": kind} for kind in ("open", "sent", "won", "lost")]


def body_of(shop: Shop, method: str, path: str) -> object:
    if path.endswith("accept"):
        return {"name": "Anne"}
    if path.endswith("tell-again"):
        return {"since": MONDAY.isoformat()}
    if path.endswith("stage"):
        return {"stage": "qualified"}
    if path == "/pipeline":
        return {"stages": STAGES}
    return shop.quote() if method == "PUT" or (path == "/quotes" and method == "POST") else {}


async def test_every_endpoint_is_listed_here(shop: Shop) -> None:
    spec = (await shop.client.get("/openapi.json")).json()

    served = {
        (method.upper(), path.replace("{quote_id}", "{id}")) for path in spec["paths"] for method in spec["paths"][path]
    }
    assert served - FOR_EVERYONE == {(method, path) for method, path, _ in ENDPOINTS}


@pytest.mark.parametrize(("method", "path", "allowed"), ENDPOINTS, ids=[f"{m} {p}" for m, p, _ in ENDPOINTS])
async def test_only_these_roles_may(shop: Shop, method: str, path: str, allowed: set[Role]) -> None:
    path = path.replace("{id}", str(uuid4())).replace("{letter_id}", "1").replace("{customer_id}", str(uuid4()))
    body = body_of(shop, method, path)

    answers = {role: (await shop.ask(method, path, body, role)).status_code for role in Role}

    assert {role for role, status in answers.items() if status == 403} == set(Role) - allowed
    assert not {role for role, status in answers.items() if status in (401, 422, 500)}
    assert (await shop.client.request(method, path, json=body)).status_code == 401


@pytest.mark.parametrize(("method", "path"), [(m, p) for m, p, _ in ENDPOINTS if "{id}" in p])
async def test_a_quote_of_another_organisation_is_not_there(shop: Shop, method: str, path: str) -> None:
    sent = await shop.sent()
    shop.organisation = "other"
    path = path.replace("{id}", sent["id"])

    answer = await shop.ask(method, path, body_of(shop, method, path), Role.ADMIN)

    assert answer.status_code == 404
    assert (await shop.do("GET", "/quotes"))["items"] == []
