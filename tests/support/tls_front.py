"""Encryption before a server that has none of its own: what connects makes a real handshake, and is passed on."""

import asyncio
import ssl
from collections import Counter
from contextlib import suppress
from pathlib import Path

from deploy.local.ports import LOOPBACK, free_port
from tests.support.certificates import Certificate
from tests.support.front import Front, join
from tests.support.requests_heard import Headers, Requests

SSL_REQUEST = bytes([0, 0, 0, 8, 4, 210, 22, 47])
"""How a client of PostgreSQL asks for encryption before it says anything else."""


def serving(certificate: Certificate, *, clients: Path | None = None) -> ssl.SSLContext:
    """`clients`: the authority whose certificates are demanded of them."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=clients)
    context.load_cert_chain(certificate.certificate, certificate.key)
    context.verify_mode = ssl.CERT_REQUIRED if clients else ssl.CERT_NONE
    return context


class TlsFront(Front):
    """`asks_first`: the client asks for encryption, as those of PostgreSQL do. `told` counts what came through:
    names of clients' certificates, and values of `authorization` in requests of HTTP/2."""

    def __init__(self, target: int, context: ssl.SSLContext, asks_first: bool = False) -> None:
        super().__init__(free_port(), None if asks_first else context)
        self.target = target
        self.context = context
        self.asks_first = asks_first
        self.told: Counter[str] = Counter()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            if self.asks_first and not await self._encrypted(reader, writer):
                self.told["clear text"] += 1
                return
            await self._pass_on(reader, writer)

    async def _encrypted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        if await reader.readexactly(len(SSL_REQUEST)) != SSL_REQUEST:
            return False
        writer.write(b"S")
        await writer.start_tls(self.context)
        return True

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        shown = writer.get_extra_info("peercert") or {}
        self.told.update(value for part in shown.get("subject", ()) for name, value in part if name == "commonName")
        far = await asyncio.open_connection(LOOPBACK, self.target)
        await join(reader, writer, *far, hear=None if self.asks_first else Requests(self._tell).hear)

    def _tell(self, headers: Headers) -> None:
        self.told[headers.get("authorization", "no authorization")] += 1
