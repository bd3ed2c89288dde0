"""What notify is asked to do, under a business key: the same key twice is one effect."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Base64Bytes, EmailStr, Field

from contracts.base import BusinessDate, Input, Instant, Key
from contracts.overdue_list import OverdueListContext
from contracts.parties import Contact, Seller
from contracts.quote import Quote
from contracts.receivable import ReceivableView

ActionKey = Annotated[str, Field(min_length=1, max_length=250, pattern=r"^[A-Za-z0-9:_.#-]+$")]


class DunningContext(Input):
    """What a dunning template may speak of."""

    about: Literal["receivable"] = "receivable"
    receivable: ReceivableView
    step: Key
    today: BusinessDate
    days_late: int = Field(description="Calendar days since the due date; negative before it.")


class QuoteContext(Input):
    """What a template about a quote may speak of. `link`: the page on which the customer answers; it is a secret."""

    about: Literal["quote"] = "quote"
    quote: Quote
    contact: Contact
    seller: Seller
    today: BusinessDate
    link: Annotated[str, Field(max_length=500, pattern=r"^https?://[^\s\"<>]+$")] | None = None


CustomerContext = Annotated[DunningContext | QuoteContext, Field(discriminator="about")]
"""What is written to a customer."""
Context = Annotated[DunningContext | QuoteContext | OverdueListContext, Field(discriminator="about")]
"""That, or what is written to a colleague."""


class Attachment(Input):
    filename: str = Field(min_length=1, max_length=100, pattern=r"^[^/\\\r\n]+$")
    content_type: str = "application/pdf"
    content: Base64Bytes


class Action(Input):
    """`at` is business time. The language, and the contact where there is one, are those of the context."""

    key: ActionKey
    at: Instant


class SendMessage(Action):
    """`POST /messages`: one e-mail, handed to the relay before the answer.

    `not_after` is real time: past it nothing is handed over and the answer is 409 `too_late`, so that a
    balance read before a payment cannot justify a reminder after it. `thread` is the key of the conversation:
    messages of one thread answer its first one.
    """

    context: Context
    template: Key
    recipient: EmailStr
    recipient_name: str = ""
    thread: ActionKey | None = None
    attachments: list[Attachment] = Field(default=[], max_length=10)
    not_after: Instant | None = None


class PrepareLetter(Action):
    """`POST /letters`: one PDF to print and post."""

    context: CustomerContext
    template: Key


class OpenTask(Action):
    """`POST /tasks`: a planned call for a colleague; `template` writes its note."""

    context: CustomerContext
    template: Key | None = None
    assignee: str = Field(min_length=1, max_length=100)
    due_on: BusinessDate


class ActionStatus(StrEnum):
    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    BOUNCED = "bounced"  # accepted by the relay, and come back later
    PREPARED = "prepared"
    POSTED = "posted"
    OPENED = "opened"
    COMPLETED = "completed"
    WITHDRAWN = "withdrawn"  # a letter not posted or a call not made, since the invoice was settled or changed


BOUNCE = "bounce"
"""In the evidence of an e-mail: the status with which it came back, or with which one before it did."""


WITHDRAWN_FOR = "withdrawn_for"
"""In the evidence of a letter that was withdrawn although its invoice is owed: what of it is right no more."""


class ActionOutcome(Input):
    """The answer to the three requests, and to `GET /actions/{key}`; `evidence` is what proves the act."""

    key: ActionKey
    status: ActionStatus
    recipient: str
    reason: str | None
    evidence: dict[str, str]
    at: Instant
