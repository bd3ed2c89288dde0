"""What `relance reconcile` asks of dunning, on a real Temporal server."""

import asyncio
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx2
from temporalio.client import Client

from contracts import dunning
from contracts.dunning import CaseState
from services.dunning.steering.use_cases import Steering
from tests.services.dunning.desk import Desk, a_receivable, later, settled
from tests.services.dunning.steering import due_in, steered


async def running(api: httpx2.AsyncClient, **query: Any) -> set[str]:
    found: set[str] = set()
    asked = {"limit": "1", **query}
    while True:
        page = (await api.get("/workflows", params=asked)).raise_for_status().json()
        assert len(page["items"]) <= 1
        found |= {each["invoice_id"] for each in page["items"]}
        if page["next"] is None:
            return found
        asked["cursor"] = page["next"]


async def test_what_runs_is_listed_a_page_at_a_time_and_asked_for_by_invoice(
    api: httpx2.AsyncClient, desk: Desk, steering: Steering, temporal: Client
) -> None:
    first, second, lost = (a_receivable(invoice_id=uuid4(), due_date=due_in(30)) for _ in range(3))
    for each in (first, second, lost):
        await desk.take(each)
        await steered(desk, steering, each)
    await temporal.get_workflow_handle(dunning.workflow_id(lost.invoice_id)).terminate()
    ids = [str(each.invoice_id) for each in (first, second, lost)]

    now = (await api.get("/workflows/running", params={"invoice_id": [*ids, str(uuid4())]})).json()

    assert set(now) == {*ids[:2]}
    async with asyncio.timeout(10):  # what Temporal lists lags
        while not {*ids[:2]} <= (listed := await running(api)) or ids[2] in listed:
            await asyncio.sleep(0.1)
    for cursor in ("no, none", "null", "cGFnZQ=="):
        refused = await api.get("/workflows", params={"cursor": cursor})
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "cursor")


async def test_a_workflow_is_started_and_closed_as_its_case_wants_it(
    api: httpx2.AsyncClient, desk: Desk, steering: Steering
) -> None:
    receivable = a_receivable(due_date=due_in(30))
    await desk.take(receivable)
    path = f"/workflows/{receivable.invoice_id}/steer"

    assert (await api.post(path)).json()["mended"] == "started"
    assert (await api.post(path)).json()["mended"] == "nothing"
    await desk.take(settled(receivable))
    assert (await api.post(path)).json()["mended"] == "closed"
    assert (await api.post(f"/workflows/{uuid4()}/steer")).json()["mended"] == "nothing"


async def test_a_receivable_that_dunning_missed_is_taken_and_an_older_one_ignored(
    api: httpx2.AsyncClient, desk: Desk
) -> None:
    receivable = a_receivable()
    paid = settled(receivable)
    path = f"/cases/{receivable.invoice_id}/receivable"

    made = await api.put(path, json=receivable.model_dump(mode="json"))
    closed = await api.put(path, json=paid.model_dump(mode="json"))
    old = await api.put(path, json=receivable.model_dump(mode="json"))

    assert (made.json()["state"], closed.json()["state"], old.json()["state"]) == ("scheduled", "closed", "closed")
    assert (await desk.case(receivable)).state is CaseState.CLOSED


async def test_another_receivable_of_the_same_version_is_taken_as_billing_has_it(
    api: httpx2.AsyncClient, desk: Desk
) -> None:
    """Billing was restored, and gave the version again."""
    receivable = a_receivable()
    await desk.take(receivable, later(receivable, due_date="2026-03-31", balance="700.00"))
    first = (await desk.case(receivable)).next_moment
    here = later(receivable, due_date="2026-02-28", balance="900.00")

    taken = (await api.put(f"/cases/{receivable.invoice_id}/receivable", json=here.model_dump(mode="json"))).json()

    assert (taken["balance"], taken["due_date"], taken["receivable_version"]) == ("900.00", "2026-02-28", 2)
    assert first is not None
    moved = datetime.fromisoformat(taken["next_moment"]) - first
    assert timedelta(days=-33) < moved < timedelta(days=-28)


async def test_a_receivable_of_another_invoice_or_organisation_is_refused(api: httpx2.AsyncClient, desk: Desk) -> None:
    receivable = a_receivable()
    for body, field in ((receivable, "invoice_id"), (later(receivable, organisation="other"), "organisation")):
        invoice = uuid4() if field == "invoice_id" else receivable.invoice_id
        answer = await api.put(f"/cases/{invoice}/receivable", json=body.model_dump(mode="json"))
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)
