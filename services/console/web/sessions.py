"""Who reads: the session of the cookie, exchanged at identity for an access token of some minutes."""

import hashlib
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from chassis.auth import Caller, KeySet
from chassis.clock import real_now
from chassis.http import PeerRefused
from services.console.peers.client import Client
from services.console.peers.identity import Identity, TokenRequest

KEPT = timedelta(seconds=60)
"""How long a session that was ended elsewhere may still read."""
AT_MOST = 10_000


@dataclass(frozen=True)
class Access:
    """What the reader may do, and the token with which the services are asked to do it."""

    caller: Caller
    token: str
    until: datetime


@dataclass
class Sessions:
    """Access of each session, kept for a minute: pages do not wait for identity each time.

    By the digest of its secret and the address where it is used, which its token tells.
    """

    identity: Client
    keys: KeySet
    kept: "OrderedDict[tuple[str, str], Access]" = field(default_factory=OrderedDict)

    async def access(self, secret: str, address: str) -> Access | None:
        """None when the session has ended. PeerUnavailable when identity does not answer."""
        key = _digest(secret), address
        known = self.kept.get(key)
        if known is None or known.until <= real_now():
            self.kept.pop(key, None)
            known = await self._exchange(secret, address)
            if known is not None:
                self._keep(key, known)
        return known

    def forget(self, secret: str) -> None:
        """Wherever it was used."""
        digest = _digest(secret)
        for key in [each for each in self.kept if each[0] == digest]:
            del self.kept[key]

    async def _exchange(self, secret: str, address: str) -> Access | None:
        now = real_now()
        try:
            token = await Identity(self.identity.with_token(secret)).exchange(TokenRequest(address=address))
        except PeerRefused as refused:
            if refused.status == 401:
                return None
            raise
        caller = await self.keys.caller(token.access_token, now=now)
        return Access(caller, token.access_token, min(token.expires_at - timedelta(seconds=5), now + KEPT))

    def _keep(self, key: tuple[str, str], access: Access) -> None:
        self.kept[key] = access
        while len(self.kept) > AT_MOST:
            self.kept.popitem(last=False)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
