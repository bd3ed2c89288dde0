"""Letters as rows; the document stands apart, so that lists stay light."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import Index, LargeBinary, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from chassis.columns import MONEY
from chassis.database import text_enum
from contracts.parties import Language


class LetterStatus(StrEnum):
    PREPARED = "prepared"
    POSTED = "posted"
    WITHDRAWN = "withdrawn"


class WithdrawalCause(StrEnum):
    """Why a letter was withdrawn. Of all but the first a person decides whether another one goes."""

    CLOSED = "closed"
    LESS_OWED = "less_owed"
    DUE_DATE_MOVED = "due_date_moved"


class Letter(SQLModel, table=True):
    """`prepared_on` is the date on the letter, in the organisation's calendar, and the day of its print batch; of one
    that was withdrawn and came back it is the day on which it came back. `part` of that batch, from 1 on, is None in
    letters of earlier releases. `cause` and `reason` say why withdrawn.

    `settled_at` is when the status was last decided; `receivable_version` what the letter speaks of, `balance` what it
    asks for and `due_date` since when, None of a quote and of letters of earlier releases.
    """

    __tablename__ = "letters"
    __table_args__ = (
        UniqueConstraint("organisation", "key"),
        Index("ix_letters_organisation_prepared_at", "organisation", "prepared_at", "id"),
        Index("ix_letters_batch", "organisation", "prepared_on", "part"),
        Index("ix_letters_prepared", "status", postgresql_where=text("status = 'prepared'")),
        Index(
            "ix_letters_undecided",
            "organisation",
            "prepared_at",
            "id",
            postgresql_where=text("cause in ('less_owed', 'due_date_moved')"),
        ),
        Index("ix_letters_customer", "organisation", "customer_id", "prepared_at", "id"),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    organisation: str = Field(sa_type=Text)
    key: str = Field(sa_type=Text)
    template: str = Field(sa_type=Text)
    language: Language = Field(sa_type=text_enum(Language))
    customer_id: UUID
    invoice_id: UUID | None = Field(default=None, index=True)
    receivable_version: int | None = None
    balance: Decimal | None = Field(default=None, sa_type=MONEY)
    due_date: date | None = None
    reference: str = Field(sa_type=Text)
    recipient: str = Field(sa_type=Text)
    subject: str = Field(sa_type=Text)
    status: LetterStatus = Field(sa_type=text_enum(LetterStatus))
    prepared_at: datetime
    prepared_on: date
    part: int | None = None
    posted_on: date | None = None
    posted_by: str | None = Field(default=None, sa_type=Text)
    posted_by_name: str | None = Field(default=None, sa_type=Text)
    tracking_number: str | None = Field(default=None, sa_type=Text)
    cause: WithdrawalCause | None = Field(default=None, sa_type=text_enum(WithdrawalCause))
    reason: str | None = Field(default=None, sa_type=Text)
    settled_at: datetime
    pages: int
    sha256: str = Field(sa_type=Text)


class LetterDocument(SQLModel, table=True):
    """The PDF as it was prepared, and the page it was printed from, for the day's batch."""

    __tablename__ = "letter_documents"

    letter_id: UUID = Field(primary_key=True, foreign_key="letters.id")
    html: str = Field(sa_type=Text)
    pdf: bytes = Field(sa_type=LargeBinary)
