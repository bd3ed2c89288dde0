"""When a key is made, signs and goes. A new one is published before it signs, so that every service knows it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from chassis.key_pair import new_private_key, public_jwk
from chassis.key_set import KEYS_LIVE
from chassis.mint import TOKEN_LIVES
from chassis.problems import DomainError
from services.identity.sealing import Sealer
from services.identity.signing.models import SigningKey

KNOWN_BEFORE = 2 * KEYS_LIVE
"""How long a key is published before it signs: services read the keys every `KEYS_LIVE`."""
KEPT_AFTER = TOKEN_LIVES + timedelta(minutes=5)
"""How long it stays published after it signed its last token."""


class NoKeySigns(DomainError):
    """Whoever runs the installation has to give identity the key back, or to let it make new ones."""

    status = 503

    def __init__(self) -> None:
        super().__init__("No signing key of identity can be opened with its RELANCE_SEALING_KEYS.")


def new_key(sealer: Sealer, *, now: datetime, is_first: bool) -> SigningKey:
    private = new_private_key()
    public = public_jwk(private)
    signs_from = now if is_first else now + KNOWN_BEFORE
    return SigningKey(
        kid=public["kid"], private=sealer.seal(private), public=public, made_at=now, signs_from=signs_from
    )


def signing(keys: Sequence[SigningKey], *, now: datetime) -> SigningKey | None:
    """The newest one that may sign; None when there is none yet."""
    return max((key for key in keys if key.signs_from <= now), key=lambda key: key.signs_from, default=None)


def is_due(keys: Sequence[SigningKey], *, lives: timedelta, now: datetime) -> bool:
    """Whether a new key must be made."""
    return all(now >= key.made_at + lives for key in keys)


def outlived(keys: Sequence[SigningKey], *, now: datetime) -> list[SigningKey]:
    """The keys whose last token has expired: their successor signs since long enough."""
    successors = [key.signs_from for key in keys if key.signs_from + KEPT_AFTER <= now]
    return [key for key in keys if any(key.signs_from < moment for moment in successors)]
