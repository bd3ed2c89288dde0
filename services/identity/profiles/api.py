"""`/profiles`: who may do what."""

from typing import Annotated

from fastapi import APIRouter

from chassis.auth import Caller, require
from chassis.clock import RealClock
from chassis.database import Transaction
from chassis.paging import Page
from contracts.base import Key
from contracts.rights import Right
from services.identity.profiles import use_cases
from services.identity.profiles.schemas import ProfileInput, ProfileView, view_of

router = APIRouter(prefix="/profiles", tags=["profiles"])

Reader = Annotated[Caller, require(Right.PROFILES_READ)]
Writer = Annotated[Caller, require(Right.PROFILES_WRITE)]


@router.get("")
async def list_profiles(caller: Reader, transaction: Transaction) -> Page[ProfileView]:
    """All of them: the default ones, then the organisation's own."""
    profiles = await use_cases.profiles_of(transaction, caller.organisation)
    changed = await use_cases.changed_keys(transaction, caller.organisation)
    items = [view_of(profile, is_changed=key in changed) for key, profile in profiles.items()]
    return Page(items=items, next=None)


@router.get("/{key}")
async def read_profile(key: Key, caller: Reader, transaction: Transaction) -> ProfileView:
    profile = await use_cases.get_profile(transaction, caller.organisation, key)
    return view_of(profile, is_changed=key in await use_cases.changed_keys(transaction, caller.organisation))


@router.put("/{key}")
async def write_profile(
    key: Key, body: ProfileInput, caller: Writer, transaction: Transaction, now: RealClock
) -> ProfileView:
    """Make or replace a profile. In force within five minutes. 409 for admin, which has every right."""
    profile = await use_cases.write_profile(transaction, caller, key, body, now=now())
    return view_of(profile, is_changed=True)


@router.delete("/{key}", status_code=204)
async def drop_profile(key: Key, caller: Writer, transaction: Transaction) -> None:
    """A default profile becomes what it was at first. 409 for another one that somebody has."""
    await use_cases.drop_profile(transaction, caller, key)
