"""Recorded histories: what a workflow did once, replayed against its code ever after."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import WorkflowHandle, WorkflowHistory

DIRECTORY = Path(__file__).parent / "histories"


def kept_as(request: pytest.FixtureRequest) -> str | None:
    """The name under which `pytest --record-histories` keeps what a test's workflow did; None without it."""
    return str(request.node.name) if request.config.getoption("--record-histories") else None


def recorded(kind: str) -> list[Path]:
    return sorted((DIRECTORY / kind).glob("*.json"))


def load(path: Path) -> WorkflowHistory:
    return WorkflowHistory.from_json(path.stem, path.read_text())


async def keep(handle: WorkflowHandle[Any, Any], kind: str, test: str) -> None:
    """Write the history of a test's workflow, without the machine's name; a recorded one is never written again."""
    path = DIRECTORY / kind / f"{test.removeprefix('test_').replace('[', '-').removesuffix(']')}.json"
    if path.exists():
        return
    history = json.loads((await handle.fetch_history()).to_json())
    text = re.sub(r'"identity": "[^"]*"', '"identity": "tests"', json.dumps(history, indent=1))
    text = re.sub(r'"stackTrace": "(?:[^"\\]|\\.)*"', '"stackTrace": ""', text)  # it holds paths of that machine
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text + "\n")
