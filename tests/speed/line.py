"""One kept connection, with the time until the first byte of an answer."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit


@dataclass
class Line:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    @classmethod
    async def to(cls, url: str) -> Self:
        address = urlsplit(url)
        return cls(*await asyncio.open_connection(address.hostname, address.port))

    async def ask(
        self, path: str, headers: Mapping[str, str], *, method: str = "GET", body: bytes = b""
    ) -> tuple[float, float, int]:
        """Milliseconds until the first byte and until the last, and the size of the answer.

        AssertionError unless it is a 200, or a 404, with which services tell pages that something is not there yet.
        """
        sent = {"host": "speed", "content-length": str(len(body)), **headers}
        lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in sent.items())]
        began = time.perf_counter()
        self.writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        first = await self.reader.readexactly(1)
        until_first = time.perf_counter() - began
        head = (first + await self.reader.readuntil(b"\r\n\r\n")).decode().lower()
        answer = await self._body(head)
        assert head.startswith(("http/1.1 200", "http/1.1 404")), (
            f"{method} {path}: {head.splitlines()[0]} {answer[:500]!r}"
        )
        return until_first * 1000, (time.perf_counter() - began) * 1000, len(answer)

    async def _body(self, head: str) -> bytes:
        told = dict(line.split(": ", 1) for line in head.splitlines() if ": " in line)
        if "content-length" in told:
            return await self.reader.readexactly(int(told["content-length"]))
        body = b""
        while size := int(await self.reader.readline(), 16):
            body += await self.reader.readexactly(size)
            await self.reader.readline()
        await self.reader.readline()
        return body

    def close(self) -> None:
        self.writer.close()
