"""Dunning, with a case, its decision, an exclusion, a scenario and a list of each organisation; a real Temporal."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import httpx2
from pydantic import SecretStr

from chassis.app import create_app
from contracts.events import InvoiceIssued
from services.dunning.main import SERVICE
from services.dunning.settings import Settings
from tests.isolation.ground import Ground, Ids
from tests.services.dunning.desk import Desk, Time, a_receivable, a_record
from tests.support.tokens import Keys

STEP = {"key": "wait", "days": 300, "kind": "event"}
CALENDAR = {"country": "FR", "time_zone": "Europe/Paris"}
POLICY = {
    "calendar": CALENDAR, "staleness": "PT5M", "minimum_contact_delay": "P1D", "minimum_balance": "0.00",
}  # fmt: skip


def _content(ids: Ids) -> dict[str, Any]:
    return {"key": ids["key"], "name": "Slow", "steps": [STEP]}


def _receivable(ids: Ids) -> dict[str, Any]:
    """Of their own organisation, as its mender would send it."""
    customer = InvoiceIssued.example["customer"] | {"customer_id": ids["customer_id"]}
    mine = {"organisation": ids["organisation"], "number": ids["number"], "version": 9, "scenario": ids["scenario"]}
    return InvoiceIssued.example | {"invoice_id": ids["invoice_id"], "customer": customer} | mine


def _decision(ids: Ids) -> dict[str, Any]:
    record: dict[str, Any] = dict(ids["record"])
    turn = {"organisation": ids["organisation"], "invoice_id": ids["invoice_id"], "turn_id": ids["turn_id"]}
    return record | {"turn": record["turn"] | turn | {"scenario": ids["scenario"]}}


def _turn(ids: Ids) -> Any:
    return _decision(ids)["turn"]


BODIES: dict[tuple[str, str], Any] = {
    ("post", "/cases/{invoice_id}/pause"): lambda ids: {"note": "holidays"},
    ("post", "/cases/{invoice_id}/promise"): lambda ids: {"date": "2026-03-01"},
    ("post", "/cases/{invoice_id}/dispute"): lambda ids: {"note": "broken"},
    ("post", "/cases/{invoice_id}/resume"): lambda ids: {},
    ("post", "/cases/{invoice_id}/close"): lambda ids: {"reason": "written_off"},
    ("post", "/cases/{invoice_id}/skip"): lambda ids: {"step": "call", "note": "no phone"},
    ("post", "/cases/{invoice_id}/run"): lambda ids: {"step": "call"},
    ("post", "/cases/{invoice_id}/scenario/preview"): lambda ids: {"scenario": ids["scenario"]},
    ("post", "/cases/{invoice_id}/scenario"): lambda ids: {"scenario": ids["scenario"], "note": "why"},
    ("post", "/cases/{invoice_id}/decisions"): _decision,
    ("post", "/cases/{invoice_id}/out-of-step"): _turn,
    ("post", "/cases/{invoice_id}/contacts"): lambda ids: {"key": ids["key"], "at": "2026-02-09T09:00:00Z"},
    ("put", "/cases/{invoice_id}/receivable"): _receivable,
    ("post", "/exclusions"): (
        lambda ids: {"customer_id": ids["customer_id"], "reason": "insolvent"},
        lambda ids: {"invoice_id": ids["invoice_id"], "reason": "insolvent"},
    ),
    ("post", "/scenarios"): (
        lambda ids: {"name": f"Like {uuid4().hex[:8]}", "copy_of": ids["copy_of"]},
        lambda ids: {"name": "New", "key": ids["key"]},
    ),
    ("put", "/scenarios/{key}/draft"): _content,
    ("put", "/scenarios/{key}.yaml"): _content,
    ("post", "/scenarios/import"): _content,
    ("post", "/scenarios/validate"): lambda ids: {},
    ("post", "/scenarios/validate/step"): lambda ids: STEP,
    ("post", "/scenarios/{key}/preview"): (
        lambda ids: {"invoice_id": ids["invoice_id"]},
        lambda ids: {"due_date": "2026-03-01", "content": _content(ids)},
    ),
    ("post", "/scenarios/{key}/publish"): lambda ids: {},
    ("put", "/scenarios/{key}/draft/name"): lambda ids: {"name": "Slower"},
    ("post", "/scenarios/{key}/draft/steps"): lambda ids: {"kind": "event", "days": 200},
    ("put", "/scenarios/{key}/draft/steps/{step}"): lambda ids: STEP,
    ("put", "/rules"): lambda ids: {"rules": [{"scenario": ids["scenario"]}]},
    ("put", "/overdue-list"): lambda ids: {"language": "fr", "weekday": 4},
    ("put", "/policy"): lambda ids: POLICY | {"default_scenario": ids["default_scenario"]},
}

FIXED = {"step": "wait", "version": "1", "before": "1"}
ORDINARY = frozenset(
    {
        *("template", "assignee"),
        "POST /cases/{invoice_id}/decisions key",
        "POST /cases/{invoice_id}/out-of-step key",
        "PUT /scenarios/{key}/draft/steps/{step} key",
    }
)
"""Of steps, as they are written in a scenario."""


@asynccontextmanager
async def dunning(dsn: str, keys: Keys, nats_url: str, temporal: str, jwks: str = "") -> AsyncIterator[Ground]:
    settings = Settings(
        database_url=SecretStr(dsn), auth_jwks=jwks or str(keys.jwks), signing_key=keys.private, nats_url=nats_url,
        temporal_address=temporal,
    )  # fmt: skip
    app = create_app(SERVICE, settings)
    app.state.now = Time()
    transport = httpx2.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=transport, base_url="http://dunning", timeout=60) as client,
    ):
        yield Ground("dunning", app, client, keys, BODIES, FIXED, frozenset({"organisation"}), ORDINARY)


async def plant(ground: Ground, organisation: str, *, begins: bool = True, **facts: str) -> None:
    """The case has done a step, and its workflow runs if it `begins`."""
    key = f"scenario-of-{organisation}"
    content = {"key": key, "name": f"Scenario of {organisation}", "steps": [STEP]}
    await ground.do(organisation, "PUT", f"/scenarios/{key}/draft", content)
    await ground.do(organisation, "POST", f"/scenarios/{key}/publish", {})
    await ground.do(organisation, "PUT", f"/scenarios/{key}/draft", content | {"steps": [STEP, STEP | {"key": "two"}]})
    reason = {"customer_id": str(uuid4()), "reason": f"a friend of {organisation}"}
    exclusion = await ground.do(organisation, "POST", "/exclusions", reason)
    mine = await ground.do(organisation, "PUT", "/overdue-list", {"language": "en"})
    desk = Desk(ground.client, ground.keys, ground.app.state.sessions, ground.app.state.now)
    customer = {"customer_id": str(uuid4())}
    receivable = a_receivable(organisation=organisation, number=f"F-{organisation}", customer=customer, **facts)
    await desk.take(receivable)
    turn = await desk.turn(receivable)
    record = a_record(turn, at=desk.time()).model_dump(mode="json")
    await ground.do(organisation, "POST", f"/cases/{receivable.invoice_id}/decisions", record)
    if begins:
        await ground.do(organisation, "POST", f"/workflows/{receivable.invoice_id}/steer")
    ground.ids[organisation] = {
        "cases.key": f"{receivable.invoice_id}:standard:call:1",
        "scenarios.key": key,
        "copy_of": key,
        "scenario": key,
        "default_scenario": key,
        "invoice_id": str(receivable.invoice_id),
        "customer_id": str(receivable.customer.customer_id),
        "number": receivable.number,
        "exclusion_id": exclusion["id"],
        "turn_id": str(turn.turn_id),
        "organisation": organisation,
        "owner": mine["owner"],
        "record": record,
    }
