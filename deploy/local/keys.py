"""The key pair that signs the tokens of a local stack, made once and kept beside its data."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import OKPAlgorithm

ISSUER = "relance-local"
AUDIENCE = "relance"


@dataclass(frozen=True)
class Keys:
    """Paths: `signing` is the private key (PEM), `jwks` the public key set that services check with."""

    signing: Path
    jwks: Path

    @classmethod
    def within(cls, directory: Path) -> "Keys":
        return cls(signing=directory / "signing.pem", jwks=directory / "jwks.json")


def ensure_keys(keys: Keys) -> None:
    """Make the keys unless they are there. Only the owner may read the private one."""
    keys.signing.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not keys.signing.exists():
        _write(keys.signing, _new_private_key())
    if not keys.jwks.exists():
        _write(keys.jwks, _key_set(keys.signing))


def _new_private_key() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _key_set(path: Path) -> bytes:
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError(f"{path}: expected an Ed25519 key. Delete it, and a new one is made.")
    public = OKPAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return json.dumps({"keys": [{**public, "kid": public["x"][:16], "alg": "EdDSA", "use": "sig"}]}).encode()


def _write(path: Path, content: bytes) -> None:
    """Write aside and move into place, so that an interruption leaves no key by half."""
    unfinished = path.with_suffix(".unfinished")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    unfinished.rename(path)
