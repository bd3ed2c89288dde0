"""The stages that a quote goes through, from the first interest to the answer."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from contracts.base import Contract, Key
from contracts.lines import OneLine
from contracts.rights import Access
from services.quotes.quotes.models import Quote, QuoteStatus

StageName = Annotated[OneLine, Field(min_length=1, max_length=60)]


class StageKind(StrEnum):
    """What brings a quote into a stage: a person into an open one, and what becomes of the quote into the others."""

    OPEN = "open"
    SENT = "sent"
    WON = "won"  # accepted
    LOST = "lost"  # refused or expired; a person may put a draft there


class Names(Contract):
    fr: StageName
    en: StageName


class Stage(Contract):
    key: Key
    names: Names
    kind: StageKind


@dataclass(frozen=True)
class Pipeline:
    """An organisation's stages in their order: at least one open, and one of each other kind."""

    stages: tuple[Stage, ...]

    @property
    def keys(self) -> list[str]:
        return [stage.key for stage in self.stages]

    @property
    def first(self) -> Stage:
        return self.of_kind(StageKind.OPEN)

    def find(self, key: str) -> Stage | None:
        return next((stage for stage in self.stages if stage.key == key), None)

    def of_kind(self, kind: StageKind) -> Stage:
        return next(stage for stage in self.stages if stage.kind is kind)

    def of_status(self, status: QuoteStatus) -> Stage:
        """Where a quote stands unless a person put it elsewhere."""
        return self.of_kind(KINDS[status])

    def stage_of(self, quote: Quote) -> Stage:
        """Where it stands: an answer decides; a stage that is no more is as if nobody had chosen it."""
        chosen = self.find(quote.stage) if quote.stage and quote.status in MOVABLE else None
        return chosen or self.of_status(quote.status)

    def seen(self, access_in: Callable[[str], Access]) -> list[str]:
        return [key for key in self.keys if access_in(key) is not Access.HIDDEN]


MOVABLE = frozenset((QuoteStatus.DRAFT, QuoteStatus.SENT))
KINDS = {
    QuoteStatus.DRAFT: StageKind.OPEN,
    QuoteStatus.SENT: StageKind.SENT,
    QuoteStatus.ACCEPTED: StageKind.WON,
    QuoteStatus.REFUSED: StageKind.LOST,
    QuoteStatus.EXPIRED: StageKind.LOST,
}


def _stages(*rows: tuple[str, str, str, StageKind]) -> Iterable[Stage]:
    return (Stage(key=key, names=Names(en=en, fr=fr), kind=kind) for key, en, fr, kind in rows)


DEFAULT = Pipeline(
    tuple(
        _stages(
            ("prospect", "Prospect", "Prospect", StageKind.OPEN),
            ("qualified", "Qualified", "Qualifié", StageKind.OPEN),
            ("proposal", "Proposal", "Proposition", StageKind.SENT),
            ("won", "Won", "Gagné", StageKind.WON),
            ("lost", "Lost", "Perdu", StageKind.LOST),
        )
    )
)
"""What an organisation has until it writes its own."""
