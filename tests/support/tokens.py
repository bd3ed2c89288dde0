"""A key of the tests' own and the tokens it signs."""

import json
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import OKPAlgorithm

from chassis.auth import KeySet, Mint, Role
from chassis.key_set import Source, reading


@dataclass(frozen=True)
class Keys:
    """A key pair in files, as services read them."""

    private: Path
    jwks: Path

    def bearer(self, *roles: Role, organisation: str = "demo", lives: timedelta = timedelta(hours=1)) -> dict[str, str]:
        """The header of a caller with these roles (admin when none is named)."""
        token = self.mint().token("somebody", organisation, list(roles) or [Role.ADMIN], lives=lives)
        return {"authorization": f"Bearer {token}"}

    def mint(self) -> Mint:
        kid = json.loads(self.jwks.read_text())["keys"][0]["kid"]
        return Mint(self.private.read_text(), kid, "relance", "relance")


def a_key_set(*sources: str) -> KeySet:
    """What checks tokens against these files and addresses."""
    return KeySet([Source(reading(source)) for source in sources], "relance", "relance")


def new_keys(directory: Path, kid: str = "tests") -> Keys:
    key = Ed25519PrivateKey.generate()
    keys = Keys(directory / "private.pem", directory / "jwks.json")
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    keys.private.write_bytes(pem)
    public = OKPAlgorithm.to_jwk(key.public_key(), as_dict=True)
    keys.jwks.write_text(json.dumps({"keys": [public | {"kid": kid, "alg": "EdDSA", "use": "sig"}]}))
    return keys
