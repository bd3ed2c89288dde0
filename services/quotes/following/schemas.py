"""What the follow-up of a quote has done, and what it does next."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from contracts.base import Instant


class MailStatus(StrEnum):
    PLANNED = "planned"
    SENT = "sent"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    BOUNCED = "bounced"  # handed over, and nobody knows whether it was taken; not sent again by itself


class Act(StrEnum):
    SEND = "send"
    FOLLOW_UP = "follow_up"
    EXPIRE = "expire"


class MailView(BaseModel):
    """An e-mail about the quote: `send` with the quote itself, `follow_up`. Recipient and reason may be unknown."""

    model_config = ConfigDict(from_attributes=True)

    name: Act
    status: MailStatus
    recipient: str | None
    reason: str | None
    at: Instant


class NextAct(BaseModel):
    """What happens unless the customer answers before; `at` is business time, past while it is being done."""

    act: Act
    at: Instant


class FollowUpView(BaseModel):
    """`next` is None once the quote is answered or expired."""

    done: list[MailView]
    next: NextAct | None
