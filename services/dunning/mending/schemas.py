"""What whoever compares the services asks of dunning, and what came of mending."""

from uuid import UUID

from pydantic import BaseModel

from contracts.dunning import CaseState


class RunningView(BaseModel):
    """A workflow that runs. `run` of the case it was started for; `state` is None where there is no such case."""

    invoice_id: UUID
    run: int
    state: CaseState | None


class MendedView(BaseModel):
    """`mended`: nothing, started, changed or closed."""

    invoice_id: UUID
    mended: str


class ToldView(BaseModel):
    """`is_told`: whether the workflow will be told of its case anew; False where that is on its way already."""

    is_told: bool
