"""Moving quotes between stages, as far as the caller's profile goes."""

from collections.abc import Callable
from typing import Any

from chassis.problems import DomainError, Forbidden, InvalidField
from contracts.rights import Access
from services.quotes.pipeline.stages import MOVABLE, Pipeline, Stage, StageKind
from services.quotes.quotes.models import Quote, QuoteStatus

AccessIn = Callable[[str], Access]


class StageNotEditable(Forbidden):
    """The caller's profile does not let it touch what stands in a stage, or bring anything there."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(f"stage: the caller's profile does not let it work on quotes in {stage.key!r}.")
        self.stage = stage.key

    @property
    def facts(self) -> dict[str, Any]:
        return {"stage": self.stage}


class QuoteIsClosed(DomainError):
    def __init__(self, quote: Quote) -> None:
        super().__init__(f"Quote {quote.number} is {quote.status}; its stage follows from that.")


class StageFollowsTheAnswer(DomainError):
    def __init__(self, stage: Stage, act: str) -> None:
        super().__init__(f"stage: a quote comes into {stage.key!r} when it is {act}; expected that, or another stage")


def check_editable(stage: Stage, access_in: AccessIn) -> None:
    if access_in(stage.key) is not Access.EDITABLE:
        raise StageNotEditable(stage)


def move(quote: Quote, key: str, pipeline: Pipeline, access_in: AccessIn) -> None:
    """To another stage of the pipeline. 422 when there is none of that key that the caller may see."""
    stage = pipeline.find(key)
    seen = pipeline.seen(access_in)
    if stage is None or key not in seen:
        raise InvalidField("stage", key, f"one of {', '.join(seen)}")
    check_editable(stage, access_in)
    if quote.status not in MOVABLE:
        raise QuoteIsClosed(quote)
    if stage.kind is StageKind.WON:
        raise StageFollowsTheAnswer(stage, "accepted")
    if stage.kind is StageKind.LOST and quote.status is QuoteStatus.SENT:
        raise StageFollowsTheAnswer(stage, "refused or expires")
    quote.stage = key
