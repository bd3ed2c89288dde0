"""What `/sessions` takes and gives."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, EmailStr, Field

from contracts.base import Input, Text
from services.identity.users.schemas import AnyPassword, MeView


class Device(Input):
    """What signs in. The address counts when the caller is a trusted proxy, such as the console."""

    user_agent: Annotated[Text, Field(max_length=500)] = ""
    address: Annotated[Text, Field(max_length=50)] | None = None


class SignIn(Input):
    email: EmailStr = Field(max_length=254)
    password: AnyPassword
    device: Device = Device()


class SignedIn(BaseModel):
    """`secret` is shown once: it is what `POST /tokens` takes."""

    secret: str
    expires_at: datetime
    user: MeView


class SessionView(BaseModel):
    id: UUID
    user_agent: str
    address: str | None
    started_at: datetime
    last_used_at: datetime
    expires_at: datetime
    is_current: bool
