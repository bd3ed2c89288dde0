"""A run of the reconciliation as people see it."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class ReconciliationView(BaseModel):
    """`problem` says why a run is not complete; the next one begins anew."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    started_at: datetime
    finished_at: datetime
    overdue: int
    opened: int
    updated: int
    workflows_started: int
    workflows_changed: int
    workflows_closed: int
    problem: str | None
