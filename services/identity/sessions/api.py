"""`/sessions`: signing in and out."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request

from chassis.addresses import address_of
from chassis.auth import Caller, caller_of
from chassis.clock import RealClock
from chassis.database import Transaction
from chassis.paging import Page
from services.identity.house import House
from services.identity.sessions import signing_in, use_cases
from services.identity.sessions.domain import Opened
from services.identity.sessions.schemas import SessionView, SignedIn, SignIn
from services.identity.sessions.use_cases import view_of
from services.identity.users.schemas import MeView

router = APIRouter(prefix="/sessions", tags=["sessions"])

Anyone = Annotated[Caller, Depends(caller_of)]


def house_of(request: Request) -> House:
    house: House = request.app.state.house
    return house


CurrentHouse = Annotated[House, Depends(house_of)]


def browser_address(request: Request, house: House, told: str | None) -> str | None:
    peer = request.client.host if request.client else None
    return address_of(peer, told, house.settings.trusted_proxies)


@router.post("", status_code=201)
async def sign_in(body: SignIn, house: CurrentHouse, request: Request, now: RealClock) -> SignedIn:
    """401 when it is refused, whatever the reason; 429 with Retry-After while the account or address is locked."""
    address = browser_address(request, house, body.device.address)
    opened = await signing_in.sign_in(
        house, body.email, body.password, user_agent=body.device.user_agent, address=address, now=now()
    )
    return signed_in(opened)


def signed_in(opened: Opened) -> SignedIn:
    user = MeView.model_validate(opened.user)
    return SignedIn(secret=opened.secret, expires_at=opened.session.expires_at, user=user)


@router.get("")
async def list_devices(
    caller: Anyone, house: CurrentHouse, transaction: Transaction, now: RealClock
) -> Page[SessionView]:
    """Where you are signed in, most recently used first."""
    found = await use_cases.devices(transaction, caller, idle=house.settings.session_idle, now=now())
    return Page(items=[view_of(each, caller) for each in found], next=None)


@router.delete("/current", status_code=204)
async def sign_out(caller: Anyone, transaction: Transaction, now: RealClock) -> None:
    """Sign out here. Tokens already given out expire within five minutes."""
    await use_cases.end_current(transaction, caller, now=now())


@router.delete("/{session_id}", status_code=204)
async def sign_out_device(session_id: UUID, caller: Anyone, transaction: Transaction, now: RealClock) -> None:
    await use_cases.end_session(transaction, caller, session_id, now=now())


@router.delete("", status_code=204)
async def sign_out_everywhere(caller: Anyone, transaction: Transaction, now: RealClock) -> None:
    await use_cases.end_all(transaction, caller, now=now())
