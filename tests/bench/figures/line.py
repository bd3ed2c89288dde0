"""One kept HTTP connection and nothing around it: what a client library costs must not hide what a service costs."""

import asyncio
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass
class HttpLine:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    token: str

    @classmethod
    async def to(cls, url: str, token: str) -> "HttpLine":
        address = urlsplit(url)
        return cls(*await asyncio.open_connection(address.hostname, address.port), token)

    async def ask(self, method: str, path: str) -> bytes:
        """The body of a 200; AssertionError with what else was answered."""
        request = f"{method} {path} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {self.token}\r\n"
        self.writer.write(f"{request}content-length: 0\r\n\r\n".encode())
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = next(line.split(": ")[1] for line in head.splitlines() if line.startswith("content-length: "))
        body = await self.reader.readexactly(int(length))
        assert head.startswith("http/1.1 200"), f"{method} {path}: {head.splitlines()[0]} {body[:300]!r}"
        return body

    def close(self) -> None:
        self.writer.close()
