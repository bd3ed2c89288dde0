"""`/jwks.json`: what every service checks tokens with."""

from fastapi import APIRouter, Request

from chassis.clock import RealClock
from services.identity.house import House
from services.identity.signing import use_cases

router = APIRouter(tags=["tokens"])


@router.get("/jwks.json")
async def read_keys(request: Request, now: RealClock) -> dict[str, list[dict[str, str]]]:
    """The public keys, those of the past as long as a token of theirs may be valid."""
    house: House = request.app.state.house
    return await use_cases.published(house.sessions, house.sealer, now=now())
