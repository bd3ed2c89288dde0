"""Our own processes, started as production starts them: a module, and an environment."""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from deploy.local import probes
from deploy.local.ports import LOOPBACK
from deploy.local.program import Program

Settings = Callable[[], Mapping[str, str]]
"""The environment of a process; asked at its start, when the servers it names have been prepared."""


ADDRESSES = "RELANCE_DATABASE_URLS"
"""The variable that tells the migration job where the databases are: a JSON object, name to address."""


class PythonModule(Program):
    """`python -m MODULE ARGUMENTS...`; `python` may be another one than ours, with another tree."""

    python: Sequence[str] = (sys.executable,)

    def __init__(self, name: str, module: str, *arguments: str, environment: Settings) -> None:
        self.name = name
        self.module = module
        self.arguments = arguments
        self._environment = environment

    def command(self) -> Sequence[str]:
        return [*self.python, "-m", self.module, *self.arguments]

    def environment(self) -> Mapping[str, str]:
        return self._environment()


class Job(PythonModule):
    """A process that does one thing and ends; ready means ended without an error."""

    is_job = True

    def is_ready(self) -> bool:
        return False


class Service(PythonModule):
    """A process that stays, and says at /readyz whether it reaches what it needs."""

    def __init__(self, name: str, module: str, *arguments: str, port: int, environment: Settings) -> None:
        super().__init__(name, module, *arguments, environment=environment)
        self.port = port

    def environment(self) -> Mapping[str, str]:
        return {**super().environment(), "RELANCE_HOST": LOOPBACK, "RELANCE_PORT": str(self.port)}

    def is_ready(self) -> bool:
        return probes.answers_http(self.port, "/readyz")

    @property
    def ports(self) -> Mapping[str, int]:
        return {self.name: self.port}

    @property
    def address(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"


@dataclass(frozen=True)
class Planned:
    """A program and the names of those that must be ready before it starts."""

    program: Program
    after: frozenset[str] = field(default=frozenset())
