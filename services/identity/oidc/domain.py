"""Signing in by an identity provider: who someone is by their claims, and why they may not come in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from chassis.problems import DomainError, Forbidden, NotFound
from contracts.parties import Language
from services.identity.oidc.models import Authorization
from services.identity.organisations.domain import profile_for
from services.identity.organisations.models import Organisation

AUTHORIZATION_LIVES = timedelta(minutes=10)
"""How long someone may take at the provider."""
CARRIED_LIVES = timedelta(hours=1)
"""How long, from the beginning, what they were about to do is given back to them: longer than a sign-in may take."""


class ProviderNotOffered(NotFound):
    def __init__(self) -> None:
        DomainError.__init__(self, "There is no identity provider here; people sign in by password.")


class AuthorizationSpent(DomainError):
    """One answer for a state that is unknown, was used, has expired or was begun in another browser."""

    status = 401

    def __init__(self) -> None:
        super().__init__("This sign-in was not begun in this browser, was used already or took too long; begin again.")


class ProviderUnavailable(DomainError):
    status = 503

    def __init__(self, why: str) -> None:
        super().__init__(f"The identity provider does not answer as it should: {why}.")


class ProviderRefused(DomainError):
    """The provider did not take the code, or what it says of the person cannot be trusted."""

    status = 401

    def __init__(self, why: str) -> None:
        super().__init__(f"The identity provider's answer is refused: {why}.")


class NoProfileForClaims(Forbidden):
    """No rule of the organisation gives a profile to what the provider says."""

    def __init__(self, email: str | None) -> None:
        super().__init__(f"No rule gives {email or 'this account'} a profile; an administrator writes the rules.")


class SeveralOrganisations(Forbidden):
    def __init__(self, keys: Sequence[str]) -> None:
        super().__init__(f"The rules of several organisations fit this account: {', '.join(keys)}.")


class NotInvited(Forbidden):
    def __init__(self, email: str | None) -> None:
        super().__init__(f"{email or 'This account'} is not that of a user; an administrator makes one.")


class EmailNotVerified(Forbidden):
    def __init__(self, email: str | None) -> None:
        super().__init__(f"The identity provider does not say that {email or 'an e-mail address'} is verified.")


class UserIsLocked(Forbidden):
    def __init__(self) -> None:
        super().__init__("This user is locked; an administrator may unlock them.")


class IdentityTaken(DomainError):
    def __init__(self, email: str) -> None:
        super().__init__(f"{email} is that of a user who has another account at the identity provider.")


@dataclass(frozen=True)
class Person:
    """What the provider says. `email` is None unless it may be believed."""

    issuer: str
    subject: str
    email: str | None
    told_email: str | None
    name: str | None
    language: Language
    claims: Mapping[str, object]


def is_carried(begun: Authorization, *, now: datetime) -> bool:
    return now < begun_at(begun) + CARRIED_LIVES


def last_forgotten(now: datetime) -> datetime:
    """What expired before this moment gives nothing back any more."""
    return now - (CARRIED_LIVES - AUTHORIZATION_LIVES)


def begun_at(begun: Authorization) -> datetime:
    return begun.expires_at - AUTHORIZATION_LIVES


def person_of(claims: Mapping[str, object], *, issuer: str, trusts_email: bool) -> Person:
    """Raises ProviderRefused when they name nobody."""
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= 255:
        raise ProviderRefused("it names nobody")
    email = _text(claims.get("email"), most=254)
    email = email.lower() if email and "@" in email else None
    verified = trusts_email or claims.get("email_verified") in (True, "true")
    french = str(claims.get("locale", "fr")).lower().startswith("fr")
    return Person(
        issuer=issuer,
        subject=subject,
        email=email if verified else None,
        told_email=email,
        name=_text(claims.get("name"), most=200) or _text(claims.get("preferred_username"), most=200),
        language=Language.FRENCH if french else Language.ENGLISH,
        claims=claims,
    )


def home_of(person: Person, organisations: Sequence[Organisation]) -> tuple[Organisation, str]:
    """The organisation that takes a new person in, and the profile that they have there."""
    fitting = [(each, key) for each in organisations if (key := profile_for(person.claims, each.rules))]
    if not fitting:
        raise NoProfileForClaims(person.told_email)
    taking = [(each, key) for each, key in fitting if each.creates_users]
    if not taking:
        raise NotInvited(person.told_email)
    if len(taking) > 1:
        raise SeveralOrganisations([each.key for each, _ in taking])
    return taking[0]


def _text(value: object, *, most: int) -> str | None:
    """None for what is no name: empty, too long, or not storable."""
    if not isinstance(value, str) or not value.isprintable():
        return None
    return value.strip() if 0 < len(value.strip()) <= most else None
