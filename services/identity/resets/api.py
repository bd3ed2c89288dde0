"""`/password-resets`: links to choose a password."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from pydantic import EmailStr, Field

from chassis.addresses import address_of
from chassis.clock import RealClock
from contracts.base import Input
from services.identity.house import House
from services.identity.resets import use_cases
from services.identity.sessions.schemas import Device
from services.identity.users.schemas import NewPassword

router = APIRouter(prefix="/password-resets", tags=["password resets"])

Token = Annotated[str, Path(min_length=1, max_length=200)]


class ResetRequest(Input):
    email: EmailStr = Field(max_length=254)
    device: Device = Device()


class NewPasswordInput(Input):
    password: NewPassword
    device: Device = Device()


def browser_address(request: Request, device: Device) -> str | None:
    house: House = request.app.state.house
    return address_of(request.client.host if request.client else None, device.address, house.settings.trusted_proxies)


@router.post("", status_code=202)
async def ask_for_reset(body: ResetRequest, request: Request, now: RealClock) -> None:
    """The answer never tells whether somebody has this address. The link is good for 30 minutes, once."""
    await use_cases.ask(request.app.state.house, body.email, browser_address(request, body.device), now=now())


@router.put("/{token}", status_code=204)
async def use_reset(token: Token, body: NewPasswordInput, request: Request, now: RealClock) -> None:
    """Set the password by the link's token; signs out everywhere. 404 when it was used or has expired."""
    address = browser_address(request, body.device)
    await use_cases.use(request.app.state.house, token, body.password, address, now=now())
