"""Dunning, as far as pages need it."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel

from chassis.paging import Page
from contracts.base import Amount
from contracts.dunning import Answer, CaseFact, CaseState, ClosingReason, HoldKind, Outcome
from services.console.peers.client import Client, Value


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


class Pause(BaseModel):
    kind: HoldKind
    until: datetime | None = None
    note: str = ""


@dataclass(frozen=True)
class Dunning:
    client: Client

    async def cases(self, **asked: Value) -> Page[CaseSummary]:
        return await self.client.page("/cases", CaseSummary, **asked)

    async def journal(self, **asked: Value) -> Page[JournalEntry]:
        return await self.client.page("/journal", JournalEntry, **asked)

    async def pause(self, invoice_id: UUID, pause: Pause, *, key: str) -> None:
        await self.client.send("POST", f"/cases/{invoice_id}/pause", pause, key=key)
