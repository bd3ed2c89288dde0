"""`/tokens`: what the secret of a session or of an API key is exchanged for."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, Field

from chassis.addresses import address_of
from chassis.auth import Unauthorised
from chassis.clock import RealClock
from contracts.base import Input, Text
from services.identity.house import House
from services.identity.tokens import use_cases

router = APIRouter(prefix="/tokens", tags=["tokens"])

secret_of = HTTPBearer(auto_error=False, scheme_name="Secret", description="The secret of a session or of an API key")
Secret = Annotated[HTTPAuthorizationCredentials | None, Depends(secret_of)]


class TokenRequest(Input):
    """`address`: where the browser is. It counts when the caller is a trusted proxy, such as the console."""

    address: Annotated[Text, Field(max_length=50)] | None = None
    is_use: bool = Field(default=True, description="Of a session: without a use, the time after which it ends runs on")


class TokenView(BaseModel):
    access_token: str
    expires_at: datetime


@router.post("", status_code=201)
async def issue_token(secret: Secret, request: Request, now: RealClock, body: TokenRequest | None = None) -> TokenView:
    """Valid for five minutes at most. 401 when the secret has ended, expired, was revoked or never was."""
    if secret is None:
        raise Unauthorised("header Authorization: the secret of a session or of an API key is expected as bearer")
    house: House = request.app.state.house
    peer = request.client.host if request.client else None
    address = address_of(peer, body.address if body else None, house.settings.trusted_proxies)
    issued = await use_cases.issue(
        house, secret.credentials, address=address, is_use=body is None or body.is_use, now=now()
    )
    return TokenView(access_token=issued.token, expires_at=issued.expires_at)
