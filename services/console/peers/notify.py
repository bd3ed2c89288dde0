"""Notify, as far as pages need it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel

from chassis.paging import Page
from contracts.base import Amount
from contracts.parties import Language
from services.console.peers.client import Client, Value, found


class TaskStatus(StrEnum):
    OPENED = "opened"
    COMPLETED = "completed"
    WITHDRAWN = "withdrawn"


class CallOutcome(StrEnum):
    REACHED = "reached"
    NO_ANSWER = "no_answer"
    PROMISED = "promised"
    DISPUTED = "disputed"
    OTHER = "other"


class ConcernedInvoice(BaseModel):
    """As it stood when the task was opened."""

    invoice_id: UUID
    number: str
    due_date: date
    balance: Amount
    currency: str
    days_late: int


class Task(BaseModel):
    id: UUID
    assignee: str
    due_on: date
    customer_id: UUID
    customer: str
    phone: str | None
    subject: str
    note: str
    invoices: list[ConcernedInvoice]
    status: TaskStatus
    opened_at: datetime
    outcome: CallOutcome | None
    outcome_note: str | None
    promised_on: date | None
    completed_by: str | None
    completed_by_name: str | None = None
    completed_at: datetime | None
    reason: str | None

    @property
    def who(self) -> str:
        """An old call knows who made it by their id alone."""
        return self.completed_by_name or self.completed_by or ""


class Completion(BaseModel):
    outcome: CallOutcome
    note: str = ""
    promised_on: date | None = None


class LetterStatus(StrEnum):
    PREPARED = "prepared"
    POSTED = "posted"
    WITHDRAWN = "withdrawn"


class WithdrawalCause(StrEnum):
    CLOSED = "closed"
    LESS_OWED = "less_owed"
    DUE_DATE_MOVED = "due_date_moved"


UNDECIDED = (WithdrawalCause.LESS_OWED, WithdrawalCause.DUE_DATE_MOVED)
"""A letter withdrawn for one of these leaves to a person whether another one goes."""


class Letter(BaseModel):
    id: UUID
    customer_id: UUID
    invoice_id: UUID | None
    reference: str
    recipient: str
    subject: str
    status: LetterStatus
    prepared_at: datetime
    prepared_on: date
    posted_on: date | None
    posted_by: str | None
    tracking_number: str | None
    cause: WithdrawalCause | None
    pages: int


class Batch(BaseModel):
    """The letters of a day that are to be printed, in so many files."""

    letters: int
    parts: int


class Posting(BaseModel):
    posted_on: date
    tracking_number: str | None = None


class MessageStatus(StrEnum):
    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    BOUNCED = "bounced"


class Message(BaseModel):
    """One to a colleague, such as the overdue list, is of no customer."""

    id: UUID
    status: MessageStatus
    customer_id: UUID | None
    invoice_id: UUID | None
    reference: str
    recipient: str
    subject: str
    reason: str | None
    bounce_code: str | None
    address_is_dead: bool
    requested_at: datetime


class Arrival(StrEnum):
    """What a person found out about an uncertain message."""

    SENT = "sent"
    FAILED = "failed"


class Settlement(BaseModel):
    outcome: Arrival
    note: str


class LookedAfter(BaseModel):
    note: str


class ActionKind(StrEnum):
    EMAIL = "email"
    LETTER = "letter"
    CALL = "call"


STATES: Mapping[ActionKind, type[StrEnum]] = {
    ActionKind.EMAIL: MessageStatus,
    ActionKind.LETTER: LetterStatus,
    ActionKind.CALL: TaskStatus,
}


class Action(BaseModel):
    """A message, a letter or a call. `detail`: what a call brought, or the number of a letter that was posted."""

    kind: ActionKind
    id: UUID
    at: datetime
    invoice_id: UUID | None
    reference: str
    subject: str
    recipient: str
    status: str
    outcome: CallOutcome | None
    detail: str | None

    @property
    def state(self) -> StrEnum:
        return STATES[self.kind](self.status)

    @property
    def is_done(self) -> bool:
        return self.state in (LetterStatus.POSTED, TaskStatus.COMPLETED)

    @property
    def tells_more(self) -> bool:
        """Whether its detail is for whoever reads the list: what a mail server gave back says why."""
        return self.is_done or self.state is MessageStatus.BOUNCED


class Assignee(BaseModel):
    name: str
    calls: int


class Assignees(BaseModel):
    items: list[Assignee]


class Feed(BaseModel):
    assignee: str | None
    created_at: datetime
    expires_at: datetime


class OwnedFeed(Feed):
    """Of whoever has one."""

    owner: str
    owner_name: str


class FeedRequest(BaseModel):
    assignee: str | None
    language: Language


class NewFeed(BaseModel):
    """`secret` is known this once."""

    feed: Feed
    secret: str


@dataclass(frozen=True)
class Notify:
    client: Client

    async def actions(self, **asked: Value) -> Page[Action]:
        return await self.client.page("/actions", Action, **asked)

    async def assignees(self, **asked: Value) -> Assignees:
        return await self.client.get("/tasks/assignees", Assignees, **asked)

    async def feed(self) -> Feed | None:
        return await found(self.client.get("/calendar-feed", Feed))

    async def renew_feed(self, request: FeedRequest) -> NewFeed:
        return NewFeed.model_validate_json(await self.client.send("POST", "/calendar-feed", request))

    async def revoke_feed(self) -> None:
        await self.client.send("DELETE", "/calendar-feed")

    async def feeds(self, **asked: Value) -> Page[OwnedFeed]:
        return await self.client.page("/calendar-feeds", OwnedFeed, **asked)

    async def revoke_feed_of(self, owner: str) -> None:
        """`owner`: as it stands in an address."""
        await self.client.send("DELETE", f"/calendar-feeds/{owner}")

    async def tasks(self, **asked: Value) -> Page[Task]:
        return await self.client.page("/tasks", Task, **asked)

    async def task(self, task_id: UUID) -> Task:
        return await self.client.get(f"/tasks/{task_id}", Task)

    async def complete(self, task_id: UUID, completion: Completion, *, key: str) -> None:
        await self.client.send("POST", f"/tasks/{task_id}/complete", completion, key=key)

    async def letters(self, **asked: Value) -> Page[Letter]:
        return await self.client.page("/letters", Letter, **asked)

    async def batch(self, day: date) -> Batch:
        return await self.client.get(f"/letters/batches/{day.isoformat()}", Batch)

    async def posted(self, letter_id: UUID, posting: Posting, *, key: str) -> None:
        await self.client.send("POST", f"/letters/{letter_id}/posted", posting, key=key)

    async def messages(self, **asked: Value) -> Page[Message]:
        return await self.client.page("/messages", Message, **asked)

    async def returned(self, **asked: Value) -> Page[Message]:
        """What came back and nobody has looked after, newest first."""
        return await self.messages(status=MessageStatus.BOUNCED, settled="false", **asked)

    async def settle(self, message_id: UUID, settlement: Settlement, *, key: str) -> None:
        await self.client.send("POST", f"/messages/{message_id}/settle", settlement, key=key)

    async def look_after(self, message_id: UUID, looked_after: LookedAfter, *, key: str) -> None:
        await self.client.send("POST", f"/messages/{message_id}/look-after", looked_after, key=key)
