"""One customer's messages, letters and calls as one list."""

from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, Field

from contracts.base import Instant


class ActionKind(StrEnum):
    EMAIL = "email"
    LETTER = "letter"
    CALL = "call"


class ActionItem(BaseModel):
    """`at` is when it was asked for; `recipient` an address, a name or the one who calls.

    `status` is that of the message, letter or task; `detail` its reason, the tracking number or what the call brought.
    """

    kind: ActionKind
    id: UUID
    at: Instant
    invoice_id: UUID | None
    reference: str = Field(description="The number of the invoice or quote; empty for a call")
    subject: str
    recipient: str
    status: str
    outcome: str | None = Field(description="How a call went")
    detail: str | None


class KnownKey(BaseModel):
    """A key under which something was asked; `status` is that of the message, letter or task."""

    key: str
    status: str
