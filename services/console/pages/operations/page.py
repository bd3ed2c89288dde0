"""What the page of operations shows, and what it calls good."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from chassis.operations.schemas import ConsumerState, DeadLetterView, OperationsView
from services.console.peers.operations import Failing, FailingList

LATE_S = 60.0
"""A message or a fact that waits longer is held up."""


@dataclass(frozen=True)
class Service:
    """`state` is None where it does not answer."""

    name: str
    state: OperationsView | None

    @property
    def problems(self) -> dict[str, str]:
        """Each check that does not pass, with what it says."""
        checks = self.state.checks if self.state else {}
        return {name: outcome for name, outcome in checks.items() if outcome != "ok"}

    @property
    def is_behind(self) -> bool:
        """Its database lacks migrations of this release, or is ahead of it."""
        versions = self.state.versions if self.state else None
        return bool(versions and versions.migration and versions.migration != versions.migration_expected)

    @property
    def is_held_up(self) -> bool:
        outbox = self.state.outbox if self.state else None
        return bool(outbox and outbox.oldest_seconds > LATE_S)

    @property
    def is_well(self) -> bool:
        return self.state is not None and not (self.problems or self.is_behind or self.is_held_up)


def is_held_up(consumer: ConsumerState) -> bool:
    return consumer.oldest_seconds > LATE_S or not consumer.is_listened_to


@dataclass(frozen=True)
class Letters:
    """Messages of the streams that a service answers for; `rows` is None where nobody could say."""

    service: str
    rows: Sequence[DeadLetterView] | None
    more: str | None


@dataclass(frozen=True)
class Running:
    """Workflows of a kind that need a person; `rows` is None where nobody could say."""

    kind: Literal["dunning", "quotes", "overdue lists"]
    rows: Sequence[Failing] | Sequence[FailingList] | None
