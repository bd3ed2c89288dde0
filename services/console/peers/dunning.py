"""Dunning, as far as pages need it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel

from chassis.paging import Page
from contracts.base import Amount
from contracts.dunning import Answer, CaseFact, CaseState, ClosingReason, Hold, HoldKind, Outcome
from contracts.scenario import StepKind
from services.console.peers.client import Client, Value, found


class PlannedStep(BaseModel):
    step: str
    occurrence: int
    kind: StepKind
    days: int
    template: str | None
    assignee: str | None
    moment: datetime


class JournalEntry(BaseModel):
    """A decision on a step, or (`step` is None) a change of the case as a whole."""

    id: int
    invoice_id: UUID
    number: str
    step: str | None
    occurrence: int | None
    planned_for: datetime | None
    outcome: Outcome | CaseFact
    reason: str
    detail: str
    answers: list[Answer]
    balance: Amount | None
    currency: str | None
    evidence: dict[str, str]
    retry_at: datetime | None
    author: str
    decided_at: datetime


class CaseSummary(BaseModel):
    invoice_id: UUID
    customer_id: UUID
    number: str
    due_date: date
    total: Amount
    balance: Amount
    currency: str
    scenario: str
    version: int | None
    state: CaseState
    next_moment: datetime | None
    closing_reason: ClosingReason | None
    closing_note: str


class Case(CaseSummary):
    holds: list[Hold]
    planned: list[PlannedStep]
    journal: list[JournalEntry]


class Pause(BaseModel):
    kind: HoldKind
    until: datetime | None = None
    note: str = ""


class Closing(BaseModel):
    reason: Literal["excluded", "written_off"]
    note: str = ""


@dataclass(frozen=True)
class Dunning:
    client: Client

    async def case(self, invoice_id: UUID) -> Case | None:
        """None while dunning has not heard of the invoice."""
        return await found(self.client.get(f"/cases/{invoice_id}", Case))

    async def cases(self, **asked: Value) -> Page[CaseSummary]:
        return await self.client.get("/cases", Page[CaseSummary], **asked)

    async def journal(self, **asked: Value) -> Page[JournalEntry]:
        return await self.client.get("/journal", Page[JournalEntry], **asked)

    async def pause(self, invoice_id: UUID, pause: Pause, *, key: str) -> None:
        await self.client.send("POST", f"/cases/{invoice_id}/pause", pause, key=key)

    async def resume(self, invoice_id: UUID, *, key: str) -> None:
        await self.client.send("POST", f"/cases/{invoice_id}/resume", key=key)

    async def close(self, invoice_id: UUID, closing: Closing, *, key: str) -> None:
        await self.client.send("POST", f"/cases/{invoice_id}/close", closing, key=key)
