"""How a process reaches the bus, and as whom."""

import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nats.aio.client import Client
from nats.errors import Error


class NotEncrypted(Error):
    """The server offers no TLS where it is asked for."""

    def __str__(self) -> str:
        return "the server offers no TLS, and RELANCE_NATS_TLS asks for it"


@dataclass(frozen=True)
class Access:
    """`url`: nats://host:port, several with commas between. `user` names the inbox too, so that nobody else reads it.

    `credentials`: the file of a user of an operator's account. `handshake_first`: TLS before the server's first word.
    """

    url: str
    user: str | None = None
    password: str | None = None
    credentials: Path | None = None
    tls: ssl.SSLContext | None = None
    handshake_first: bool = False

    @classmethod
    def of(cls, access: "Access | str") -> "Access":
        return access if isinstance(access, Access) else cls(access)

    def client(self) -> Client:
        return _Encrypted() if self.tls else Client()

    def options(self) -> dict[str, Any]:
        """For `Client.connect`."""
        asked: dict[str, Any] = {"servers": [url.strip() for url in self.url.split(",")]}
        if self.user:
            asked["inbox_prefix"] = inbox_of(self.user)
        if self.credentials:
            asked["user_credentials"] = str(self.credentials)
        elif self.password is not None:
            asked |= {"user": self.user, "password": self.password}
        if self.tls:
            asked |= {"tls": self.tls, "tls_handshake_first": self.handshake_first}
        return asked


def inbox_of(user: str) -> str:
    """Where the answers to a user's requests come: below this, and nobody else may listen there."""
    return f"_INBOX_{user}"


class _Encrypted(Client):
    """Goes no further with a server that offers no TLS; the library's own would go on in clear text."""

    def _connect_command(self) -> bytes:
        """What the client says first, its password included."""
        if not self.options["tls_handshake_first"] and not self._server_info.get("tls_required"):
            raise NotEncrypted
        command: bytes = super()._connect_command()
        return command
