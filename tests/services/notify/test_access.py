"""Who may call what."""

import re
from uuid import uuid4

import pytest
from fastapi.routing import APIRoute

from chassis.auth import Role
from services.notify.main import SERVICE
from tests.services.notify.conftest import Notify
from tests.services.notify.requests import an_email

ROUTES = sorted(
    (method, f"{route.path}")
    for router in SERVICE.routers
    for route in router.routes
    if isinstance(route, APIRoute) and not route.path.startswith("/public/")
    for method in route.methods or ()
)
MAY: dict[tuple[str, str], set[Role]] = {
    ("POST", "/messages"): {Role.ADMIN, Role.SERVICE},
    ("POST", "/messages/{message_id}/settle"): {Role.ADMIN, Role.COLLECTOR},
    ("POST", "/messages/{message_id}/look-after"): {Role.ADMIN, Role.COLLECTOR},
    ("POST", "/bounces"): {Role.ADMIN},
    ("PUT", "/templates/{key}/{language}"): {Role.ADMIN},
    ("DELETE", "/templates/{key}/{language}"): {Role.ADMIN},
    ("POST", "/templates/{key}/{language}/versions/{version}/restore"): {Role.ADMIN},
    ("POST", "/templates/{key}/preview"): {Role.ADMIN, Role.ACCOUNTANT, Role.COLLECTOR, Role.SALES},
    ("POST", "/templates/{key}/preview.pdf"): {Role.ADMIN, Role.ACCOUNTANT, Role.COLLECTOR, Role.SALES},
    ("POST", "/templates/{key}/tests"): {Role.ADMIN},
}
OWN = [route for route in ROUTES if route[1].startswith(("/messages", "/templates", "/bounces"))]


def address(path: str) -> str:
    names = {"key": "first-reminder", "language": "fr", "day": "2026-02-09"}
    return re.sub(r"\{(\w+)\}", lambda found: names.get(found[1], str(uuid4())), path)


async def test_every_route_needs_a_token(notify: Notify) -> None:
    for method, path in ROUTES:
        response = await notify.client.request(method, address(path), json={})
        assert response.status_code == 401, (method, path)


@pytest.mark.parametrize("role", Role)
async def test_each_role_may_do_what_is_its_own(notify: Notify, role: Role) -> None:
    for method, path in OWN:
        response = await notify.call(method, address(path), role, json={"language": "fr"})
        may = role in MAY.get((method, path), set(Role))
        assert (response.status_code != 403) == may, (method, path, role)


async def test_a_message_of_another_organisation_is_not_there(notify: Notify) -> None:
    await notify.send(an_email())
    (message,) = (await notify.call("GET", "/messages", Role.VIEWER)).json()["items"]
    path = f"/messages/{message['id']}"

    assert (await notify.call("GET", path, Role.VIEWER)).json()["recipient"] == "compta@lefevre.example"
    assert (await notify.call("GET", path, organisation="other")).status_code == 404
    settle = {"outcome": "sent", "note": "seen"}
    assert (await notify.call("POST", f"{path}/settle", organisation="other", json=settle)).status_code == 404
    assert (await notify.call("GET", "/messages", organisation="other")).json() == {"items": [], "next": None}
