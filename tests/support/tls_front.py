"""Encryption before a server that has none of its own: what connects makes a real handshake, and is passed on."""

import asyncio
import ssl
from collections import Counter
from contextlib import suppress
from pathlib import Path

from hpack import Decoder

from deploy.local.ports import LOOPBACK, free_port
from tests.support.certificates import Certificate
from tests.support.front import Front, join

SSL_REQUEST = bytes([0, 0, 0, 8, 4, 210, 22, 47])
"""How a client of PostgreSQL asks for encryption before it says anything else."""
PREFACE = 24
HEADERS, PADDED, PRIORITY = 1, 8, 32


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
        await join(reader, writer, *far, hear=None if self.asks_first else Requests(self.told).hear)


class Requests:
    """Reads the headers of requests of HTTP/2 as they pass."""

    def __init__(self, told: Counter[str]) -> None:
        self.told, self.decoder = told, Decoder()
        self.waiting = b""
        self.begun = False

    def hear(self, chunk: bytes) -> None:
        self.waiting += chunk
        if not self.begun:
            if len(self.waiting) < PREFACE:
                return
            self.begun, self.waiting = True, self.waiting[PREFACE:]
        while len(self.waiting) >= 9:
            length, kind, flags = int.from_bytes(self.waiting[:3], "big"), self.waiting[3], self.waiting[4]
            if len(self.waiting) < 9 + length:
                return
            frame, self.waiting = self.waiting[9 : 9 + length], self.waiting[9 + length :]
            if kind == HEADERS:
                self._headers(frame, flags)

    def _headers(self, frame: bytes, flags: int) -> None:
        if flags & PADDED:
            frame = frame[1 : len(frame) - frame[0]]
        if flags & PRIORITY:
            frame = frame[5:]
        found = {str(name): str(value) for name, value in self.decoder.decode(frame)}
        self.told[found.get("authorization", "no authorization")] += 1
