"""What `/users` and `/me` take and give."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, EmailStr, Field

from contracts.base import Input, Key, Text
from contracts.parties import Language
from services.identity.passwords import LONGEST, SHORTEST
from services.identity.users.models import Theme

PersonName = Annotated[Text, Field(min_length=1, max_length=200)]
NewPassword = Annotated[Text, Field(min_length=SHORTEST, max_length=LONGEST)]
AnyPassword = Annotated[Text, Field(min_length=1, max_length=LONGEST)]


class UserInput(Input):
    email: EmailStr = Field(max_length=254)
    name: PersonName
    language: Language = Language.FRENCH
    profile: Key
    is_active: bool = True


class MeInput(Input):
    name: PersonName
    language: Language
    theme: Theme


class PasswordChange(Input):
    current: AnyPassword
    password: NewPassword


class UserView(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    email: str
    name: str
    language: Language
    profile: str
    is_active: bool
    has_password: bool
    has_provider: bool
    created_at: datetime
    changed_at: datetime


class MeView(BaseModel):
    """`must_change_password`: tokens give no right until it is changed."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    email: str
    language: Language
    theme: Theme
    organisation: str
    profile: str
    has_password: bool
    has_provider: bool
    must_change_password: bool = Field(validation_alias="password_is_temporary")
