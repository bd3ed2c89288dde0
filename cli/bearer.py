"""The token that this command line sends: the one it was given, else one of its own, made anew before it expires."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import httpx2

from chassis.auth import Role
from chassis.clients import authorities
from cli.failure import REFUSED, UNREACHABLE, Failure
from cli.settings import Settings
from cli.tokens import login, signed

LIVES = timedelta(minutes=5)
"""Of a token made here; one of identity lives no longer."""
RENEWED_AFTER_S = 240.0


@dataclass
class Bearer:
    """`make` gives a new token, or again the one that somebody gave: that `is_given` and can be made by nobody here."""

    make: Callable[[], str]
    is_given: bool = False
    clock: Callable[[], float] = time.monotonic
    _token: str = field(default="", init=False)
    _made_at: float = field(default=0.0, init=False)

    @property
    def header(self) -> dict[str, str]:
        if not self._token or (not self.is_given and self.clock() - self._made_at > RENEWED_AFTER_S):
            self.renew()
        return {"authorization": f"Bearer {self._token}"}

    def renew(self) -> bool:
        """False where there is no other than the one that was sent."""
        self._token, self._made_at = self.make(), self.clock()
        return not self.is_given


def bearer_of(settings: Settings, organisation: str, role: Role) -> Bearer:
    if settings.token is not None:
        return Bearer(settings.token.get_secret_value, is_given=True)
    if settings.api_key is not None:
        key = settings.api_key.get_secret_value()
        return Bearer(lambda: exchanged(settings.identity_url, key))
    return Bearer(lambda: signed(settings, f"cli:{login()}", organisation, [role], lives=LIVES))


def exchanged(identity: str, key: str) -> str:
    """The token that identity gives for an API key; its organisation and rights are those of the key."""
    try:
        with httpx2.Client(timeout=10, verify=authorities()) as client:
            response = client.post(f"{identity.rstrip('/')}/tokens", headers={"authorization": f"Bearer {key}"})
    except (httpx2.TransportError, httpx2.InvalidURL) as error:
        raise Failure(
            f"identity does not answer at {identity} ({error or type(error).__name__})", UNREACHABLE
        ) from None
    if response.status_code != 201:
        raise Failure(f"identity refused RELANCE_API_KEY: {response.status_code} {response.text[:200]}", REFUSED)
    return str(response.json()["access_token"])
