"""A server of the tests that stands before others: it takes connections, passes them on, and ends with its block."""

import asyncio
import ssl
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self

from deploy.local.ports import LOOPBACK

CHUNK = 65_536

Hear = Callable[[bytes], None]


class Front:
    """On this port of the loopback address; `context`: it begins with a handshake of TLS."""

    def __init__(self, port: int, context: ssl.SSLContext | None = None) -> None:
        self.port = port
        self._at_once = context
        self._open: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, which is closed afterwards."""
        raise NotImplementedError

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._take, LOOPBACK, self.port, ssl=self._at_once)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        if self._server is not None:
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
            await self.serve(reader, writer)
        finally:
            writer.close()


async def join(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    far_reader: asyncio.StreamReader,
    far_writer: asyncio.StreamWriter,
    hear: Hear | None = None,
) -> None:
    """Carry both ways until one side ends; `hear` is told what the near side says."""
    ways = [asyncio.create_task(_carry(reader, far_writer, hear)), asyncio.create_task(_carry(far_reader, writer))]
    try:
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
        far_writer.close()


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, hear: Hear | None = None) -> None:
    with suppress(OSError):
        while chunk := await reader.read(CHUNK):
            if hear:
                hear(chunk)
            writer.write(chunk)
            await writer.drain()
