"""The row of a message."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from pydantic import BaseModel
from sqlalchemy import Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from chassis.database import text_enum
from contracts.parties import Language


class MessageStatus(StrEnum):
    """pending -> sending -> sent | failed | uncertain; a deferral or a late hand-over goes back to pending.

    What was sent, or may have been, is bounced once it comes back.
    """

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    BOUNCED = "bounced"


FINISHED = (MessageStatus.SENT, MessageStatus.FAILED, MessageStatus.UNCERTAIN, MessageStatus.BOUNCED)


DIGEST = "split_part(message_id, '@', 1)"
"""What is before the domain of a Message-ID; its envelope's sender may say the same."""


class SentAttachment(BaseModel):
    """What was attached, by its name and its hash."""

    filename: str
    size: int
    sha256: str


class Message(SQLModel, table=True):
    """One e-mail under its business key. `requested_at` and `settled_at` are business time; `lease_until`
    and `handed_over_at` are real time. `claim` is the attempt that may hand it over, until its lease ends.
    `bounce_code` is the status with which it came back, or of what it was not sent for; while nobody settled a
    bounced message, an `address_is_dead` is not written to. What goes to a colleague has no `customer_id`.
    """

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("organisation", "key"),
        Index("ix_messages_organisation_requested_at", "organisation", "requested_at", "id"),
        Index("ix_messages_customer", "organisation", "customer_id", "requested_at", "id"),
        Index("ix_messages_organisation_thread", "organisation", "thread"),
        Index(
            "ix_messages_unfinished",
            "status",
            postgresql_where=text("status in ('pending', 'sending', 'uncertain')"),
        ),
        Index("ix_messages_digest", "organisation", text(DIGEST)),
        Index(
            "ix_messages_bounced",
            "organisation",
            text("lower(recipient)"),
            postgresql_where=text("status = 'bounced' and settled_by is null"),
        ),
        Index("ix_messages_lease_until", "lease_until", postgresql_where=text("status = 'sending'")),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    organisation: str = Field(sa_type=Text)
    key: str = Field(sa_type=Text)
    thread: str | None = Field(default=None, sa_type=Text)
    template: str = Field(sa_type=Text)
    language: Language = Field(sa_type=text_enum(Language))
    customer_id: UUID | None = None
    invoice_id: UUID | None = None
    reference: str = Field(sa_type=Text)
    recipient: str = Field(sa_type=Text)
    recipient_name: str = Field(sa_type=Text)
    message_id: str = Field(sa_type=Text)
    subject: str = Field(sa_type=Text)
    text: str = Field(sa_type=Text)
    html: str = Field(sa_type=Text)
    attachments: list[dict[str, str | int]] = Field(sa_type=JSONB)
    trace_id: str | None = Field(default=None, sa_type=Text)
    requested_at: datetime
    status: MessageStatus = Field(sa_type=text_enum(MessageStatus))
    claim: UUID | None = None
    lease_until: datetime | None = None
    reason: str | None = Field(default=None, sa_type=Text)
    relay_answer: str | None = Field(default=None, sa_type=Text)
    sha256: str | None = Field(default=None, sa_type=Text)
    handed_over_at: datetime | None = None
    settled_at: datetime
    settled_by: str | None = Field(default=None, sa_type=Text)
    settled_by_name: str | None = Field(default=None, sa_type=Text)
    note: str | None = Field(default=None, sa_type=Text)
    bounce_code: str | None = Field(default=None, sa_type=Text)
    address_is_dead: bool = False
