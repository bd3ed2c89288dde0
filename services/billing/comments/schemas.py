"""What `/customers/{customer_id}/comments` takes and gives."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from contracts.base import Input, Instant
from services.billing.texts import Text


class CommentInput(Input):
    """`corrects`: an earlier comment on the same customer, which stays as it was written."""

    text: Annotated[Text, Field(min_length=1, max_length=4000)]
    corrects: UUID | None = None


class CommentView(BaseModel):
    """`is_corrected`: a later comment says that it corrects this one. `written_by` is the id behind the name."""

    id: UUID
    text: str
    corrects: UUID | None
    is_corrected: bool
    written_by: str
    written_by_name: str
    written_at: Instant
