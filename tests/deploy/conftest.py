"""Stand-ins for the supervised processes: real ones, small and quick to start."""

import io
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from deploy.local.ports import free_port
from deploy.local.services import Job, Planned, Service
from deploy.local.supervisor import Supervisor
from deploy.local.terminal import Terminal


def nothing() -> Mapping[str, str]:
    return {}


def a_service(name: str, *habits: str, after: tuple[str, ...] = (), port: int | None = None) -> Planned:
    port = port or free_port()
    service = Service(name, "tests.deploy.standin", str(port), name, *habits, port=port, environment=nothing)
    return Planned(service, frozenset(after))


def a_job(name: str, module: str, *arguments: str, after: tuple[str, ...] = ()) -> Planned:
    return Planned(Job(name, module, *arguments, environment=nothing), frozenset(after))


class Run:
    """A supervisor over some stand-ins, and what it showed."""

    def __init__(self, directory: Path, *planned: Planned) -> None:
        self.screen = io.StringIO()
        terminal = Terminal([each.program.name for each in planned], self.screen)
        self.supervisor = Supervisor(planned, log_dir=directory / "logs", marks={}, terminal=terminal)
        self.children = self.supervisor.children

    @property
    def shown(self) -> str:
        return self.screen.getvalue()

    async def __aenter__(self) -> "Run":
        try:
            await self.supervisor.start()
        except BaseException:
            await self.supervisor.stop()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.supervisor.stop()


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., Run]:
    """`async with run(a_service("billing"))`"""
    return lambda *planned: Run(tmp_path, *planned)
