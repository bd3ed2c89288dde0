"""`/oidc`: signing in by the identity provider of this installation."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from chassis.addresses import address_of
from chassis.clock import RealClock
from services.identity.house import House
from services.identity.oidc import use_cases
from services.identity.oidc.addresses import asking
from services.identity.oidc.schemas import (
    AuthorizationInput,
    AuthorizationView,
    BeginningInput,
    CarriedView,
    ProviderView,
    SessionInput,
    SignedInByProvider,
)
from services.identity.sessions.schemas import Device
from services.identity.users.schemas import MeView

router = APIRouter(prefix="/oidc", tags=["sign-in by an identity provider"])


def house_of(request: Request) -> House:
    house: House = request.app.state.house
    return house


CurrentHouse = Annotated[House, Depends(house_of)]


def browser_address(request: Request, house: House, device: Device) -> str | None:
    return address_of(request.client.host if request.client else None, device.address, house.settings.trusted_proxies)


@router.get("")
async def read_provider(house: CurrentHouse) -> ProviderView:
    """404 where people sign in by password alone. The provider is not asked, so that its silence holds up nobody."""
    provider = use_cases.provider_of(house)
    end = provider.known.end_session_endpoint if provider.known else None
    home = {"client_id": provider.client_id, "post_logout_redirect_uri": f"{house.settings.console_url}/sign-in"}
    return ProviderView(name=house.settings.oidc_name, sign_out_url=asking(end, home) if end else None)


@router.post("/authorizations", status_code=201)
async def begin(body: AuthorizationInput, house: CurrentHouse, request: Request, now: RealClock) -> AuthorizationView:
    """Send the browser to `url`; the state is good for ten minutes, once, with the browser's `binding`."""
    begun = await use_cases.begin(house, body, browser_address(request, house, body.device), now=now())
    return AuthorizationView(url=begun.url, state=begun.state, binding=begun.binding, expires_at=begun.expires_at)


@router.post("/sessions", status_code=201)
async def finish(body: SessionInput, house: CurrentHouse, request: Request, now: RealClock) -> SignedInByProvider:
    """401 for a state or an answer that is no good; 403 when no rule gives a profile, and says which it is."""
    opened, begun = await use_cases.finish(house, body, browser_address(request, house, body.device), now=now())
    return SignedInByProvider(
        secret=opened.secret,
        expires_at=opened.session.expires_at,
        user=MeView.model_validate(opened.user),
        carried=begun.carried,
    )


@router.post("/carried")
async def read_carried(body: BeginningInput, house: CurrentHouse, now: RealClock) -> CarriedView:
    """What a sign-in that came to nothing was to give back, for an hour. 401 for another browser's, or none."""
    return CarriedView(carried=await use_cases.carried(house, body, now=now()))
