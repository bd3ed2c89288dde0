"""Sign in by the identity provider: authorization code with PKCE, a nonce, and a state bound to the browser."""

import base64
import hashlib
import hmac
import logging
import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.changes import watch
from chassis.problems import DomainError, InvalidField
from services.identity.audit import entries
from services.identity.house import House
from services.identity.oidc import domain, people, store
from services.identity.oidc.addresses import asking, is_within
from services.identity.oidc.domain import Person
from services.identity.oidc.models import Authorization
from services.identity.oidc.provider import Metadata, Provider
from services.identity.oidc.schemas import AuthorizationInput, BeginningInput, SessionInput
from services.identity.secrets import digest
from services.identity.sessions import domain as sessions
from services.identity.sessions.domain import Opened
from services.identity.throttle import use_cases as throttle
from services.identity.throttle.models import Target
from services.identity.users import store as users
from services.identity.users.models import User

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Begun:
    """Where the browser goes, with what it keeps."""

    url: str
    state: str
    binding: str
    expires_at: datetime


async def begin(house: House, given: AuthorizationInput, address: str | None, *, now: datetime) -> Begun:
    """422 for a page that is not the console's; 429 after too many that were not finished."""
    provider = provider_of(house)
    if not is_within(given.redirect_uri, house.settings.console_url):
        raise InvalidField("redirect_uri", given.redirect_uri, f"a page of {house.settings.console_url}")
    metadata = await provider.metadata(now=now)
    state, binding, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    begun = Authorization(
        digest=digest(state),
        binding=digest(binding),
        nonce=secrets.token_urlsafe(32),
        verifier=verifier,
        redirect_uri=given.redirect_uri,
        carried=given.carried,
        expires_at=now + domain.AUTHORIZATION_LIVES,
    )
    async with house.sessions() as session, session.begin():
        if address is not None:
            await throttle.take(session, Target.PROVIDER, address, now=now)
        session.add(begun)
    return Begun(_address(provider, metadata, begun, state), state, binding, begun.expires_at)


async def finish(
    house: House, given: SessionInput, address: str | None, *, now: datetime
) -> tuple[Opened, Authorization]:
    """A session for the person whom the provider vouches for. Refusals are of `domain`, and told to the audit."""
    provider = provider_of(house)
    begun = await _take(house, given, now=now)
    if given.iss is not None and given.iss != provider.issuer:
        raise domain.ProviderRefused(f"it is of {given.iss!r}; expected {provider.issuer!r}")
    claims = await provider.claims(begun, given.code, now=now)
    person = domain.person_of(claims, issuer=provider.issuer, trusts_email=house.settings.oidc_trusts_email)
    try:
        opened = await _open(house, person, begun, given.device.user_agent, address, now=now)
    except DomainError as refusal:
        await _tell_refusal(house, person, address, refusal, now=now)
        raise
    return opened, begun


async def carried(house: House, given: BeginningInput, *, now: datetime) -> str:
    """What was given along at the beginning, to the browser where it began; it ends or spends nothing."""
    async with house.sessions() as session:
        begun = await store.find(session, digest(given.state))
    if begun is None or not domain.is_carried(begun, now=now) or not _is_bound(begun, given):
        raise domain.AuthorizationSpent
    return begun.carried


def provider_of(house: House) -> Provider:
    if house.provider is None:
        raise domain.ProviderNotOffered
    return house.provider


async def _take(house: House, given: SessionInput, *, now: datetime) -> Authorization:
    """The one with this state, which is spent by that, whoever brings it: no code is ever tried again."""
    async with house.sessions() as session, session.begin():
        begun = await store.take(session, digest(given.state), now=now)
    if begun is None or now >= begun.expires_at or not _is_bound(begun, given):
        raise domain.AuthorizationSpent
    return begun


def _is_bound(begun: Authorization, given: BeginningInput) -> bool:
    return hmac.compare_digest(begun.binding, digest(given.binding))


async def _open(
    house: House, person: Person, begun: Authorization, user_agent: str, address: str | None, *, now: datetime
) -> Opened:
    async with house.sessions() as session, session.begin():
        changes = watch(session.sync_session)
        user = await people.known_user(session, person) or await people.make_user(session, person, now=now)
        await people.bring_up_to_date(session, user, person, now=now)
        await session.flush()
        changed = changes.listed()
        opened = sessions.open_session(
            user, user_agent=user_agent, address=address, lives=house.settings.session_lives, now=now
        )
        session.add(opened.session)
        await store.forget(session, begun.digest)
        if address is not None:
            await throttle.give_back(session, Target.PROVIDER, address, taken_at=domain.begun_at(begun))
        entries.signed_in(session, opened, at=now, how="identity provider", changes=changed)
    return opened


async def _tell_refusal(
    house: House, person: Person, address: str | None, refusal: DomainError, *, now: datetime
) -> None:
    log.warning("sign-in by the provider refused: %s", refusal.code)
    async with house.sessions() as session, session.begin():
        user = await _whoever(session, person)
        who = person.told_email or person.subject
        await entries.refused_sign_in(session, user, who, address, at=now, reason=refusal.code)


async def _whoever(session: AsyncSession, person: Person) -> User | None:
    by_account = await users.by_oidc(session, person.issuer, person.subject)
    return by_account or (await users.by_email(session, person.email) if person.email else None)


def _address(provider: Provider, metadata: Metadata, begun: Authorization, state: str) -> str:
    challenge = base64.urlsafe_b64encode(hashlib.sha256(begun.verifier.encode()).digest()).decode().rstrip("=")
    asked = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": begun.redirect_uri,
        "scope": provider.settings.oidc_scopes,
        "state": state,
        "nonce": begun.nonce,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    return asking(metadata.authorization_endpoint, asked)
