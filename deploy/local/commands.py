"""What `make up`, `down`, `status` and `reset` do. Each returns its exit code."""

import asyncio
import os
import shutil
import signal
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from deploy.local import leftovers, seed
from deploy.local.catalogue import Servers, migration
from deploy.local.credentials import an_admin
from deploy.local.first_admin import Made, ensure_admin
from deploy.local.lock import holder
from deploy.local.report import addresses, condition_table
from deploy.local.services import Planned
from deploy.local.signals import cancelled_by_signals
from deploy.local.stack import Stack, StackOptions, stacks
from deploy.local.state import read_state
from deploy.local.supervisor import Supervisor
from deploy.local.terminal import BOLD, Terminal

STOPPED_WITHIN_S = 90.0
NOT_RUNNING = 3


async def up(data_dir: Path) -> int:
    """Run the stack on the real clock until a signal. Raises CannotStart."""
    began = time.monotonic()
    is_up = False
    try:
        with cancelled_by_signals():
            async with Stack(StackOptions(data_dir)) as stack:
                await _seed_once(stack)
                made = await ensure_admin(stack.servers.postgres.url("identity"), os.environ)
                is_up = True
                stack.terminal.say(f"\nRelance is ready after {time.monotonic() - began:.0f} s.", BOLD)
                for line in addresses(stack.state):
                    stack.terminal.say(line)
                if made is not None:
                    stack.terminal.say(_credentials(made), BOLD)
                await asyncio.Event().wait()
    except asyncio.CancelledError:
        Terminal().say(f"Stopped. The data stays in {data_dir}.")
        return 0 if is_up else 130
    return 0


async def migrate(data_dir: Path) -> int:
    """Bring the databases up to date: of the running stack, or of the one that runs next. Raises CannotStart."""
    state = read_state(data_dir) if holder(data_dir) else None
    if state is None:
        async with Stack(StackOptions(data_dir, plan=_migration_alone)):
            return 0
    job = Planned(migration(Servers.of(state.data_dir, state.ports)).program)
    terminal = Terminal([job.program.name])
    await Supervisor([job], log_dir=data_dir / "logs", marks={}, terminal=terminal).start()
    return 0


def down(directory: Path) -> int:
    """Stop every stack that runs in this directory; return when none of its processes is left."""
    terminal = Terminal()
    running = [data_dir for data_dir in stacks(directory) if holder(data_dir)]
    if not running:
        terminal.say(f"Nothing runs in {directory}.")
    for data_dir in stacks(directory):
        _stop(data_dir, terminal)
    return 0


def status(directory: Path) -> int:
    """Say what is healthy: 0 when all is, 1 when something is not, 3 when nothing runs."""
    terminal = Terminal()
    states = [state for data_dir in stacks(directory) if holder(data_dir) and (state := read_state(data_dir))]
    if not states:
        terminal.say(f"Nothing runs in {directory}. `make up` starts the stack.")
        return NOT_RUNNING
    is_healthy = True
    for state in states:
        lines, each_is_healthy = condition_table(state)
        is_healthy = is_healthy and each_is_healthy
        for line in lines:
            terminal.say(line)
    return 0 if is_healthy else 1


def reset(directory: Path) -> int:
    """Delete the data of every stack in this directory; refuse while one runs."""
    terminal = Terminal()
    found = stacks(directory)
    for data_dir in found:
        if holder(data_dir):
            terminal.trouble(f"The stack in {data_dir} is running. Stop it with `make down`, then reset it.")
            return 1
    for data_dir in found:
        leftovers.end(data_dir)
        shutil.rmtree(data_dir)
        terminal.say(f"Deleted {data_dir}.")
    if not found:
        terminal.say(f"There is nothing to delete in {directory}.")
    return 0


def _credentials(made: Made) -> str:
    if not made.is_temporary:
        return f"The administrator {made.email} has the password of RELANCE_ADMIN_PASSWORD."
    return f"Sign in as {made.email} with the one-time password {made.password} and choose your own. It is shown once."


async def _seed_once(stack: Stack) -> None:
    done = stack.data_dir / "seeded"
    if not done.exists():
        await seed.seed(stack.urls, an_admin(stack.shared, seed.ORGANISATION))
        done.touch()


def _migration_alone(servers: Servers, environment: Mapping[str, str], ports: Mapping[str, int]) -> Sequence[Planned]:
    return [Planned(servers.postgres), migration(servers)]


def _stop(data_dir: Path, terminal: Terminal) -> None:
    process = holder(data_dir)
    if process is not None:
        terminal.say(f"Stopping the stack in {data_dir} (process {process}).")
        os.kill(process, signal.SIGTERM)
        if not _is_released(data_dir, STOPPED_WITHIN_S):
            terminal.trouble(f"Process {process} did not stop within {STOPPED_WITHIN_S:.0f} s: killed.")
            os.kill(process, signal.SIGKILL)
            _is_released(data_dir, STOPPED_WITHIN_S)
    ended = leftovers.end(data_dir)
    if ended:
        terminal.say(f"Ended {ended} processes that were left behind.")
    if process is not None:
        terminal.say("Stopped.")


def _is_released(data_dir: Path, within_s: float) -> bool:
    deadline = time.monotonic() + within_s
    while holder(data_dir) is not None and time.monotonic() < deadline:
        time.sleep(0.1)
    return holder(data_dir) is None
