"""Users and rights: the pages that stand side by side."""

from dataclasses import dataclass

from fastapi import APIRouter
from starlette.responses import Response

from chassis.problems import Forbidden
from contracts.rights import Right
from services.console.peers.identity import Profile
from services.console.web.catalogues import mark
from services.console.web.visit import SignedInVisit, Visit

router = APIRouter(prefix="/people")


@dataclass(frozen=True)
class Tab:
    path: str
    label: str
    right: Right


TABS = (
    Tab("/people/users", mark("Users"), Right.USERS_READ),
    Tab("/people/profiles", mark("Profiles"), Right.PROFILES_READ),
    Tab("/people/api-keys", mark("API keys"), Right.API_KEYS_READ),
    Tab("/people/calendars", mark("Calendars"), Right.USERS_READ),
    Tab("/people/overdue-lists", mark("Overdue lists"), Right.OVERDUE_LISTS_READ),
    Tab("/people/rules", mark("Identity provider"), Right.ORGANISATION_WRITE),
)


@router.get("")
async def people(visit: SignedInVisit) -> Response:
    """The first of them that the reader may see."""
    tabs = tabs_for(visit)
    if not tabs:
        raise Forbidden("This profile may read none of these pages.")
    return visit.go(tabs[0].path)


def tabs_for(visit: Visit) -> list[Tab]:
    return [tab for tab in TABS if visit.may(tab.right)]


def named(profiles: list[Profile], visit: Visit) -> dict[str, str]:
    """What the reader calls each profile."""
    return {each.key: name_of(each, visit) for each in profiles}


def name_of(profile: Profile, visit: Visit) -> str:
    return profile.names.get(visit.language) or next(iter(profile.names.values()), profile.key)
