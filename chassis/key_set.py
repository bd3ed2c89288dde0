"""The public keys that access tokens are checked with."""

import asyncio
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import jwt
from jwt.exceptions import InvalidTokenError

from chassis.caller import Caller, Claims
from chassis.problems import DomainError
from chassis.settings import AuthSettings

ALGORITHMS = ["EdDSA", "ES256", "RS256"]
KEYS_LIVE = timedelta(minutes=5)


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
                options={"require": ["exp", "iss", "aud", "sub", "org", "profile", "rights"]},
            )
            return Claims.model_validate(claims).caller()
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
