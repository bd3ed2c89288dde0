"""What an ID token must say before it is believed (OpenID Connect Core 1.0, section 3.1.3.7)."""

import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import jwt
from jwt.exceptions import PyJWTError

from services.identity.oidc.domain import ProviderRefused
from services.identity.oidc.keys import ALGORITHMS

REQUIRED = ["iss", "sub", "aud", "exp", "iat", "nonce"]


def header_of(token: str) -> Mapping[str, Any]:
    try:
        return jwt.get_unverified_header(token)
    except PyJWTError as error:
        raise ProviderRefused(f"its ID token is none: {error}") from None


def claims_of(
    token: str, key: jwt.PyJWK, *, issuer: str, client_id: str, nonce: str, skew: timedelta, now: datetime
) -> Mapping[str, Any]:
    """The claims of a token that was made for us, by the issuer, for this sign-in, just now."""
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=list(ALGORITHMS),
            audience=client_id,
            issuer=issuer,
            options={"require": REQUIRED, "verify_exp": False, "verify_iat": False, "verify_nbf": False},
        )
    except PyJWTError as error:
        raise ProviderRefused(f"its ID token: {error}") from None
    _check_party(claims, client_id)
    _check_times(claims, skew=skew.total_seconds(), now=now.timestamp())
    if not hmac.compare_digest(str(claims["nonce"]).encode(), nonce.encode()):
        raise ProviderRefused("its ID token belongs to another sign-in")
    return claims


def _check_party(claims: Mapping[str, Any], client_id: str) -> None:
    """A token for several audiences names the one that asked for it."""
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if claims.get("azp", None if several else client_id) != client_id:
        raise ProviderRefused("its ID token was made for another program")


def _check_times(claims: Mapping[str, Any], *, skew: float, now: float) -> None:
    """PyJWT would ask a clock of its own."""
    times = {name: claims[name] for name in ("exp", "iat", "nbf") if name in claims}
    if not all(isinstance(at, int | float) and not isinstance(at, bool) for at in times.values()):
        raise ProviderRefused("exp, iat and nbf of its ID token are not seconds since 1970")
    if not now < times["exp"] + skew:
        raise ProviderRefused("its ID token has expired")
    if not all(times[name] <= now + skew for name in ("iat", "nbf") if name in times):
        raise ProviderRefused("its ID token is not valid yet; compare the clocks")
