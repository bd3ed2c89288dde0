"""Short-lived tokens signed with a private key at hand."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import jwt

from chassis.caller import Caller, claims_of, with_default_profiles
from chassis.clock import real_now
from chassis.key_pair import public_jwk
from chassis.settings import AuthSettings
from contracts.profiles import Role

TOKEN_LIVES = timedelta(minutes=5)


@dataclass(frozen=True)
class Mint:
    """Signs with an Ed25519 key (PEM): for the services among themselves, and for those who hold the key."""

    key: str
    kid: str
    issuer: str
    audience: str
    clock: Callable[[], datetime] = real_now
    kept: dict[tuple[str, str], tuple[str, datetime]] = field(default_factory=dict, repr=False, compare=False)
    """By subject and organisation: the token that is given out again, and when it was signed."""

    @classmethod
    def of(cls, settings: AuthSettings) -> "Mint":
        if settings.signing_key is None:
            raise ValueError("RELANCE_SIGNING_KEY: the path of the private key is expected")
        key = settings.signing_key.read_text()
        kid = _name_of(public_jwk(key)["x"], settings.jwks_sources)
        return cls(key, kid, settings.auth_issuer, settings.auth_audience)

    def token(self, subject: str, organisation: str, roles: Sequence[Role], *, lives: timedelta = TOKEN_LIVES) -> str:
        """For a caller with the default profiles of these roles."""
        return self.sign(with_default_profiles(subject, organisation, roles), lives=lives)

    def service_token(self, subject: str, organisation: str) -> str:
        """For a service among services: signed anew once half of its life is over, and not for each call."""
        now, caller = self.clock(), (subject, organisation)
        token, signed_at = self.kept.get(caller, ("", now))
        if not token or not timedelta(0) <= now - signed_at < TOKEN_LIVES / 2:
            token = self.token(subject, organisation, [Role.SERVICE])
            self.kept[caller] = token, now
        return token

    def sign(self, caller: Caller, *, lives: timedelta = TOKEN_LIVES) -> str:
        now = self.clock()
        times = {"iat": now, "exp": now + lives, "iss": self.issuer, "aud": self.audience}
        return jwt.encode(claims_of(caller) | times, self.key, algorithm="EdDSA", headers={"kid": self.kid})


def _name_of(public: str, sources: Sequence[str]) -> str:
    """The id of the key with this public half in one of the files; ValueError when it is in none."""
    files = [source for source in sources if "://" not in source]
    for file in files:
        for key in json.loads(Path(file).read_text())["keys"]:
            if key.get("x") == public:
                return str(key["kid"])
    raise ValueError(f"RELANCE_AUTH_JWKS: none of its files ({', '.join(files) or 'none'}) has RELANCE_SIGNING_KEY")
