"""Start one program, wait until it is ready, stop it and whatever it started."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO, TypeVar

from deploy.local.occupancy import require_free
from deploy.local.program import CannotStart, Program

READY_WITHIN = timedelta(seconds=30)
STOPPED_WITHIN = timedelta(seconds=10)
BETWEEN_PROBES = timedelta(milliseconds=30)

ROOT = Path(__file__).parents[2]
"""The clone: where `python -m` finds the packages."""

P = TypeVar("P", bound=Program)


@contextmanager
def running(program: P, *, ready_within: timedelta = READY_WITHIN) -> Iterator[P]:
    """The program, ready to be used; afterwards no process of it is left.

    Raises CannotStart, with the last lines it printed, when it ends or is not ready in time.
    """
    with Launched(program, ready_within=ready_within):
        yield program


def tied_to_parent(command: Sequence[str], death_signal: signal.Signals) -> list[str]:
    """The command, made to get `death_signal` from the kernel when whoever runs it dies.

    Started from a thread, it dies with that thread: start it from the main one.
    """
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        return list(command)
    return [setpriv, "--pdeathsig", death_signal.name.removeprefix("SIG"), "--", *command]


def end_group(group: int) -> None:
    """Kill what is left of a process group; nothing happens when nothing is."""
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return


class Launched:
    """A started program. Its `process` can be killed and it can be started again."""

    def __init__(self, program: Program, *, ready_within: timedelta = READY_WITHIN) -> None:
        self.program = program
        self.ready_within = ready_within
        self.output: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115 (stop closes it)
        try:
            self.process = self._start()
        except BaseException:
            self.output.close()
            raise

    def __enter__(self) -> "Launched":
        try:
            self.wait_until_ready()
            self.program.complete()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def wait_until_ready(self) -> None:
        """Return once the program does its work. Raises CannotStart."""
        deadline = time.monotonic() + self.ready_within.total_seconds()
        while not self.program.is_ready():
            if self.process.poll() is not None:
                raise CannotStart(self._said(f"ended with code {self.process.returncode}"))
            if time.monotonic() > deadline:
                raise CannotStart(self._said(f"was not ready within {self.ready_within}"))
            time.sleep(BETWEEN_PROBES.total_seconds())

    def kill(self) -> None:
        """End it at once, as a crash would, with what it started."""
        end_group(self.process.pid)
        self.process.wait()

    def start_again(self) -> None:
        """Start it after `kill`, and return once it is ready. Raises CannotStart."""
        self.process = self._start()
        self.wait_until_ready()

    def stop(self) -> None:
        """Ask it to stop, end it after ten seconds, and leave nothing that it started."""
        self.process.send_signal(self.program.stop_signal)
        try:
            self.process.wait(STOPPED_WITHIN.total_seconds())
        except subprocess.TimeoutExpired:
            self.kill()
        end_group(self.process.pid)
        self.output.close()

    def _start(self) -> subprocess.Popen[bytes]:
        require_free(self.program.name, self.program.ports)
        self.program.prepare()
        return subprocess.Popen(
            tied_to_parent(self.program.command(), self.program.death_signal),
            cwd=ROOT,
            env={**os.environ, **self.program.environment()},
            stdin=subprocess.DEVNULL,
            stdout=self.output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def _said(self, what: str) -> str:
        self.output.seek(0)
        lines = self.output.read().decode(errors="replace").splitlines()[-20:]
        return "\n".join([f"{self.program.name} {what}. It said:", *lines])
