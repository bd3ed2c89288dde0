"""Who may do what, and that another organisation's rows do not exist."""

from uuid import UUID, uuid4

import pytest
from fastapi.routing import APIRoute

from chassis.auth import Role
from services.dunning.main import SERVICE
from tests.services.dunning.desk import Desk, a_receivable, a_record

COLLECTORS = {Role.ADMIN, Role.COLLECTOR, Role.ACCOUNTANT}
SERVICES = {Role.ADMIN, Role.SERVICE}
ADMINS = {Role.ADMIN}
ALLOWED = {
    ("POST", "/cases/{invoice_id}/pause"): COLLECTORS,
    ("POST", "/cases/{invoice_id}/promise"): COLLECTORS,
    ("POST", "/cases/{invoice_id}/dispute"): COLLECTORS,
    ("POST", "/cases/{invoice_id}/resume"): COLLECTORS,
    ("POST", "/cases/{invoice_id}/skip"): COLLECTORS,
    ("POST", "/cases/{invoice_id}/run"): COLLECTORS,
    ("POST", "/cases/{invoice_id}/scenario"): COLLECTORS,
    ("POST", "/cases/{invoice_id}/close"): COLLECTORS,
    ("POST", "/exclusions"): COLLECTORS,
    ("DELETE", "/exclusions/{exclusion_id}"): COLLECTORS,
    ("GET", "/cases/{invoice_id}/circumstances"): SERVICES,
    ("POST", "/cases/{invoice_id}/decisions"): SERVICES,
    ("GET", "/cases/{invoice_id}/decisions/{turn_id}"): SERVICES,
    ("POST", "/cases/{invoice_id}/contacts"): SERVICES,
    ("PUT", "/scenarios/{key}.yaml"): ADMINS,
    ("PUT", "/scenarios/{key}/draft"): ADMINS,
    ("POST", "/scenarios"): ADMINS,
    ("POST", "/scenarios/import"): ADMINS,
    ("DELETE", "/scenarios/{key}/draft"): ADMINS,
    ("PUT", "/scenarios/{key}/draft/name"): ADMINS,
    ("POST", "/scenarios/{key}/draft/steps"): ADMINS,
    ("PUT", "/scenarios/{key}/draft/steps/{step}"): ADMINS,
    ("DELETE", "/scenarios/{key}/draft/steps/{step}"): ADMINS,
    ("POST", "/scenarios/{key}/publish"): ADMINS,
    ("PUT", "/rules"): ADMINS,
    ("PUT", "/policy"): ADMINS,
    ("GET", "/workflows/failing"): ADMINS,
    ("GET", "/workflows/failing/overdue-lists"): ADMINS,
    ("GET", "/workflows"): ADMINS,
    ("GET", "/workflows/running"): ADMINS,
    ("GET", "/workflows/behind"): ADMINS,
    ("POST", "/cases/{invoice_id}/out-of-step"): SERVICES,
    ("POST", "/workflows/{invoice_id}/steer"): ADMINS,
    ("PUT", "/cases/{invoice_id}/receivable"): ADMINS,
    ("GET", "/overdue-lists"): SERVICES,
    ("GET", "/overdue-lists/{owner}"): SERVICES,
    ("DELETE", "/overdue-lists/{owner}"): ADMINS,
    ("GET", "/customers/{customer_id}/export"): ADMINS,
    ("GET", "/customers/{customer_id}/erasure"): ADMINS,
}
"""What is not open to everyone."""

ROUTES = [
    (method, route.path)
    for router in SERVICE.routers
    for route in router.routes
    if isinstance(route, APIRoute)
    for method in sorted(route.methods or ())
]


def test_the_table_of_rights_names_routes_that_exist() -> None:
    assert set(ALLOWED) <= set(ROUTES)
    assert len(ROUTES) == 63


@pytest.mark.parametrize(("method", "path"), ROUTES)
async def test_each_route_asks_who_calls(desk: Desk, method: str, path: str) -> None:
    ids = {name: uuid4() for name in ("invoice_id", "exclusion_id", "turn_id", "customer_id")}
    address = path.format(**ids, key="standard", version=1, step="call", owner="anne")
    assert (await desk.http.request(method, address)).status_code == 401
    expired = {"authorization": "Bearer nonsense"}
    assert (await desk.http.request(method, address, headers=expired)).status_code == 401

    allowed = ALLOWED.get((method, path), set(Role))
    for role in Role:
        answer = await desk.ask(method, address, role=role)
        assert (answer.status_code != 403) == (role in allowed), (role, answer.text)


async def test_another_organisations_case_does_not_exist(desk: Desk) -> None:
    receivable = a_receivable()
    await desk.take(receivable)
    record = a_record(await desk.turn(receivable), at=desk.time())
    await desk.record(record)
    case = f"/cases/{receivable.invoice_id}"
    calls: list[tuple[str, str, object]] = [
        ("GET", case, None),
        ("POST", f"{case}/pause", {}),
        ("POST", f"{case}/promise", {"date": "2026-03-01"}),
        ("POST", f"{case}/dispute", {"note": "broken"}),
        ("POST", f"{case}/resume", None),
        ("POST", f"{case}/skip", {"step": "call", "note": "no phone"}),
        ("POST", f"{case}/run", {"step": "call"}),
        ("GET", f"{case}/timeline", None),
        ("POST", f"{case}/scenario", {"scenario": "standard", "note": "why"}),
        ("POST", f"{case}/scenario/preview", {"scenario": "standard"}),
        ("POST", f"{case}/close", {"reason": "written_off"}),
        ("GET", f"{case}/circumstances", None),
        ("POST", f"{case}/contacts", {"key": "k", "at": "2026-02-09T09:00:00Z"}),
        ("POST", f"{case}/decisions", record.model_dump(mode="json")),
        ("GET", f"{case}/decisions/{record.turn.turn_id}", None),
    ]
    for method, path, body in calls:
        answer = await desk.ask(method, path, body, organisation="other")
        assert answer.status_code == 404, (path, answer.text)
    for path in ("/cases", "/journal"):
        assert (await desk.get(path, organisation="other"))["items"] == []
    assert (await desk.case(receivable)).is_open


async def test_another_organisations_exclusions_scenarios_and_rules_do_not_exist(desk: Desk) -> None:
    new = {"customer_id": str(UUID(int=7)), "reason": "insolvent"}
    exclusion = await desk.send("POST", "/exclusions", new, status=201)
    step = {"key": "a", "days": 1, "kind": "event"}
    await desk.send("PUT", "/scenarios/ours/draft", {"key": "ours", "name": "Ours", "steps": [step]})
    await desk.send("POST", "/scenarios/ours/publish", {})
    await desk.send("PUT", "/rules", {"rules": [{"scenario": "ours"}]})

    other = "other"
    assert (await desk.ask("DELETE", f"/exclusions/{exclusion['id']}", organisation=other)).status_code == 404
    assert (await desk.get("/exclusions", organisation=other))["items"] == []
    assert (await desk.get("/rules", organisation=other))["rules"] == []
    for path in ("", ".yaml", "/versions/1", "/migration", "/draft"):
        assert (await desk.ask("GET", f"/scenarios/ours{path}", organisation=other)).status_code == 404
    preview = await desk.ask("POST", "/scenarios/ours/preview", {"due_date": "2026-01-31"}, organisation=other)
    assert preview.status_code == 404
    assert (await desk.ask("POST", "/scenarios/ours/publish", {"migrate": True}, organisation=other)).status_code == 404
    assert len((await desk.get("/exclusions"))["items"]) == 1


async def test_the_same_keyed_request_twice_has_one_effect(desk: Desk) -> None:
    new = {"customer_id": str(uuid4()), "reason": "insolvent"}
    headers = {"Idempotency-Key": "once"}
    first = await desk.ask("POST", "/exclusions", new, headers=headers)
    again = await desk.ask("POST", "/exclusions", new, headers=headers)

    assert (first.status_code, again.status_code, first.json()) == (201, 201, again.json())
    assert len((await desk.get("/exclusions"))["items"]) == 1
