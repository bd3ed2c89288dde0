"""What `/api-keys` takes and gives."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from contracts.base import Input, Key, Text
from contracts.rights import Right


class ApiKeyInput(Input):
    """`rights` narrows the profile; absent, the key may all that the profile may."""

    name: Annotated[Text, Field(min_length=1, max_length=100)]
    profile: Key
    rights: frozenset[Right] | None = Field(default=None, min_length=1)
    days: int = Field(default=90, ge=1, le=366, description="How long it is valid")


class ApiKeyView(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    profile: str
    rights: list[str] | None
    hint: str
    created_by: str
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


class NewApiKey(BaseModel):
    """`secret` is shown this once."""

    key: ApiKeyView
    secret: str
