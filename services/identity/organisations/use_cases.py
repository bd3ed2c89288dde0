"""What is done with an organisation."""

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.auth import Caller
from chassis.problems import InvalidField, NotFound
from services.identity.organisations import store
from services.identity.organisations.models import Organisation
from services.identity.organisations.schemas import OrganisationInput
from services.identity.profiles import use_cases as profiles


async def get_organisation(session: AsyncSession, key: str, *, lock: bool = False) -> Organisation:
    organisation = await store.find(session, key, lock=lock)
    if organisation is None:
        raise NotFound("organisation", key)
    return organisation


async def change_organisation(session: AsyncSession, caller: Caller, given: OrganisationInput) -> Organisation:
    """422 when a rule names a profile that is not there; 403 when it gives more than the caller has."""
    organisation = await get_organisation(session, caller.organisation, lock=True)
    known = await profiles.profiles_of(session, caller.organisation)
    for number, rule in enumerate(given.rules):
        if rule.profile not in known:
            raise InvalidField(f"rules.{number}.profile", rule.profile, f"one of {', '.join(known)}")
        profiles.check_may_give(caller, known[rule.profile])
    organisation.name = given.name
    organisation.rules = given.rules
    organisation.creates_users = given.creates_users
    return organisation
