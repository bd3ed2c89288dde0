"""The key pair that signs the tokens of a local stack, made once and kept beside its data."""

import os
from dataclasses import dataclass
from pathlib import Path

from chassis.key_pair import key_set_of, new_private_key, public_jwk
from services.identity.sealing import new_sealing_key

ISSUER = "relance-local"
AUDIENCE = "relance"


@dataclass(frozen=True)
class Keys:
    """Paths: `signing` is the private key (PEM), `jwks` the public key set that services check with.

    `sealing`: under it identity keeps the private keys of its own.
    """

    signing: Path
    jwks: Path
    sealing: Path

    @classmethod
    def within(cls, directory: Path) -> "Keys":
        return cls(signing=directory / "signing.pem", jwks=directory / "jwks.json", sealing=directory / "sealing.key")


def ensure_keys(keys: Keys) -> None:
    """Make the keys unless they are there. Only the owner may read the private one."""
    keys.signing.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not keys.signing.exists():
        _write(keys.signing, new_private_key().encode())
    if not keys.jwks.exists():
        _write(keys.jwks, _key_set(keys.signing))
    if not keys.sealing.exists():
        _write(keys.sealing, new_sealing_key().encode())


def _key_set(path: Path) -> bytes:
    try:
        return key_set_of(public_jwk(path.read_text())).encode()
    except ValueError as error:
        raise ValueError(f"{path}: {error}. Delete it, and a new one is made.") from None


def _write(path: Path, content: bytes) -> None:
    """Write aside and move into place, so that an interruption leaves no key by half."""
    unfinished = path.with_suffix(".unfinished")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    unfinished.rename(path)
