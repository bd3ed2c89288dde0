"""The worker as a process: events on a real bus become cases and workflows, and it ends when told to."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest
from nats.aio.client import Client as Nats
from temporalio.client import WorkflowExecutionStatus
from temporalio.service import RPCError

from contracts import dunning
from contracts.events import InvoiceIssued, InvoiceSettled, UserLocked
from contracts.receivable import Receivable
from deploy.local.ports import free_port
from deploy.local.servers import NatsServer, TemporalServer
from tests.services.dunning.desk import Desk, a_receivable, settled
from tests.services.dunning.test_overdue_lists import subscribed
from tests.support.tokens import Keys
from workflows.client import connect

ROOT = Path(__file__).parents[3]


@asynccontextmanager
async def a_worker(environment: dict[str, str]) -> AsyncIterator[asyncio.subprocess.Process]:
    command = (sys.executable, "-m", "services.dunning.main", "worker")
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, env={**os.environ, **environment})
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


@pytest.fixture
def environment(dsn: str, keys: Keys, nats_server: NatsServer, temporal_server: TemporalServer) -> dict[str, str]:
    return {
        "RELANCE_DATABASE_URL": dsn,
        "RELANCE_AUTH_JWKS": str(keys.jwks),
        "RELANCE_SIGNING_KEY": str(keys.private),
        "RELANCE_NATS_URL": nats_server.url,
        "RELANCE_TEMPORAL_ADDRESS": temporal_server.target,
        "RELANCE_BILLING_URL": f"http://127.0.0.1:{free_port()}",
        "RELANCE_PORT": str(free_port()),
    }


async def publish(bus: Nats, kind: type[InvoiceIssued] | type[InvoiceSettled], receivable: Receivable) -> None:
    await bus.jetstream().publish(kind.type, receivable.model_dump_json().encode())


async def test_an_event_becomes_a_case_and_a_workflow_and_a_payment_ends_both(
    desk: Desk, bus: Nats, environment: dict[str, str], temporal_server: TemporalServer
) -> None:
    temporal = await connect(temporal_server.target, "default")
    due = (datetime.now(UTC).date() + timedelta(days=30)).isoformat()
    receivable = a_receivable(due_date=due)
    handle = temporal.get_workflow_handle(dunning.workflow_id(receivable.invoice_id))

    async def status() -> WorkflowExecutionStatus | None:
        try:
            return (await handle.describe()).status
        except RPCError:
            return None

    async with a_worker(environment) as process, asyncio.timeout(60):
        await publish(bus, InvoiceIssued, receivable)
        while await status() is not WorkflowExecutionStatus.RUNNING:
            await asyncio.sleep(0.1)
        assert (await desk.case(receivable)).is_open
        async with httpx2.AsyncClient() as http:
            ready = await http.get(f"http://127.0.0.1:{environment['RELANCE_PORT']}/readyz")
        assert ready.json()["checks"] == {"database": "ok", "nats": "ok", "temporal": "ok"}

        await publish(bus, InvoiceSettled, settled(receivable))
        while await status() is not WorkflowExecutionStatus.TERMINATED:
            await asyncio.sleep(0.1)
        assert not (await desk.case(receivable)).is_open

        process.send_signal(signal.SIGTERM)
        assert await process.wait() == 0


async def test_the_worker_hears_that_somebody_may_no_longer_sign_in(
    desk: Desk, bus: Nats, environment: dict[str, str]
) -> None:
    who = str(uuid4())
    await subscribed(desk, who)
    event = UserLocked.model_validate({"organisation": "demo", "user_id": who})

    async with a_worker(environment), asyncio.timeout(60):
        await bus.jetstream().publish(event.type, event.model_dump_json().encode(), headers={"ce-id": str(uuid4())})
        while (await desk.get("/overdue-lists"))["items"]:
            await asyncio.sleep(0.1)


async def test_without_a_key_for_its_tokens_the_worker_says_so(environment: dict[str, str]) -> None:
    del environment["RELANCE_SIGNING_KEY"]
    async with a_worker(environment) as process, asyncio.timeout(30):
        assert await process.wait() == 1
