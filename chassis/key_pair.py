"""Key pairs that sign tokens: a private key, and the key set that tells its public half."""

import json
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import OKPAlgorithm

from chassis.key_set import CEILING
from contracts.profiles import Role


def new_private_key() -> str:
    """An Ed25519 key as PEM."""
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return pem.decode()


def public_jwk(pem: str, *, ceiling: Role | None = None) -> dict[str, Any]:
    """The public half, named after itself. ValueError unless it is an Ed25519 key.

    `ceiling`: whoever holds the private half can make no token that may do more than this profile.
    """
    key = serialization.load_pem_private_key(pem.encode(), password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError("expected an Ed25519 private key")
    public = OKPAlgorithm.to_jwk(key.public_key(), as_dict=True)
    limits = {CEILING: str(ceiling)} if ceiling else {}
    return {**public, "kid": public["x"][:16], "alg": "EdDSA", "use": "sig", **limits}


def key_set_of(*jwks: dict[str, Any]) -> str:
    return json.dumps({"keys": list(jwks)}, indent=2)
