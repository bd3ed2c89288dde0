"""What identity has to read again itself: it stands in the database under keys that are not there."""

from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

PLAIN = "-----BEGIN"
"""How a key begins that a release before this one left as it is."""


def new_sealing_key() -> str:
    """256 random bits, as RELANCE_SEALING_KEYS takes them."""
    return Fernet.generate_key().decode()


@dataclass(frozen=True)
class Sealer:
    """Seals with the first key, opens with each of them: AES and HMAC-SHA256, as Fernet defines it."""

    keys: Sequence[Fernet]

    @classmethod
    def of(cls, keys: str) -> "Sealer":
        """Keys with commas between. ValueError when one is none; it does not say which text came."""
        try:
            return cls([Fernet(key.strip()) for key in keys.split(",")])
        except ValueError:
            raise ValueError("expected keys of `relance identity sealing-key`, with commas between") from None

    def seal(self, text: str) -> str:
        return self.keys[0].encrypt(text.encode()).decode()

    def open(self, kept: str) -> str | None:
        """None when none of the keys opens it."""
        if kept.startswith(PLAIN):
            return kept
        try:
            return MultiFernet(self.keys).decrypt(kept).decode()
        except InvalidToken:
            return None

    def is_current(self, kept: str) -> bool:
        """Whether it is sealed with the first key."""
        return not kept.startswith(PLAIN) and Sealer(self.keys[:1]).open(kept) is not None
