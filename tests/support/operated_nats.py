"""nats-server in operator mode, as Synadia Cloud runs it: an account's users are JWTs in `.creds` files."""

import json
import secrets
import time
from base64 import b32encode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import nkeys

from deploy.local.binaries import binary
from deploy.local.ports import LOOPBACK, is_free
from deploy.local.program import Program

UNLIMITED = dict.fromkeys(("subs", "data", "payload", "imports", "exports", "conn", "leaf"), -1)
ON_DISK = dict.fromkeys(("mem_storage", "disk_storage", "streams", "consumer"), -1)


class Key:
    """Of an operator, an account or a user."""

    def __init__(self, kind: int) -> None:
        self.seed = nkeys.encode_seed(secrets.token_bytes(32), kind)
        self._pair = nkeys.from_seed(bytearray(self.seed))

    @property
    def public(self) -> str:
        return str(self._pair.public_key.decode())

    def signs(self, subject: str, name: str, claims: Mapping[str, Any]) -> str:
        """A JWT about `subject`, whose public key it is."""
        body = {"iat": int(time.time()), "iss": self.public, "name": name, "sub": subject, "nats": claims}
        body["jti"] = b32encode(sha256(json.dumps(body).encode()).digest()).rstrip(b"=").decode()
        signed = f"{_part({'typ': 'JWT', 'alg': 'ed25519-nkey'})}.{_part(body)}"
        return f"{signed}.{_encoded(self._pair.sign(signed.encode()))}"


class OperatedNats(Program):
    """One account with JetStream. `credentials(user, rights)` makes a file of a user of it."""

    name = "nats"

    def __init__(self, directory: Path, port: int) -> None:
        self.directory, self.port = directory, port
        self.operator = Key(nkeys.PREFIX_BYTE_OPERATOR)
        self.account, self.system = Key(nkeys.PREFIX_BYTE_ACCOUNT), Key(nkeys.PREFIX_BYTE_ACCOUNT)

    @property
    def url(self) -> str:
        return f"nats://{LOOPBACK}:{self.port}"

    def credentials(self, user: str, rights: Mapping[str, Any]) -> Path:
        """`rights`: its `pub` and `sub`, as `deploy.nats` tells them."""
        own = Key(nkeys.PREFIX_BYTE_USER)
        claims = {**rights, "subs": -1, "data": -1, "payload": -1, "type": "user", "version": 2}
        jwt = self.account.signs(own.public, user, claims)
        file = self.directory / f"{user}.creds"
        file.write_text(
            f"-----BEGIN NATS USER JWT-----\n{jwt}\n------END NATS USER JWT------\n\n"
            f"-----BEGIN USER NKEY SEED-----\n{own.seed.decode()}\n------END USER NKEY SEED------\n"
        )
        return file

    def prepare(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        operator = self.operator.signs(self.operator.public, "operator", {"type": "operator", "version": 2})
        accounts = {self.account.public: self._account("RELANCE", self.account, **ON_DISK)}
        accounts[self.system.public] = self._account("SYS", self.system)
        (self.directory / "nats.conf").write_text(
            f"listen: {LOOPBACK}:{self.port}\n"
            f'jetstream {{store_dir: "{self.directory}/data"}}\n'
            f"operator: {operator}\n"
            f"system_account: {self.system.public}\n"
            f"resolver: MEMORY\n"
            f"resolver_preload: {json.dumps(accounts)}\n"
        )

    def _account(self, name: str, key: Key, **limits: int) -> str:
        claims = {"limits": {**UNLIMITED, **limits, "wildcards": True}, "type": "account", "version": 2}
        return self.operator.signs(key.public, name, claims)

    def command(self) -> Sequence[str]:
        return [binary("nats-server"), "--config", str(self.directory / "nats.conf")]

    def is_ready(self) -> bool:
        return not is_free(self.port)


def _part(content: Mapping[str, Any]) -> str:
    return _encoded(json.dumps(content, separators=(",", ":")).encode())


def _encoded(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()
