"""What giving a case another scenario takes and answers."""

from typing import Annotated

from pydantic import BaseModel, Field

from contracts.base import Input, Key
from services.dunning.cases.schemas import Why
from services.dunning.timeline.schemas import ExpectedStep

Number = Annotated[int, Field(ge=1, le=2**31 - 1)]


class Destination(Input):
    """Without `version`: the latest that is published."""

    scenario: Key
    version: Number | None = None


class Transfer(Destination):
    note: Why


class TransferPreview(BaseModel):
    """The steps to come as they are, and as they would be."""

    scenario: str
    version: int
    scenario_after: str
    version_after: int
    is_changed: bool
    steps: list[ExpectedStep]
    steps_after: list[ExpectedStep]
