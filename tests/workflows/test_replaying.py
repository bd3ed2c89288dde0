"""Replaying a live namespace, on a real Temporal: what the code did goes on with it, and what was changed is named."""

import asyncio
import os
import shutil
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from temporalio.client import WorkflowExecutionStatus
from temporalio.worker import Worker

from chassis.clock import real_now
from contracts import dunning
from contracts.clock import Clock
from contracts.dunning import ClosingReason
from deploy.local.launch import ROOT
from deploy.local.ports import free_port
from deploy.local.servers import TemporalServer, running
from tests.support.certificates import Authority
from tests.support.tokens import Keys
from tests.workflows.world import World, a_case
from workflows import deployment
from workflows.client import connect
from workflows.dunning.activities import DunningActivities
from workflows.dunning.workflow import DunInvoice
from workflows.settings import WorkerSettings
from workflows.worker import RUNNER

pytestmark = pytest.mark.asyncio(loop_scope="module")

SETTINGS = WorkerSettings(auth_jwks="none")
KEY_PAIR = ("RELANCE_TEMPORAL_CERTIFICATE", "RELANCE_TEMPORAL_CERTIFICATE_KEY")
CARRIES_OUT = "            decision = await self.carry_out(turn)\n"


@dataclass
class Namespace:
    """`ended` acted five times, `running` sleeps before its first step, and a third one has not begun."""

    address: str
    ended: str
    running: str


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TemporalServer]:
    with running(TemporalServer(tmp_path_factory.mktemp("temporal"), free_port())) as server:
        yield server


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def namespace(server: TemporalServer, keys: Keys) -> AsyncIterator[Namespace]:
    client = await connect(server.target, "default", lazy=False)
    clock = Clock(origin=datetime(2026, 1, 31, 10, tzinfo=UTC), started=real_now(), speed=86_400 * 20)
    cases = [a_case(due="2026-01-31", clock=clock), a_case(due="2029-01-31", clock=clock)]
    world = World(cases[0], keys)
    activities = DunningActivities(world.peer(), world.peer(), world.peer(), now=real_now, at_once=16)
    worker = Worker(
        client, task_queue="replayed", workflows=[DunInvoice], activities=[activities.carry_out],
        workflow_runner=RUNNER, deployment_config=deployment.config(SETTINGS),
    )  # fmt: skip
    async with worker:
        await deployment.become_current(client, SETTINGS, asyncio.Event())
        ended, sleeping = [
            await client.start_workflow(
                DunInvoice.run, case, id=dunning.workflow_id(case.invoice_id), task_queue="replayed"
            )
            for case in cases
        ]
        assert await ended.result() is ClosingReason.EXHAUSTED
        async with asyncio.timeout(10):
            while not [each async for each in client.list_workflows(f"WorkflowId = '{ended.id}' AND CloseTime > 0")]:
                await asyncio.sleep(0.1)
    assert (await sleeping.describe()).status is WorkflowExecutionStatus.RUNNING
    not_begun = await client.start_workflow(
        DunInvoice.run, cases[1], id="not-begun", task_queue="replayed", start_delay=timedelta(days=1)
    )
    async with asyncio.timeout(10):
        while not [each async for each in client.list_workflows("WorkflowId = 'not-begun'")]:
            await asyncio.sleep(0.1)
    yield Namespace(server.target, ended.id, sleeping.id)
    await sleeping.terminate()
    await not_begun.terminate()


async def replay(tree: Path, **settings: str) -> tuple[int, str]:
    """The exit code and what was said, run from a tree as a program of its own."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "workflows.replaying", "--sample", "50"),
        cwd=tree, env={"PATH": os.environ["PATH"], **settings}, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    async with asyncio.timeout(60):
        out, _ = await process.communicate()
    return process.returncode or 0, out.decode()


def a_changed_tree(directory: Path, change: str) -> Path:
    """A copy of the code in which a step is carried out otherwise."""
    for package in ("contracts", "chassis", "workflows"):
        shutil.copytree(ROOT / package, directory / package, ignore=shutil.ignore_patterns("__pycache__"))
    file = directory / "workflows" / "dunning" / "workflow.py"
    text = file.read_text()
    assert CARRIES_OUT in text
    file.write_text(text.replace(CARRIES_OUT, change))
    return directory


async def test_the_code_that_did_it_replays_it(namespace: Namespace) -> None:
    code, said = await replay(ROOT, RELANCE_TEMPORAL_ADDRESS=namespace.address)

    assert code == 0, said
    assert "DunInvoice, running: 2 of 2 are drawn." in said
    assert "2 histories replayed, 0 failed" in said


async def test_it_replays_beside_a_worker_that_tells_its_metrics(namespace: Namespace) -> None:
    """In that worker's pod, with its settings: the port is taken."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        metrics = f"127.0.0.1:{taken.getsockname()[1]}"
        code, said = await replay(ROOT, RELANCE_TEMPORAL_ADDRESS=namespace.address, RELANCE_TEMPORAL_METRICS=metrics)

    assert code == 0, said


async def test_a_workflow_that_a_change_would_break_is_named(namespace: Namespace, tmp_path: Path) -> None:
    tree = a_changed_tree(tmp_path, f"            await workflow.sleep(1)\n{CARRIES_OUT}")

    code, said = await replay(tree, RELANCE_TEMPORAL_ADDRESS=namespace.address)

    assert code == 1, said
    assert f"FAILED {namespace.ended} (run " in said
    assert "NondeterminismError" in said
    assert namespace.running not in said  # it has not come so far


async def test_a_change_behind_a_patch_replays(namespace: Namespace, tmp_path: Path) -> None:
    patched = f"            if workflow.patched('waits-first'):\n                await workflow.sleep(1)\n{CARRIES_OUT}"

    code, said = await replay(a_changed_tree(tmp_path, patched), RELANCE_TEMPORAL_ADDRESS=namespace.address)

    assert code == 0, said


async def test_a_namespace_without_workflows_and_a_server_that_is_away_are_no_success(server: TemporalServer) -> None:
    without = await replay(ROOT, RELANCE_TEMPORAL_ADDRESS=server.target, RELANCE_TEMPORAL_NAMESPACE="temporal-system")
    away = await replay(ROOT, RELANCE_TEMPORAL_ADDRESS=f"127.0.0.1:{free_port()}")

    assert (without[0], "Nothing was replayed" in without[1]) == (2, True), without
    assert (away[0], "Temporal at 127.0.0.1:" in away[1]) == (2, True), away


async def test_what_cannot_start_is_no_workflow_that_does_not_replay(server: TemporalServer, tmp_path: Path) -> None:
    ca = Authority(tmp_path / "authority").ca
    wrong = await replay(ROOT, RELANCE_TEMPORAL_CA=str(tmp_path / "absent.crt"))
    no_key = await replay(ROOT, RELANCE_TEMPORAL_TLS="true", **dict.fromkeys(KEY_PAIR, str(ca)))
    tree = a_changed_tree(tmp_path / "tree", CARRIES_OUT)
    file = tree / "workflows" / "dunning" / "calendar.py"
    file.write_text(file.read_text().replace("def warm_up() -> None:", "def warm_up() -> None:\n    raise LookupError"))
    broken = await replay(tree, RELANCE_TEMPORAL_ADDRESS=server.target)

    assert (wrong[0], "RELANCE_TEMPORAL_CA" in wrong[1]) == (2, True), wrong
    assert (no_key[0], "Temporal at 127.0.0.1:7233" in no_key[1]) == (2, True), no_key
    assert (broken[0], "LookupError" in broken[1]) == (2, True), broken
