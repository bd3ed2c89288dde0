"""What clients ask over HTTP/2 in clear text, read as it passes."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TypeAlias

from hpack import Decoder

from deploy.local.ports import LOOPBACK, free_port
from tests.support.front import Front, join

Headers: TypeAlias = Mapping[str, str]

PREFACE = 24
HEADERS, PADDED, PRIORITY = 1, 8, 32


class HearingFront(Front):
    """Before a server of gRPC: `asked` has the headers of each request, `:path` among them."""

    def __init__(self, target: int) -> None:
        super().__init__(free_port())
        self.target = target
        self.asked: list[Headers] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            far = await asyncio.open_connection(LOOPBACK, self.target)
            await join(reader, writer, *far, hear=Requests(self.asked.append).hear)


class Requests:
    """`tell` is called with the headers of each request that passes."""

    def __init__(self, tell: Callable[[Headers], None]) -> None:
        self.tell, self.decoder = tell, Decoder()
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
        self.tell({str(name): str(value) for name, value in self.decoder.decode(frame)})
