"""What the local stack needs to know of anything it starts."""

import signal
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence


class Program(ABC):
    """One process: how to start it, how to see that it is ready, how to stop it.

    The methods may block for about a second; callers keep them out of an event loop.
    """

    name: str
    """Unique in a stack."""
    stop_signal: signal.Signals = signal.SIGTERM
    death_signal: signal.Signals = signal.SIGKILL
    """What the kernel sends to it when whoever started it dies."""
    patience_s: float = 15.0
    """Real seconds that it may take to end once it was told to; then it is killed."""
    is_job: bool = False
    """Whether it does one thing and ends, instead of staying."""

    def prepare(self) -> None:  # noqa: B027 (most need nothing)
        """Make what the process expects to find. Called before each start."""

    @abstractmethod
    def command(self) -> Sequence[str]:
        """The program and its arguments."""

    def environment(self) -> Mapping[str, str]:
        """What is added to the environment of whoever starts it."""
        return {}

    @abstractmethod
    def is_ready(self) -> bool:
        """Whether it does its work now."""

    def complete(self) -> None:  # noqa: B027 (most need nothing)
        """Make inside the ready process what others expect to find there."""

    @property
    def ports(self) -> Mapping[str, int]:
        """The ports it listens on, by the names of `deploy.local.ports`."""
        return {}

    @property
    def address(self) -> str:
        """Where a person or a program reaches it; empty when nowhere."""
        return ""


class CannotStart(Exception):
    """A process cannot be started, or did not become ready; the message says what to do."""
