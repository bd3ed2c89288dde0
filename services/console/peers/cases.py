"""Dunning's cases, as far as pages need them: one line of time, and what people do about it."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID

from pydantic import BaseModel

from chassis.paging import Page
from contracts.base import Amount
from contracts.dunning import HoldKind
from contracts.scenario import StepKind
from services.console.peers.client import Client, found
from services.console.peers.dunning import CaseSummary, JournalEntry, Pause

LONGEST_NOTE = 1000
"""Characters of a note on a case."""


class Prospect(StrEnum):
    PLANNED = "planned"
    ASKED = "asked"
    SUPERSEDED = "superseded"
    WAITING = "waiting"
    DONE = "done"


class ExpectedStep(BaseModel):
    """`expected_at` is None where the step does not act, or nobody knows when."""

    step: str
    occurrence: int
    kind: StepKind
    days: int
    template: str | None
    assignee: str | None
    moment: datetime
    prospect: Prospect
    expected_at: datetime | None

    @property
    def mark(self) -> str:
        return f"{self.step}#{self.occurrence}"


class Hold(BaseModel):
    kind: HoldKind
    until: datetime | None
    note: str
    promised_on: date | None
    amount: Amount | None
    placed_by: str
    placed_by_name: str | None = None

    @property
    def who(self) -> str:
        """An old one knows who placed it by their id alone."""
        return self.placed_by_name or self.placed_by


class Timeline(BaseModel):
    """`past` newest first; `older` is the cursor of what came before it."""

    case: CaseSummary
    holds: list[Hold]
    past: list[JournalEntry]
    older: str | None
    planned: list[ExpectedStep]


class Promise(BaseModel):
    """Without an amount: the whole balance."""

    date: date
    amount: Amount | None = None
    note: str = ""


class Dispute(BaseModel):
    note: str


class StepOfCase(BaseModel):
    step: str
    occurrence: int
    note: str


class Closing(BaseModel):
    reason: Literal["excluded", "written_off"]
    note: str = ""


class Destination(BaseModel):
    scenario: str


class Transfer(Destination):
    note: str


class TransferPreview(BaseModel):
    """The steps to come as they are, and as they would be."""

    version_after: int
    is_changed: bool
    steps: list[ExpectedStep]
    steps_after: list[ExpectedStep]


class ScenarioName(BaseModel):
    """`version`: the latest that is published, None before the first."""

    key: str
    name: str
    version: int | None


@dataclass(frozen=True)
class Cases:
    """What changes a case takes the `key` of the form: sent twice it is one act."""

    client: Client

    async def timeline(self, invoice_id: UUID, *, cursor: str | None = None, limit: int) -> Timeline | None:
        """None while dunning has not heard of the invoice."""
        path = f"/cases/{invoice_id}/timeline"
        return await found(self.client.get(path, Timeline, cursor=cursor, limit=limit))

    async def scenarios(self, *, limit: int) -> Page[ScenarioName]:
        return await self.client.page("/scenarios", ScenarioName, limit=limit)

    async def preview(self, invoice_id: UUID, destination: Destination) -> TransferPreview:
        answer = await self.client.send("POST", f"/cases/{invoice_id}/scenario/preview", destination)
        return TransferPreview.model_validate_json(answer)

    async def transfer(self, invoice_id: UUID, transfer: Transfer, *, key: str) -> None:
        await self._tell(invoice_id, "scenario", transfer, key)

    async def pause(self, invoice_id: UUID, pause: Pause, *, key: str) -> None:
        await self._tell(invoice_id, "pause", pause, key)

    async def promise(self, invoice_id: UUID, promise: Promise, *, key: str) -> None:
        await self._tell(invoice_id, "promise", promise, key)

    async def dispute(self, invoice_id: UUID, dispute: Dispute, *, key: str) -> None:
        await self._tell(invoice_id, "dispute", dispute, key)

    async def resume(self, invoice_id: UUID, *, key: str) -> None:
        await self._tell(invoice_id, "resume", None, key)

    async def skip(self, invoice_id: UUID, step: StepOfCase, *, key: str) -> None:
        await self._tell(invoice_id, "skip", step, key)

    async def run(self, invoice_id: UUID, step: StepOfCase, *, key: str) -> None:
        """Answered before it is done: the workflow tries the step, and the journal says what came of it."""
        await self._tell(invoice_id, "run", step, key)

    async def close(self, invoice_id: UUID, closing: Closing, *, key: str) -> None:
        await self._tell(invoice_id, "close", closing, key)

    async def _tell(self, invoice_id: UUID, act: str, body: BaseModel | None, key: str) -> None:
        await self.client.send("POST", f"/cases/{invoice_id}/{act}", body, key=key)
