"""What the endpoint about bounces answers."""

from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, Field


class Found(StrEnum):
    """What a mail that came back was taken for."""

    BOUNCED = "bounced"
    REPEATED = "repeated"  # the message was known to have come back, or never to have left
    DELAYED = "delayed"  # the servers go on trying
    IGNORED = "ignored"  # no report of a failure
    UNKNOWN = "unknown"  # a report, about no message of this organisation


class BounceView(BaseModel):
    found: Found
    reason: str = Field(description="Why, or the words of the mail server")
    message_id: UUID | None
    key: str | None
