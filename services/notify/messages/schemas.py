"""Bodies of the endpoints about messages."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from contracts.base import Input
from contracts.parties import Language
from services.notify.messages.models import MessageStatus, SentAttachment


class MessageSummary(BaseModel):
    """A line of a list. `settled_at` and `requested_at` are business time, `handed_over_at` is real time.

    What goes to a colleague, such as the overdue list, is of no customer.
    """

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    key: str
    status: MessageStatus
    template: str
    language: Language
    customer_id: UUID | None
    invoice_id: UUID | None
    reference: str
    recipient: str
    subject: str
    reason: str | None
    bounce_code: str | None
    address_is_dead: bool
    requested_at: datetime
    settled_at: datetime
    handed_over_at: datetime | None


class MessageView(MessageSummary):
    """What was written, but for the link of a quote, which is a secret; and what proves that it left."""

    recipient_name: str
    thread: str | None
    message_id: str
    text: str
    html: str
    attachments: list[SentAttachment]
    relay_answer: str | None
    sha256: str | None
    trace_id: str | None
    settled_by: str | None
    settled_by_name: str | None
    note: str | None


class LookedAfter(Input):
    """What a person did about a message that came back: the address was corrected, or may be tried again."""

    note: str = Field(min_length=1, max_length=2_000)


class Settlement(Input):
    """What a person found out about an uncertain message."""

    outcome: Literal["sent", "failed"]
    note: str = Field(min_length=1, max_length=2_000)
