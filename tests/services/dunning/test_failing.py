"""Workflows that need a person are told with the invoice that they were about, to its own organisation."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import date
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from pydantic import SecretStr
from temporalio import workflow
from temporalio.client import WorkflowFailureError
from temporalio.exceptions import ApplicationError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from chassis.app import create_app
from chassis.auth import Role
from contracts import dunning, overdue_list
from contracts.overdue_list import OverdueListDue
from deploy.local.servers import TemporalServer
from services.dunning.main import SERVICE
from services.dunning.settings import Settings
from tests.services.dunning.desk import Desk, a_receivable
from tests.services.dunning.test_overdue_lists import subscribed
from tests.support.tokens import Keys
from workflows.client import connect

QUEUE = "failing"
LISTS = "/workflows/failing/overdue-lists"
REFUSED, DEFECTIVE = "refused", "defective"


@workflow.defn(name=dunning.WORKFLOW)
class Fails:
    @workflow.run
    async def run(self, how: str) -> None:
        if how == REFUSED:
            raise ApplicationError("it cannot go on", non_retryable=True)
        raise RuntimeError("a defect")


@workflow.defn(name=overdue_list.WORKFLOW)
class FailsToo(Fails):
    @workflow.run
    async def run(self, how: str) -> None:
        await super().run(how)


@pytest.fixture
async def api(desk: Desk, dsn: str, keys: Keys, temporal_server: TemporalServer) -> AsyncIterator[httpx2.AsyncClient]:
    settings = Settings(auth_jwks=str(keys.jwks), database_url=SecretStr(dsn), temporal_address=temporal_server.target)
    app = create_app(SERVICE, settings)
    transport = httpx2.ASGITransport(app)
    async with app.router.lifespan_context(app), httpx2.AsyncClient(transport=transport, base_url="http://d") as http:
        yield http


async def told(
    api: httpx2.AsyncClient, keys: Keys, organisation: str = "demo", path: str = "/workflows/failing"
) -> Sequence[dict[str, Any]]:
    answer = await api.get(path, headers=keys.bearer(Role.ADMIN, organisation=organisation))
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()
    return found


async def test_those_that_failed_and_those_that_are_stuck_are_told_to_their_own_organisation(
    desk: Desk, temporal_server: TemporalServer, api: httpx2.AsyncClient, keys: Keys
) -> None:
    temporal = await connect(temporal_server.target, "default", lazy=False)
    refused, stuck = a_receivable(invoice_id=uuid4()), a_receivable(invoice_id=uuid4(), number="F-2026-00043")
    await desk.take(refused, stuck)
    worker = Worker(temporal, task_queue=QUEUE, workflows=[Fails], workflow_runner=UnsandboxedWorkflowRunner())
    async with worker:
        with pytest.raises(WorkflowFailureError):
            await temporal.execute_workflow(
                dunning.WORKFLOW, REFUSED, id=dunning.workflow_id(refused.invoice_id), task_queue=QUEUE
            )
        await temporal.start_workflow(
            dunning.WORKFLOW, DEFECTIVE, id=dunning.workflow_id(stuck.invoice_id), task_queue=QUEUE
        )
        async with asyncio.timeout(60):
            while len(found := await told(api, keys)) < 2:
                await asyncio.sleep(0.2)
    await temporal.get_workflow_handle(dunning.workflow_id(stuck.invoice_id)).terminate()

    assert {(each["about"], each["number"], each["trouble"]) for each in found} == {
        (str(refused.invoice_id), "F-2026-00042", "failed"),
        (str(stuck.invoice_id), "F-2026-00043", "stuck"),
    }
    assert all(each["problems"] for each in found if each["trouble"] == "stuck")
    assert await told(api, keys, "other") == []


async def test_an_overdue_list_that_could_not_be_sent_is_told_with_whose_it_was(
    desk: Desk, temporal_server: TemporalServer, api: httpx2.AsyncClient, keys: Keys
) -> None:
    temporal = await connect(temporal_server.target, "default", lazy=False)
    await subscribed(desk, who="anne")
    ended, theirs = (
        OverdueListDue(organisation="demo", owner=owner, day=date(2026, 1, 12)) for owner in ("who-left", "anne")
    )
    queue = f"lists-{uuid4()}"
    worker = Worker(temporal, task_queue=queue, workflows=[FailsToo], workflow_runner=UnsandboxedWorkflowRunner())
    async with worker:
        for due in (ended, theirs):
            with pytest.raises(WorkflowFailureError):
                await temporal.execute_workflow(overdue_list.WORKFLOW, REFUSED, id=due.key, task_queue=queue)
        async with asyncio.timeout(60):
            while not (found := await told(api, keys, path=LISTS)):
                await asyncio.sleep(0.2)

    assert [(each["owner"], each["owner_name"], each["day"], each["trouble"]) for each in found] == [
        ("anne", "Anne", "2026-01-12", "failed")
    ]
    assert await told(api, keys, "other", path=LISTS) == []


async def test_while_temporal_does_not_answer_it_is_said(desk: Desk, dsn: str, keys: Keys) -> None:
    settings = Settings(auth_jwks=str(keys.jwks), database_url=SecretStr(dsn), temporal_address="127.0.0.1:1")
    app = create_app(SERVICE, settings)
    transport = httpx2.ASGITransport(app)
    async with app.router.lifespan_context(app), httpx2.AsyncClient(transport=transport, base_url="http://d") as http:
        answer = await http.get("/workflows/failing", headers=keys.bearer(Role.ADMIN), timeout=30)

    assert answer.status_code == 503
    assert answer.json()["type"] == "urn:relance:problem:temporal_unavailable"
