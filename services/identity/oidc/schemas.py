"""What `/oidc` takes and gives."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from contracts.base import Input, Text
from services.identity.sessions.schemas import Device, SignedIn

Short = Annotated[Text, Field(min_length=1, max_length=200)]
Carried = Annotated[Text, Field(max_length=250_000)]


class ProviderView(BaseModel):
    """`sign_out_url`: where the provider signs people out; none until someone signed in, or when it says nowhere."""

    name: str
    sign_out_url: str | None


class AuthorizationInput(Input):
    """`redirect_uri` is a page of the console. `carried` is given back by the session."""

    redirect_uri: Annotated[Text, Field(max_length=500)]
    carried: Carried = ""
    device: Device = Device()


class AuthorizationView(BaseModel):
    """`binding` stays in the browser that goes to `url`, and only there: it must come back with the code."""

    url: str
    state: str
    binding: str
    expires_at: datetime


class BeginningInput(Input):
    """A sign-in, by what the browser knows of it."""

    state: Short
    binding: Short


class CarriedView(BaseModel):
    carried: str


class SessionInput(BeginningInput):
    """What the browser brought back. `iss` as RFC 9207 adds it."""

    code: Annotated[Text, Field(min_length=1, max_length=4000)]
    iss: Annotated[Text, Field(max_length=500)] | None = None
    device: Device = Device()


class SignedInByProvider(SignedIn):
    carried: str
