"""What `/organisation` takes and gives."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from contracts.base import Input, Text
from services.identity.organisations.domain import Rule


class OrganisationInput(Input):
    name: Annotated[Text, Field(min_length=1, max_length=200)]
    rules: list[Rule] = Field(default=[], max_length=100)
    creates_users: bool = Field(default=False, description="Whether a first sign-in by the provider makes a user")


class OrganisationView(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    key: str
    name: str
    rules: list[Rule]
    creates_users: bool
    created_at: datetime
