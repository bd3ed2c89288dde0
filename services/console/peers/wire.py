"""HTTP to the services by the pool of connections that lies below httpx2.

The console calls services in every page and needs nothing of what stands above the pool: no cookies, redirects, proxies
or encodings. They cost it as much as the call itself.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import quote, urlencode

import httpcore2

from chassis.clients import authorities

FAILURES = (httpcore2.NetworkError, httpcore2.ProtocolError, httpcore2.TimeoutException)
"""What comes of a service that is away, late, or speaks no HTTP."""
IDLE_S = 5.0
"""An idle one is dropped well before the service would close it (`chassis.main.KEEP_ALIVE_S`)."""
IN_PATHS = "/%:@!$&'()*+,;=~"
"""Beside letters, digits and `-._`. RFC 3986, section 3.3."""


@dataclass(frozen=True)
class Answer:
    status: int
    content: bytes


@dataclass(frozen=True)
class Document:
    """An answer that is read piece by piece. The names of its headers are in small letters."""

    status: int
    headers: Mapping[str, str]
    pieces: AsyncIterator[bytes]


@dataclass(frozen=True)
class Wire:
    """Raises one of FAILURES; `timeout`, in seconds, is that of each step: to connect, to write, for each read."""

    pool: httpcore2.AsyncConnectionPool

    async def ask(
        self, method: str, url: str, headers: Mapping[str, str], content: bytes | None, *, timeout: float
    ) -> Answer:
        answer = await self.pool.request(
            method, url, headers=_encoded(headers), content=content, extensions=_patience(timeout)
        )
        return Answer(answer.status, answer.content)

    @asynccontextmanager
    async def read(self, url: str, headers: Mapping[str, str], *, timeout: float) -> AsyncIterator[Document]:
        request = self.pool.stream("GET", url, headers=_encoded(headers), extensions=_patience(timeout))
        async with request as answer:
            told = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in answer.headers}
            yield Document(answer.status, told, answer.aiter_stream())


@asynccontextmanager
async def a_wire() -> AsyncIterator[Wire]:
    async with httpcore2.AsyncConnectionPool(
        authorities(), max_connections=200, max_keepalive_connections=50, keepalive_expiry=IDLE_S
    ) as pool:
        yield Wire(pool)


def address(base: str, path: str, query: Mapping[str, Sequence[str]]) -> str:
    """What is no part of an address is written as %XX; what already is stays."""
    asked = f"?{urlencode(query, doseq=True)}" if query else ""
    return base + quote(path, safe=IN_PATHS) + asked


def _encoded(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode("ascii"), value.encode("utf-8")) for name, value in headers.items()]


def _patience(seconds: float) -> dict[str, dict[str, float]]:
    return {"timeout": dict.fromkeys(("connect", "read", "write", "pool"), seconds)}
