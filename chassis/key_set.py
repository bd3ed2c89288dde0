"""The public keys that access tokens are checked with."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import jwt
from jwt.exceptions import InvalidTokenError

from chassis.caller import Caller, Claims
from chassis.checked_tokens import Checked, CheckedTokens
from chassis.clients import http_client
from chassis.problems import DomainError
from chassis.settings import AuthSettings
from contracts.profiles import DEFAULT_PROFILES, Role

log = logging.getLogger(__name__)

ALGORITHMS = ["EdDSA", "ES256", "RS256"]
KEYS_LIVE = timedelta(minutes=5)
ASKED_AGAIN_AFTER = timedelta(seconds=5)
CEILING = "relance_profile"
"""A member of a key: what its tokens may at most do, the key of a default profile."""

REQUIRED = ["exp", "iss", "aud", "sub", "org", "profile", "rights"]
LEEWAY = 10.0
"""Seconds by which clocks may differ."""

Read = Callable[[], Awaitable[Any]]
"""Reads a JSON Web Key Set; raises OSError, ValueError or what httpx2 raises."""


class Unauthorised(DomainError):
    status = 401


class KeysOutOfReach(DomainError):
    """Nobody can say whether the token is good: the caller may try again."""

    status = 503


@dataclass(frozen=True)
class Known:
    key: jwt.PyJWK
    ceiling: Role | None


@dataclass
class Source:
    """One key set, read again when it may have changed. What was read stays good while it is out of reach."""

    read: Read
    keys: Mapping[str, Known] = field(default_factory=dict)
    read_at: datetime | None = None
    is_reached: bool = True
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def refresh(self, kid: str, now: datetime) -> None:
        lives = KEYS_LIVE if kid in self.keys and self.is_reached else ASKED_AGAIN_AFTER
        async with self.lock:
            if self.read_at is not None and now - self.read_at <= lives:
                return
            self.read_at = now
            try:
                self.keys = known_keys(await self.read())
                self.is_reached = True
            except (OSError, ValueError, LookupError, TypeError, httpx2.HTTPError) as error:
                self.is_reached = False
                log.warning("a key set cannot be read: %r", error)


@dataclass
class KeySet:
    """The public keys of the issuers: identity, and the services themselves."""

    sources: Sequence[Source]
    issuer: str
    audience: str
    checked: CheckedTokens = field(default_factory=CheckedTokens)

    @classmethod
    def of(cls, settings: AuthSettings) -> "KeySet":
        reads = [reading(source) for source in settings.jwks_sources]
        return cls([Source(read) for read in reads], settings.auth_issuer, settings.auth_audience)

    async def caller(self, token: str, *, now: datetime) -> Caller:
        """The caller of a token; 401 with the reason when it is expired, foreign or not a token."""
        try:
            checked = self.checked.find(token)
            kid = checked.kid if checked else jwt.get_unverified_header(token).get("kid")
            known = await self._key(kid, now=now)
            if checked is None or checked.key is not known:  # also when the key set was read again
                checked = self._check(token, kid, known)
            _check_times(checked.claims, now=now.timestamp())
            self.checked.keep(token, checked)
            return checked.caller
        except (InvalidTokenError, ValueError, TypeError) as error:
            raise Unauthorised(f"token: {error}; expected a valid token of {self.issuer}") from None

    def _check(self, token: str, kid: object, known: Known) -> Checked:
        claims = jwt.decode(
            token,
            known.key,
            algorithms=ALGORITHMS,
            audience=self.audience,
            issuer=self.issuer,
            options={"require": REQUIRED, "verify_exp": False, "verify_iat": False, "verify_nbf": False},
        )
        return Checked(kid, known, claims, within(known.ceiling, Claims.model_validate(claims).caller()))

    async def _key(self, kid: object, *, now: datetime) -> Known:
        if not isinstance(kid, str):
            raise InvalidTokenError("the header names no key")
        for source in sorted(self.sources, key=lambda each: kid not in each.keys):
            await source.refresh(kid, now)
            if kid in source.keys:
                return source.keys[kid]
        if not all(source.is_reached for source in self.sources):
            raise KeysOutOfReach("The keys that tokens are checked with are out of reach; try again.")
        raise InvalidTokenError("signed by a key that is not of this issuer")


def _check_times(claims: Mapping[str, Any], *, now: float) -> None:
    """PyJWT would ask a clock of its own."""
    times = {name: claims[name] for name in ("exp", "nbf", "iat") if name in claims}
    if not all(isinstance(at, int | float) and not isinstance(at, bool) for at in times.values()):
        raise InvalidTokenError("exp, nbf and iat are seconds since 1970")
    if not now < times["exp"] + LEEWAY:  # so that "not a number" has expired too
        raise InvalidTokenError("the token has expired")
    if any(times[name] > now + LEEWAY for name in ("nbf", "iat") if name in times):
        raise InvalidTokenError("the token is not yet valid")


def known_keys(document: Any) -> dict[str, Known]:
    """The keys of a JSON Web Key Set by their ids; ValueError and the like when it is none."""
    return {
        key["kid"]: Known(jwt.PyJWK(key), Role(key[CEILING]) if CEILING in key else None) for key in document["keys"]
    }


def within(ceiling: Role | None, caller: Caller) -> Caller:
    """The caller without what its token claims above the ceiling of the key that signed it."""
    if ceiling is None:
        return caller
    profile = DEFAULT_PROFILES[ceiling]
    return replace(
        caller,
        profile=profile.key,
        rights=caller.rights & profile.rights,
        fields={name: access for name, access in caller.fields.items() if name in profile.fields},
    )


def reading(source: str) -> Read:
    """Reads a path or an http address."""
    if not source.startswith(("https://", "http://")):
        return lambda: _from_file(Path(source))
    return lambda: _from_address(source)


async def _from_file(path: Path) -> Any:
    return json.loads(await asyncio.to_thread(path.read_text))


async def _from_address(address: str) -> Any:
    async with http_client(timeout=5) as http:
        response = await http.get(address)
        return response.raise_for_status().json()
