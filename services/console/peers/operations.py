"""How each service is, as its API tells those who look after the installation."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, RootModel

from chassis.operations.schemas import DeadLetterView, OperationsView
from chassis.paging import Page
from services.console.peers.client import Client, Value


class Trouble(StrEnum):
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    STUCK = "stuck"


class Troubled(BaseModel):
    """A workflow that needs a person."""

    trouble: Trouble
    since: datetime
    problems: list[str]
    workflow_id: str
    run_id: str


class Failing(Troubled):
    """`about` is the invoice or the quote."""

    about: UUID
    number: str


class FailingList(Troubled):
    """The overdue list of a person, due on `day`."""

    owner_name: str
    day: date


AllFailing = RootModel[list[Failing]]
AllFailingLists = RootModel[list[FailingList]]


@dataclass(frozen=True)
class Operations:
    client: Client

    async def view(self) -> OperationsView:
        return await self.client.get("/operations", OperationsView)

    async def dead_letters(self, **asked: Value) -> Page[DeadLetterView]:
        return await self.client.page("/dead-letters", DeadLetterView, **asked)

    async def replay(self, letter: int, *, key: str) -> None:
        await self.client.send("POST", f"/dead-letters/{letter}/replay", key=key)

    async def failing(self) -> list[Failing]:
        return (await self.client.get("/workflows/failing", AllFailing)).root

    async def failing_lists(self) -> list[FailingList]:
        return (await self.client.get("/workflows/failing/overdue-lists", AllFailingLists)).root
