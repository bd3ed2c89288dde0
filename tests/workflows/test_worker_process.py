"""The worker as a process: it waits for a Temporal that is away, and takes no workflows before it polls for them."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from temporalio.api.workflowservice.v1 import DescribeWorkerDeploymentRequest
from temporalio.client import Client
from temporalio.service import RPCError

from deploy.local.launch import ROOT
from deploy.local.ports import free_port
from deploy.local.probes import answers_http
from deploy.local.servers import TemporalServer, running
from tests.support.tokens import Keys
from workflows import deployment
from workflows.client import connect
from workflows.settings import WorkerSettings


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TemporalServer]:
    with running(TemporalServer(tmp_path_factory.mktemp("temporal"), free_port())) as server:
        yield server


@contextmanager
def a_worker(temporal: str, keys: Keys, **settings: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """The process, and the port of its health."""
    port = free_port()
    given = {
        "TEMPORAL_ADDRESS": temporal,
        "PORT": str(port),
        "AUTH_JWKS": str(keys.jwks),
        "SIGNING_KEY": str(keys.private),
    } | settings
    environment = os.environ | {f"RELANCE_{name}": value for name, value in given.items()}
    command = [sys.executable, "-m", "workflows.worker"]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True)
    try:
        yield process, port
    finally:
        process.kill()
        process.communicate()


async def current_build(client: Client, settings: WorkerSettings) -> str:
    request = DescribeWorkerDeploymentRequest(namespace=client.namespace, deployment_name=settings.deployment_name)
    answer = await client.workflow_service.describe_worker_deployment(request)
    return answer.worker_deployment_info.routing_config.current_deployment_version.build_id


def seen(process: subprocess.Popen[str], port: int, path: str) -> None:
    deadline = time.monotonic() + 60
    while not answers_http(port, path):
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_worker_without_its_temporal_is_alive_not_ready_and_can_be_stopped(keys: Keys) -> None:
    with a_worker(f"127.0.0.1:{free_port()}", keys) as (process, port):
        seen(process, port, "/healthz")
        assert not answers_http(port, "/readyz")

        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=20)

    assert process.returncode == 0, said
    assert "Temporal is not there yet" in said


async def test_a_build_that_nobody_saw_poll_does_not_become_current(server: TemporalServer) -> None:
    client = await connect(server.target, "default", lazy=False)
    unseen = WorkerSettings.model_validate({"auth_jwks": "none", "RELANCE_BUILD_ID": "unseen"})

    with pytest.raises(RPCError):
        await deployment.make_current(client, unseen)


@pytest.mark.slow
async def test_a_worker_is_ready_once_its_build_is_current_and_one_that_cannot_start_takes_nothing_from_it(
    server: TemporalServer, keys: Keys, tmp_path: Path
) -> None:
    client = await connect(server.target, "default", lazy=False)
    settings = WorkerSettings(auth_jwks="none")
    no_key = tmp_path / "signing.pem"
    no_key.write_text("this is no key")

    with a_worker(server.target, keys, BUILD_ID="whole") as (process, port):
        await asyncio.to_thread(seen, process, port, "/readyz")
        assert await current_build(client, settings) == "whole"

        with a_worker(server.target, keys, BUILD_ID="broken", SIGNING_KEY=str(no_key)) as (broken, _):
            await asyncio.to_thread(broken.wait, 60)
        assert broken.returncode != 0

        with a_worker(server.target, keys, BUILD_ID="controlled", MAKES_ITSELF_CURRENT="false") as (controlled, port):
            await asyncio.to_thread(seen, controlled, port, "/readyz")

        assert await current_build(client, settings) == "whole"
