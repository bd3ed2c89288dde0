"""Who may do what, endpoint by endpoint, and that another organisation's quote is not there."""

from uuid import uuid4

import pytest

from chassis.auth import Role
from tests.services.quotes.shop import Shop

READERS = set(Role)
WRITERS = {Role.ADMIN, Role.SALES}
ENDPOINTS = [
    ("POST", "/quotes", WRITERS),
    ("GET", "/quotes", READERS),
    ("GET", "/quotes/{id}", READERS),
    ("PUT", "/quotes/{id}", WRITERS),
    ("GET", "/quotes/{id}/pdf", READERS),
    ("POST", "/quotes/{id}/send", WRITERS),
    ("POST", "/quotes/{id}/accept", WRITERS),
    ("POST", "/quotes/{id}/refuse", WRITERS),
    ("POST", "/quotes/{id}/expire", {Role.ADMIN, Role.SERVICE}),
]


def body_of(shop: Shop, method: str, path: str) -> object:
    if path.endswith("accept"):
        return {"name": "Anne"}
    return shop.quote() if method == "PUT" or (path == "/quotes" and method == "POST") else {}


async def test_every_endpoint_is_listed_here(shop: Shop) -> None:
    spec = (await shop.client.get("/openapi.json")).json()

    served = {
        (method.upper(), path.replace("{quote_id}", "{id}")) for path in spec["paths"] for method in spec["paths"][path]
    }
    assert served - {("GET", "/healthz"), ("GET", "/readyz")} == {(method, path) for method, path, _ in ENDPOINTS}


@pytest.mark.parametrize(("method", "path", "allowed"), ENDPOINTS, ids=[f"{m} {p}" for m, p, _ in ENDPOINTS])
async def test_only_these_roles_may(shop: Shop, method: str, path: str, allowed: set[Role]) -> None:
    path = path.replace("{id}", str(uuid4()))
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
