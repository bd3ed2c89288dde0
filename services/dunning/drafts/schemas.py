"""Bodies of the endpoints about drafts."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import BaseModel, Field, model_validator

from contracts.base import Input, Key, Text
from contracts.scenario import ScenarioDraft, Step, StepKind

Name = Annotated[Text, Field(min_length=1, max_length=200, pattern=r"\S")]


class Beginning(Input):
    """A new scenario: empty, or as a ready-made one, or as another one of the organisation stands now.

    Without `key` it has one that comes from its name.
    """

    name: Name
    key: Key | None = None
    ready_made: Key | None = None
    copy_of: Key | None = None

    @model_validator(mode="after")
    def begins_in_one_way(self) -> Self:
        if self.ready_made is not None and self.copy_of is not None:
            raise ValueError("either `ready_made` or `copy_of` is expected")
        return self


class StepWish(Input):
    """What is known of a step to add; what is not said is proposed."""

    kind: StepKind | None = None
    days: Annotated[int | None, Field(ge=-365, le=3650)] = None


class Renaming(Input):
    name: Name


class DraftView(BaseModel):
    """What is being edited: the draft, or the published version that a first change makes a draft of.

    `proposals`: steps that may be added, the most usual first.
    """

    content: ScenarioDraft
    published: int | None
    is_draft: bool
    saved_at: datetime
    saved_by: str
    saved_by_name: str
    proposals: list[Step]
