"""Tokens whose signature was found good: the next request with the same one spares the check."""

import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from chassis.caller import Caller

MOST = 1_000
"""Tokens that are remembered; those not used for longest go first."""


@dataclass(frozen=True)
class Checked:
    """What a token says, and the key that signed it. Whether its time has come is to be asked each time."""

    kid: object
    key: object
    claims: Mapping[str, Any]
    caller: Caller


@dataclass
class CheckedTokens:
    """Known by their digest: a token is a secret, and is kept nowhere."""

    known: OrderedDict[bytes, Checked] = field(default_factory=OrderedDict)

    def find(self, token: str) -> Checked | None:
        digest = _digest(token)
        found = self.known.get(digest)
        if found is not None:
            self.known.move_to_end(digest)
        return found

    def keep(self, token: str, checked: Checked) -> None:
        self.known[_digest(token)] = checked
        if len(self.known) > MOST:
            self.known.popitem(last=False)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode(errors="surrogatepass")).digest()
