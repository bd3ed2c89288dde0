"""API and worker as processes: they say when they are ready, and end in seconds when told to stop."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest
from fastapi import FastAPI
from nats.aio.client import Client as Nats
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import main, outbox, telemetry
from chassis.auth import Role
from chassis.bus import Listener, Subscription
from chassis.database import Sessions
from chassis.settings import Settings
from contracts.events import Event, PaymentReceived
from contracts.topology import BILLING_PAYMENT
from deploy.local.ports import free_port
from deploy.local.probes import answers_http
from deploy.local.servers import NatsServer
from tests.support.listening import SOON
from tests.support.tokens import Keys

ROOT = Path(__file__).parents[2]
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


@contextmanager
def a_process(
    role: str, dsn: str, keys: Keys, nats_url: str = "", *, until: str = "/readyz"
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process, which answers `until` with 200, and its address."""
    port = free_port()
    settings = {"DATABASE_URL": dsn, "AUTH_JWKS": str(keys.jwks), "PORT": str(port), "NATS_URL": nats_url}
    environment = os.environ | {f"RELANCE_{name}": value for name, value in settings.items()}
    command = [sys.executable, "-m", "tests.chassis.serving", role]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True)
    try:
        wait_until(until, process, f"http://127.0.0.1:{port}")
        yield process, f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.communicate()


def wait_until(path: str, process: subprocess.Popen[str], address: str) -> None:
    deadline = time.monotonic() + 30
    while not answers_http(urlsplit(address).port or 0, path):
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < deadline
        time.sleep(0.05)


def stopped(process: subprocess.Popen[str], number: signal.Signals) -> tuple[float, str]:
    """The seconds it took, and what it said on its standard error."""
    began = time.monotonic()
    process.send_signal(number)
    _, said = process.communicate(timeout=30)
    return time.monotonic() - began, said


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_an_api_told_to_stop_ends_at_once_and_complains_of_nothing(
    dsn: str, keys: Keys, number: signal.Signals
) -> None:
    with a_process("api", dsn, keys) as (process, _):
        seconds, said = await asyncio.to_thread(stopped, process, number)

    assert seconds < 4
    assert {json.loads(line)["level"] for line in said.splitlines()} == {"INFO"}
    assert process.returncode == 0


def test_an_idle_connection_is_ended_by_the_caller_and_not_by_the_server_that_it_may_just_be_asking() -> None:
    kept = main.serving(FastAPI(), Settings()).timeout_keep_alive
    by_our_clients, by_proxies = httpx2.Limits().keepalive_expiry, 60

    assert by_our_clients is not None
    assert by_our_clients < by_proxies < kept


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_worker_told_to_stop_ends_what_it_began_and_takes_nothing_new(
    dsn: str, keys: Keys, bus: Nats, nats_server: NatsServer, number: signal.Signals
) -> None:
    js = bus.jetstream()
    with a_process("worker", dsn, keys, nats_server.url) as (process, _):
        await js.publish(PaymentReceived.type, json.dumps(PaymentReceived.example).encode())
        async with asyncio.timeout(10):
            while not (await js.consumer_info("PAYMENTS", BILLING_PAYMENT.durable)).num_ack_pending:
                await asyncio.sleep(0.01)
        seconds, said = await asyncio.to_thread(stopped, process, number)

    state = await js.consumer_info("PAYMENTS", BILLING_PAYMENT.durable)
    assert seconds < 5
    assert "Traceback" not in said
    assert process.returncode == 0
    assert (state.num_ack_pending, state.num_pending) == (0, 0)


async def test_a_worker_without_its_bus_is_alive_not_ready_and_can_be_stopped(dsn: str, keys: Keys) -> None:
    nowhere = f"nats://127.0.0.1:{free_port()}"
    with a_process("worker", dsn, keys, nowhere, until="/healthz") as (process, address):
        async with httpx2.AsyncClient() as client:
            readiness = await client.get(f"{address}/readyz")
        seconds, said = await asyncio.to_thread(stopped, process, signal.SIGTERM)

    assert readiness.status_code == 503
    assert readiness.json()["checks"]["nats"].startswith("ConnectionError")
    assert seconds < 10
    assert "Traceback" not in said
    assert process.returncode == 0


async def test_one_trace_leads_from_a_call_through_the_outbox_to_the_consumer(
    dsn: str, keys: Keys, bus: Nats, sessions: Sessions
) -> None:
    seen: list[str | None] = []

    async def handle(event: Event, _: AsyncSession) -> None:
        seen.append(telemetry.trace_id())

    calls = keys.bearer(Role.SALES), keys.bearer(Role.SALES) | {"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}
    with a_process("api", dsn, keys) as (_, address):
        async with httpx2.AsyncClient() as client:
            answers = [
                await client.post(f"{address}/orders", json={"what": f"{number}"}, headers=headers)
                for number, headers in enumerate(calls)
            ]
    await outbox.relay(sessions, bus.jetstream(), source="shop")
    listener = Listener(bus.jetstream(), sessions, Subscription(BILLING_PAYMENT, handle), expires=SOON)
    listening = asyncio.create_task(listener.run())
    async with asyncio.timeout(10):
        while len(seen) < 2:
            await asyncio.sleep(0.01)
    listener.stopping.set()
    await listening

    told = [answer.headers["trace-id"] for answer in answers]
    assert sorted(told) == sorted(trace or "" for trace in seen)
    assert told[1] == TRACE
    assert int(told[0], 16) != 0


async def test_an_error_of_our_own_is_found_in_the_log_by_the_trace_id_of_its_answer(dsn: str, keys: Keys) -> None:
    headers = keys.bearer() | {"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}
    with a_process("api", dsn, keys) as (process, address):
        async with httpx2.AsyncClient() as client:
            answer = await client.get(f"{address}/orders/broken/1", headers=headers)
        _, said = await asyncio.to_thread(stopped, process, signal.SIGTERM)

    lines = [json.loads(line) for line in said.splitlines()]
    assert (answer.status_code, answer.headers["trace-id"]) == (500, TRACE)
    assert TRACE in [line["trace_id"] for line in lines if line["level"] == "ERROR"]
