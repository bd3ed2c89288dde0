"""What `/pipeline` takes and gives."""

from collections import Counter
from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field

from contracts.base import Input, Key
from contracts.rights import Access
from services.quotes.pipeline.stages import Names, Stage, StageKind, StageName


class NamesInput(Input):
    fr: StageName
    en: StageName


class StageInput(Input):
    """The key stays; names may change."""

    key: Key
    names: NamesInput
    kind: StageKind = StageKind.OPEN


def _complete(stages: list[StageInput]) -> list[StageInput]:
    keys = Counter(stage.key for stage in stages)
    if twice := [key for key, count in keys.items() if count > 1]:
        raise ValueError(f"the key {twice[0]!r} stands twice; expected each key once")
    kinds = Counter(stage.kind for stage in stages)
    if not kinds[StageKind.OPEN]:
        raise ValueError("no stage is open; expected at least one, where new quotes begin")
    for kind in (StageKind.SENT, StageKind.WON, StageKind.LOST):
        if kinds[kind] != 1:
            raise ValueError(f"{kinds[kind]} stages are of the kind {kind}; expected one")
    return stages


class PipelineInput(Input):
    """All stages in their order. Quotes in a stage that is left out go back to where their status puts them."""

    stages: Annotated[list[StageInput], Field(min_length=4, max_length=30), AfterValidator(_complete)]

    def as_stages(self) -> list[Stage]:
        return [Stage(key=s.key, names=Names(fr=s.names.fr, en=s.names.en), kind=s.kind) for s in self.stages]


class StageView(BaseModel):
    """`access`: what the caller may do with the quotes that stand there."""

    key: str
    names: Names
    kind: StageKind
    access: Access


class PipelineView(BaseModel):
    """The stages that the caller may see; all of them for those who may change them."""

    stages: list[StageView]
