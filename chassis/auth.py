"""Who calls: bearer tokens signed by a key of the key set, with an organisation and roles."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

import httpx2
import jwt
from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from jwt.exceptions import InvalidTokenError

from chassis.clock import real_now
from chassis.problems import DomainError, Forbidden
from chassis.settings import AuthSettings

ALGORITHMS = ["EdDSA", "ES256", "RS256"]
KEYS_LIVE = timedelta(minutes=5)


class Role(StrEnum):
    ADMIN = "admin"
    ACCOUNTANT = "accountant"
    COLLECTOR = "collector"
    SALES = "sales"
    VIEWER = "viewer"
    SERVICE = "service"


PEOPLE = (Role.ADMIN, Role.ACCOUNTANT, Role.COLLECTOR, Role.SALES, Role.VIEWER)
EVERYONE = tuple(Role)


@dataclass(frozen=True)
class Caller:
    """The bearer of a valid token; every query takes its organisation."""

    subject: str
    organisation: str
    roles: frozenset[Role]


class Unauthorised(DomainError):
    status = 401


@dataclass
class KeySet:
    """The public keys of the issuer, from a file or an https address, read again when they may have changed."""

    source: str
    issuer: str
    audience: str
    keys: dict[str, jwt.PyJWK] = field(default_factory=dict)
    read_at: datetime | None = None
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    @classmethod
    def of(cls, settings: AuthSettings) -> "KeySet":
        return cls(settings.auth_jwks, settings.auth_issuer, settings.auth_audience)

    async def caller(self, token: str, *, now: datetime) -> Caller:
        """The caller of a token; 401 with the reason when it is expired, foreign or not a token."""
        try:
            key = await self._key(jwt.get_unverified_header(token).get("kid"), now=now)
            claims = jwt.decode(
                token,
                key,
                algorithms=ALGORITHMS,
                audience=self.audience,
                issuer=self.issuer,
                leeway=10,
                options={"require": ["exp", "iss", "aud", "sub", "org", "roles"]},
            )
            return Caller(claims["sub"], claims["org"], frozenset(Role(role) for role in claims["roles"]))
        except (InvalidTokenError, ValueError, TypeError) as error:
            raise Unauthorised(f"token: {error}; expected a valid token of {self.issuer}") from None

    async def _key(self, kid: str | None, *, now: datetime) -> jwt.PyJWK:
        lives = KEYS_LIVE if kid in self.keys else timedelta(seconds=5)  # an unknown key may be a new one
        if self.read_at is None or now - self.read_at > lives:
            await self._read(now)
        if kid is None or kid not in self.keys:
            raise InvalidTokenError("signed by a key that is not of this issuer")
        return self.keys[kid]

    async def _read(self, now: datetime) -> None:
        async with self.lock:
            document = await self._document()
            self.keys = {key["kid"]: jwt.PyJWK(key) for key in document["keys"]}
            self.read_at = now

    async def _document(self) -> Any:
        if not self.source.startswith(("https://", "http://")):
            return json.loads(await asyncio.to_thread(Path(self.source).read_text))
        async with httpx2.AsyncClient(timeout=5) as client:
            response = await client.get(self.source)
            return response.raise_for_status().json()


bearer = HTTPBearer(auto_error=False, description="A token of `relance token`, or of your identity provider")


async def caller_of(request: Request, credentials: HTTPAuthorizationCredentials | None = Depends(bearer)) -> Caller:
    if credentials is None:
        raise Unauthorised("header Authorization: a bearer token is expected")
    keys: KeySet = request.app.state.keys
    return await keys.caller(credentials.credentials, now=real_now())


def require(*roles: Role) -> Any:
    """A dependency: the caller, who must have one of `roles` (an admin always may). 403 says what is needed."""
    allowed = {Role.ADMIN, *roles}

    async def check(caller: Caller = Depends(caller_of)) -> Caller:
        if not caller.roles & allowed:
            raise Forbidden(f"One of these roles is needed: {', '.join(sorted(allowed))}.")
        return caller

    return Depends(check)


@dataclass(frozen=True)
class Mint:
    """Makes short-lived tokens with a private key (PEM, Ed25519), for the services of a local stack."""

    key: str
    kid: str
    issuer: str
    audience: str
    clock: Callable[[], datetime] = real_now

    @classmethod
    def of(cls, settings: AuthSettings) -> "Mint":
        if settings.signing_key is None:
            raise ValueError("RELANCE_SIGNING_KEY: the path of the private key is expected")
        kid = json.loads(Path(settings.auth_jwks).read_text())["keys"][0]["kid"]
        return cls(settings.signing_key.read_text(), kid, settings.auth_issuer, settings.auth_audience)

    def token(
        self, subject: str, organisation: str, roles: list[Role], *, lives: timedelta = timedelta(minutes=5)
    ) -> str:
        now = self.clock()
        claims = {"sub": subject, "org": organisation, "roles": [str(role) for role in roles]}
        times = {"iat": now, "exp": now + lives, "iss": self.issuer, "aud": self.audience}
        return jwt.encode(claims | times, self.key, algorithm="EdDSA", headers={"kid": self.kid})
