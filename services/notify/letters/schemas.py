"""Letters as callers see them."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from contracts.base import BusinessDate, Input
from contracts.parties import Language
from services.notify.letters.models import LetterStatus, WithdrawalCause

TrackingNumber = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ./-]{0,39}$", examples=["1A 123 456 7890 1"])]


class PostingInput(Input):
    """The letter was handed to the post; the number is on the proof of deposit of a registered letter."""

    posted_on: BusinessDate
    tracking_number: TrackingNumber | None = None


class LetterView(BaseModel):
    id: UUID
    key: str
    template: str
    language: Language
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
    posted_by_name: str | None
    tracking_number: str | None
    cause: WithdrawalCause | None
    reason: str | None
    pages: int
    sha256: str


class BatchView(BaseModel):
    """The print batch of a day: `letters` to print, in so many `parts`; each letter is in one of them."""

    day: date
    letters: int
    parts: int
