"""What `make up`, `down`, `status` and `reset` do. Each returns its exit code."""

import asyncio
import os
import shutil
import signal
import time
from pathlib import Path

from deploy.local import leftovers
from deploy.local.lock import holder
from deploy.local.report import addresses, condition_table
from deploy.local.signals import cancelled_by_signals
from deploy.local.stack import Stack, StackOptions, stacks
from deploy.local.state import read_state
from deploy.local.terminal import BOLD, Terminal

STOPPED_WITHIN_S = 60.0
NOT_RUNNING = 3


async def up(data_dir: Path) -> int:
    """Run the stack on the real clock until a signal. Raises CannotStart."""
    began = time.monotonic()
    is_up = False
    try:
        with cancelled_by_signals():
            async with Stack(StackOptions(data_dir)) as stack:
                is_up = True
                stack.terminal.say(f"\nRelance is ready after {time.monotonic() - began:.0f} s.", BOLD)
                for line in addresses(stack.state):
                    stack.terminal.say(line)
                await asyncio.Event().wait()
    except asyncio.CancelledError:
        return 0 if is_up else 130
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
