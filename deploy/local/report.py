"""What the stack tells a person about itself, as lines of text."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from deploy.local.catalogue import SERVICES, Servers, whole_stack
from deploy.local.launch import ROOT
from deploy.local.program import Program
from deploy.local.state import Condition, ProcessState, StackState


def addresses(state: StackState) -> Iterator[str]:
    """Where everything can be looked at."""
    yield f"  {'Console':<14} {state.urls['console']}"
    for name in SERVICES:
        yield f"  {name.capitalize() + ' API':<14} {state.urls[name]}/docs"
    yield f"  {'Mailbox':<14} {state.urls['mailbox']}"
    yield f"  {'Letters':<14} {state.urls['mailbox']}/letters"
    yield f"  {'Tasks':<14} {state.urls['mailbox']}/tasks"
    yield f"  {'Workflows':<14} {state.urls['temporal-ui']}"
    yield f"  {'Payments':<14} {state.environment['RELANCE_NATS_URL']}"
    yield f"  {'Data':<14} {_short(state)}"
    yield f"  {'Logs':<14} {_short(state)}/logs"
    yield "Ctrl-C here or `make down` elsewhere stops it; the data stays."


def condition_table(state: StackState) -> tuple[Sequence[str], bool]:
    """A line for each process, and whether all of them are healthy. Asks each one now."""
    programs = _programs(state)
    staying = [each for each in state.processes if not each.is_job or each.condition is not Condition.DONE]
    with ThreadPoolExecutor(len(staying) or 1) as executor:
        health = list(executor.map(lambda each: _health(each, programs.get(each.name)), staying))
    rows = [_row(each, word) for each, word in zip(staying, health, strict=True)]
    return [*_aligned([HEADINGS, *rows]), f"Logs: {_short(state)}/logs"], all(word == "healthy" for word in health)


HEADINGS = ("PROCESS", "HEALTH", "PID", "UP", "RESTARTS", "ADDRESS")


def _row(process: ProcessState, health: str) -> tuple[str, ...]:
    up = datetime.now(UTC) - process.since if process.since and process.pid else None
    return (
        process.name,
        health,
        str(process.pid or "-"),
        _span(up) if up is not None else "-",
        str(process.restarts),
        process.address or "-",
    )


def _health(process: ProcessState, program: Program | None) -> str:
    if process.condition is not Condition.READY or program is None:
        return str(process.condition)
    return "healthy" if program.is_ready() else "unhealthy"


def _programs(state: StackState) -> dict[str, Program]:
    servers = Servers.of(state.data_dir, state.ports)
    planned = whole_stack(servers, state.environment, state.ports)
    return {each.program.name: each.program for each in planned}


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _span(span: timedelta) -> str:
    minutes, seconds = divmod(int(span.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = [(days, "d"), (hours, "h"), (minutes, "min"), (seconds, "s")]
    first = next((position for position, (count, _) in enumerate(parts) if count), len(parts) - 1)
    return " ".join(f"{count} {unit}" for count, unit in parts[first : first + 2])


def _short(state: StackState) -> str:
    if state.data_dir.is_relative_to(ROOT):
        return str(state.data_dir.relative_to(ROOT))
    return str(state.data_dir)
