"""Beyond rows: the workflow that an id names, and the answer that a key was given."""

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowExecutionStatus

from chassis.auth import Role
from contracts import dunning
from contracts.events import InvoiceIssued
from tests.isolation.ground import OURS, THEIRS, Ground
from tests.services.billing.office import a_customer
from workflows.client import connect


@pytest.mark.parametrize("ground", ["dunning"], indirect=True)
@pytest.mark.parametrize("status", ["open", "cancelled"])
async def test_the_workflow_of_an_invoice_hears_its_own_organisation_alone(ground: Ground, status: str) -> None:
    """Whose mender gives our invoice out for theirs has a case of their own, and reaches nothing of ours by it."""
    invoice = ground.ids[OURS]["invoice_id"]
    temporal = await connect(ground.app.state.settings.temporal_address, "default")
    handle = temporal.get_workflow_handle(dunning.workflow_id(invoice))
    before = await handle.describe()
    facts = {"organisation": THEIRS, "invoice_id": invoice, "version": 9, "due_date": "2026-02-27"}
    forged = {name: InvoiceIssued.example[name] for name in InvoiceIssued.example} | facts
    await ground.do(THEIRS, "PUT", f"/cases/{invoice}/receivable", forged)
    if status == "cancelled":
        changed = forged | {"status": status, "balance": "0.00", "version": 10}
        await ground.do(THEIRS, "PUT", f"/cases/{invoice}/receivable", changed)

    steered = await ground.ask(THEIRS, "POST", f"/workflows/{invoice}/steer")
    runs = await ground.ask(THEIRS, "GET", "/workflows/running", params={"invoice_id": invoice})

    assert steered.status_code in (200, 503), steered.text
    assert steered.json().get("mended", "nothing") == "nothing"
    assert runs.json() == []
    after = await handle.describe()
    assert (after.run_id, after.status) == (before.run_id, WorkflowExecutionStatus.RUNNING)
    events = [event.event_type async for event in handle.fetch_history_events()]
    assert EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED not in events
    await handle.terminate()


@pytest.mark.parametrize("ground", ["billing"], indirect=True)
async def test_the_answer_under_an_idempotency_key_is_given_to_its_organisation_alone(ground: Ground) -> None:
    """Though the caller has the same name and asks the same."""
    ground.callers = {}
    body, key = a_customer(name="Same"), {"idempotency-key": "the same one"}
    answers = []
    for organisation in (OURS, THEIRS):
        headers = ground.keys.bearer(Role.ADMIN, organisation=organisation) | key
        answers.append(await ground.client.post("/customers", json=body, headers=headers))

    assert [each.status_code for each in answers] == [201, 201]
    assert answers[0].json()["id"] != answers[1].json()["id"]
    assert "idempotent-replayed" not in answers[1].headers
