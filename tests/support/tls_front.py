"""Encryption before a server that has none of its own: what connects makes a real handshake, and is passed on."""

import asyncio
import ssl
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from hpack import Decoder

from deploy.local.ports import LOOPBACK, free_port
from tests.support.certificates import Certificate

SSL_REQUEST = bytes([0, 0, 0, 8, 4, 210, 22, 47])
"""How a client of PostgreSQL asks for encryption before it says anything else."""
PREFACE = 24
HEADERS, PADDED, PRIORITY = 1, 8, 32
CHUNK = 65_536


def serving(certificate: Certificate, *, clients: Path | None = None) -> ssl.SSLContext:
    """`clients`: the authority whose certificates are demanded of them."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=clients)
    context.load_cert_chain(certificate.certificate, certificate.key)
    context.verify_mode = ssl.CERT_REQUIRED if clients else ssl.CERT_NONE
    return context


@dataclass
class TlsFront:
    """`asks_first`: the client asks for encryption, as those of PostgreSQL do. `told` counts what came through:
    names of clients' certificates, and values of `authorization` in requests of HTTP/2."""

    target: int
    context: ssl.SSLContext
    asks_first: bool = False
    port: int = field(default_factory=free_port)
    told: Counter[str] = field(default_factory=Counter)
    _open: set[asyncio.Task[None]] = field(default_factory=set)
    _server: asyncio.Server | None = None

    async def __aenter__(self) -> "TlsFront":
        at_once = None if self.asks_first else self.context
        self._server = await asyncio.start_server(self._take, LOOPBACK, self.port, ssl=at_once)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        task.add_done_callback(self._open.discard)
        try:
            with suppress(OSError, asyncio.IncompleteReadError):
                if self.asks_first and not await self._encrypted(reader, writer):
                    self.told["clear text"] += 1
                    return
                await self._pass_on(reader, writer)
        finally:
            writer.close()

    async def _encrypted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        if await reader.readexactly(len(SSL_REQUEST)) != SSL_REQUEST:
            return False
        writer.write(b"S")
        await writer.start_tls(self.context)
        return True

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        shown = writer.get_extra_info("peercert") or {}
        self.told.update(value for part in shown.get("subject", ()) for name, value in part if name == "commonName")
        far_reader, far_writer = await asyncio.open_connection(LOOPBACK, self.target)
        listener = None if self.asks_first else Requests(self.told)
        ways = [
            asyncio.create_task(_carry(reader, far_writer, listener)),
            asyncio.create_task(_carry(far_reader, writer, None)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            far_writer.close()


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


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, listener: Requests | None) -> None:
    with suppress(OSError):
        while chunk := await reader.read(CHUNK):
            if listener:
                listener.hear(chunk)
            writer.write(chunk)
            await writer.drain()
