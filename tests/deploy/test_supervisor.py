"""The supervisor keeps processes running, says what happens to them, and leaves none."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest

from deploy.local.ports import free_port
from deploy.local.program import CannotStart
from deploy.local.servers import NatsServer, running
from deploy.local.state import Condition
from tests.deploy.conftest import Run, a_job, a_service
from tests.deploy.processes import processes_naming

Runner = Callable[..., Run]


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.02)


async def test_a_process_starts_once_those_it_needs_are_ready(run: Runner) -> None:
    async with run(a_service("worker", after=("api",)), a_service("api")) as it:
        assert it.shown.index("api") < it.shown.index("worker")
        assert it.children["api"].condition is Condition.READY
        assert it.children["worker"].condition is Condition.READY


async def test_a_crashed_process_is_named_with_its_last_words_and_comes_back(run: Runner) -> None:
    async with run(a_service("billing")) as it:
        billing = it.children["billing"]
        first = billing.state.pid
        with pytest.raises(httpx2.HTTPError):
            httpx2.get(f"{billing.program.address}/crash")

        await until(lambda: "is back" in it.shown)
        assert billing.state.restarts == 1
        assert billing.state.pid != first
        assert httpx2.get(billing.program.address).status_code == 200
    assert "billing ended with code 7" in it.shown
    assert "the roof fell in" in it.shown
    assert "started again in 0.5 s" in it.shown


async def test_a_killed_process_comes_back(run: Runner) -> None:
    async with run(a_service("billing")) as it:
        it.children["billing"].kill()
        await until(lambda: "is back" in it.shown)
    assert "billing was ended by SIGKILL" in it.shown


async def test_a_job_that_fails_stops_the_start_and_is_named(run: Runner) -> None:
    with pytest.raises(CannotStart, match="migrate ended with code 1") as failed:
        async with run(a_job("migrate", "no_such_module"), a_service("api", after=("migrate",))):
            pass
    assert "No module named no_such_module" in str(failed.value)
    assert "A package is missing" in str(failed.value)


async def test_a_port_in_use_stops_the_start_and_is_named(run: Runner, tmp_path: Path) -> None:
    with running(NatsServer(tmp_path, free_port())) as other, pytest.raises(CannotStart) as failed:
        async with run(a_service("billing", port=other.port)):
            pass
    assert f"Port {other.port}, which billing needs, is in use by process" in str(failed.value)
    assert "set RELANCE_BILLING_PORT to another port" in str(failed.value)


async def test_a_process_that_ignores_sigterm_is_killed(run: Runner, tmp_path: Path) -> None:
    name = f"stubborn-{tmp_path.name}"
    it = run(a_service(name, "stubborn"))
    it.children[name].patience_s = 0.2
    async with it:
        assert processes_naming(name)
    assert processes_naming(name) == []
    assert "did not stop" in it.shown


async def test_everything_a_process_says_is_in_its_log(run: Runner, tmp_path: Path) -> None:
    async with run(a_service("billing")):
        pass
    assert "billing begins" in (tmp_path / "logs" / "billing.log").read_text()
