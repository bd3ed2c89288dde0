"""What exclusions take and answer."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from contracts.base import Input, Text


class NewExclusion(Input):
    customer_id: UUID | None = None
    invoice_id: UUID | None = None
    reason: Annotated[Text, Field(min_length=1, max_length=500)]

    @model_validator(mode="after")
    def concerns_one(self) -> Self:
        if (self.customer_id is None) == (self.invoice_id is None):
            raise ValueError("customer_id, invoice_id: exactly one of them is expected")
        return self


class ExclusionView(BaseModel):
    id: UUID
    customer_id: UUID | None
    invoice_id: UUID | None
    reason: str
    created_at: datetime
    created_by: str
    created_by_name: str | None
