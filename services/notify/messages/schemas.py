"""Bodies of the endpoints about messages."""

import re
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from contracts.base import Input
from contracts.parties import Language
from services.notify.messages.domain import NO_LINK
from services.notify.messages.models import MessageStatus, SentAttachment

SECRET_LINK = re.compile(r"https?://[^\s<>\"]+/q/[A-Za-z0-9_-]{43}")
"""Of the page on which a customer answers a quote."""


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


def _without_secrets(text: str) -> str:
    return SECRET_LINK.sub(NO_LINK, text)


class MessageView(MessageSummary):
    """What was written, but for the link of a quote, which is a secret; and what proves that it left.

    An earlier release, which may run beside this one for a while, keeps such links.
    """

    recipient_name: str
    thread: str | None
    message_id: str
    text: Annotated[str, AfterValidator(_without_secrets)]
    html: Annotated[str, AfterValidator(_without_secrets)]
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
