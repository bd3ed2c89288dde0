"""Dunning, as far as pages need it."""

from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import quote
from uuid import UUID

from pydantic import BaseModel

from chassis.paging import Page
from contracts.base import Amount
from contracts.dunning import Answer, CaseFact, CaseState, ClosingReason, HoldKind, Outcome
from contracts.parties import Language
from services.console.peers.client import Client, Value, found


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
    author_name: str | None = None
    decided_at: datetime

    @property
    def who(self) -> str:
        """An old entry knows its author by their id alone."""
        return self.author_name or self.author


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


class OverdueListRequest(BaseModel):
    """To the reader themselves; Monday is 0."""

    language: Language
    weekday: int
    hour: int


class OverdueList(OverdueListRequest):
    """Who gets one, for the last time on the day `until`."""

    owner: str
    owner_name: str
    email: str
    until: date


@dataclass(frozen=True)
class Dunning:
    client: Client

    async def cases(self, **asked: Value) -> Page[CaseSummary]:
        return await self.client.page("/cases", CaseSummary, **asked)

    async def journal(self, **asked: Value) -> Page[JournalEntry]:
        return await self.client.page("/journal", JournalEntry, **asked)

    async def overdue_list(self) -> OverdueList | None:
        """The reader's own."""
        return await found(self.client.get("/overdue-list", OverdueList))

    async def ask_for_overdue_list(self, wanted: OverdueListRequest) -> OverdueList:
        return OverdueList.model_validate_json(await self.client.send("PUT", "/overdue-list", wanted))

    async def end_overdue_list(self) -> None:
        await self.client.send("DELETE", "/overdue-list")

    async def overdue_lists(self, **asked: Value) -> Page[OverdueList]:
        return await self.client.page("/overdue-lists", OverdueList, **asked)

    async def end_overdue_list_of(self, owner: str) -> None:
        await self.client.send("DELETE", f"/overdue-lists/{quote(owner, safe='')}")
