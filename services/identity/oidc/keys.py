"""The provider's public keys, read again when one is not known: it may have changed them."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import jwt
from jwt.exceptions import PyJWTError

from services.identity.oidc.domain import ProviderRefused

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""None that a public key could forge: neither `none` nor those with a shared secret."""
KEYS_LIVE = timedelta(minutes=5)
ASKED_AGAIN_AFTER = timedelta(seconds=5)

Jwk = Mapping[str, Any]


@dataclass
class ProviderKeys:
    """`read` gives the provider's key set; it raises ProviderUnavailable."""

    read: Callable[[], Awaitable[Sequence[Jwk]]]
    known: Sequence[Jwk] = ()
    read_at: datetime | None = None
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def of(self, header: Mapping[str, Any], *, now: datetime) -> jwt.PyJWK:
        """The key that signed a token with this header. ProviderRefused when the provider has no such key."""
        algorithm = header.get("alg")
        if algorithm not in ALGORITHMS:
            raise ProviderRefused(f"its token is signed by {algorithm!r}; expected one of {', '.join(ALGORITHMS)}")
        async with self.lock:
            fitting = self._fitting(header)
            if self._is_older_than(KEYS_LIVE if len(fitting) == 1 else ASKED_AGAIN_AFTER, now):
                self.known, self.read_at = await self.read(), now
                fitting = self._fitting(header)
        if len(fitting) != 1:
            raise ProviderRefused("its token is signed by a key that it does not publish")
        try:
            return jwt.PyJWK(dict(fitting[0]), algorithm=algorithm)
        except PyJWTError as error:
            raise ProviderRefused(f"its key cannot be used: {error}") from None

    def _fitting(self, header: Mapping[str, Any]) -> list[Jwk]:
        """A token that names no key is signed by the only one there is."""
        kid = header.get("kid")
        signing = [key for key in self.known if key.get("use", "sig") == "sig"]
        return [key for key in signing if _signs(key, header["alg"]) and (kid is None or key.get("kid") == kid)]

    def _is_older_than(self, span: timedelta, now: datetime) -> bool:
        return self.read_at is None or now - self.read_at > span


def _signs(key: Jwk, algorithm: str) -> bool:
    kinds = {"RS": "RSA", "PS": "RSA", "ES": "EC", "Ed": "OKP"}
    return key.get("kty") == kinds[algorithm[:2]] and key.get("alg", algorithm) == algorithm
