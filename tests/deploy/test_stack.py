"""A stack leaves no process, however its supervisor ends, and only one runs in a directory."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from contracts.clock import Clock
from deploy.local import leftovers
from deploy.local.commands import NOT_RUNNING, down, reset, status
from deploy.local.launch import ROOT
from deploy.local.lock import AlreadyRunning, holder
from deploy.local.ports import free_ports
from deploy.local.stack import Stack, StackOptions
from deploy.local.state import Condition, read_state
from tests.deploy.conftest import a_service

UP = """
import asyncio, sys
from pathlib import Path
from deploy.local.ports import free_ports
from deploy.local.signals import cancelled_by_signals
from deploy.local.stack import Stack, StackOptions
from tests.deploy.conftest import a_service

async def main():
    plan = lambda *_: [a_service("plain"), a_service("family", "parent"), a_service("last", after=("plain",))]
    with cancelled_by_signals():
        async with Stack(StackOptions(Path(sys.argv[1]), free_ports(), plan=plan)):
            print("READY", flush=True)
            await asyncio.Event().wait()

asyncio.run(main())
"""


@contextmanager
def a_running_stack(directory: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", UP, str(directory)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        assert "READY\n" in iter(process.stdout.readline, "")
        try:
            yield process
        finally:
            process.kill()


def gone(directory: Path, within_s: float = 10) -> bool:
    deadline = time.monotonic() + within_s
    while leftovers.find(directory) and time.monotonic() < deadline:
        time.sleep(0.05)
    return leftovers.find(directory) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGKILL])
def test_no_process_is_left_when_the_supervisor_gets(number: signal.Signals, tmp_path: Path) -> None:
    with a_running_stack(tmp_path) as supervisor:
        assert len(leftovers.find(tmp_path)) == 4
        supervisor.send_signal(number)
        supervisor.wait(timeout=30)
        assert gone(tmp_path)


def test_a_second_stack_in_the_same_directory_says_who_runs_there(tmp_path: Path) -> None:
    with a_running_stack(tmp_path) as supervisor:
        second = subprocess.run(
            [sys.executable, "-c", UP, str(tmp_path)], capture_output=True, text=True, cwd=ROOT, check=False
        )
        assert AlreadyRunning.__name__ in second.stderr
        assert f"is already running (process {supervisor.pid})" in second.stderr
        assert len(leftovers.find(tmp_path)) == 4


def test_down_stops_a_stack_from_elsewhere(tmp_path: Path) -> None:
    with a_running_stack(tmp_path / "main") as supervisor:
        assert down(tmp_path) == 0
        supervisor.wait(timeout=10)
    assert leftovers.find(tmp_path / "main") == []
    assert holder(tmp_path / "main") is None
    assert down(tmp_path) == 0


def test_reset_refuses_a_running_stack_and_deletes_a_stopped_one(tmp_path: Path) -> None:
    (tmp_path / "not-ours").mkdir()
    with a_running_stack(tmp_path / "main"):
        assert reset(tmp_path) == 1
        down(tmp_path)
    assert reset(tmp_path) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["not-ours"]


def test_status_works_when_nothing_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert status(tmp_path) == NOT_RUNNING
    assert "Nothing runs" in capsys.readouterr().out


async def test_a_stack_tells_other_programs_where_it_is(tmp_path: Path) -> None:
    options = StackOptions(
        tmp_path, free_ports(), clock=Clock(speed=86400), quiet=True, plan=lambda *_: [a_service("a")]
    )
    async with Stack(options) as stack:
        state = read_state(tmp_path)
        assert state is not None
        assert state.clock.speed == 86400
        assert state.urls["billing"] == f"http://127.0.0.1:{stack.ports['billing']}"
        assert state.environment["RELANCE_CLOCK_SPEED"] == "86400.0"
        assert state.processes[0].condition is Condition.READY
        await stack.restart("a")
        restarted = read_state(tmp_path)
        assert restarted is not None
        assert restarted.processes[0].pid != state.processes[0].pid
    assert leftovers.find(tmp_path) == []
