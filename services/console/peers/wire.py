"""HTTP to the services by aiohttp, which reads answers in C: a call costs the console half of what httpx2 takes.

The console calls services in every page. It neither follows redirects nor keeps cookies nor heeds proxies: a service
answers by itself or is unavailable.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from urllib.parse import quote, urlencode

import aiohttp
from yarl import URL

from chassis.clients import authorities

FAILURES = (aiohttp.ClientError, TimeoutError, ValueError)
"""What comes of a service that is away, late, or speaks no HTTP, and of a header that none may send."""
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
    """Raises one of FAILURES; `timeout`, in seconds, is that of each step: to connect, and for each read."""

    session: aiohttp.ClientSession

    async def ask(
        self, method: str, url: str, headers: Mapping[str, str], content: bytes | None, *, timeout: float
    ) -> Answer:
        async with self._request(method, url, headers, content, timeout) as answer:
            return Answer(answer.status, await answer.read())

    @asynccontextmanager
    async def read(self, url: str, headers: Mapping[str, str], *, timeout: float) -> AsyncIterator[Document]:
        async with self._request("GET", url, headers, None, timeout) as answer:
            told = {name.lower(): value for name, value in answer.headers.items()}
            yield Document(answer.status, told, answer.content.iter_any())

    def _request(
        self, method: str, url: str, headers: Mapping[str, str], content: bytes | None, timeout: float
    ) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        return self.session.request(
            method,
            URL(url, encoded=True),
            headers=headers,
            data=content,
            timeout=aiohttp.ClientTimeout(total=None, connect=timeout, sock_read=timeout),
            allow_redirects=False,
        )


@asynccontextmanager
async def a_wire() -> AsyncIterator[Wire]:
    connector = aiohttp.TCPConnector(ssl=authorities(), limit=200, keepalive_timeout=IDLE_S)
    async with aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        skip_auto_headers=("accept", "accept-encoding", "user-agent"),
    ) as session:
        yield Wire(session)


def address(base: str, path: str, query: Mapping[str, Sequence[str]]) -> str:
    """What is no part of an address is written as %XX; what already is stays."""
    asked = f"?{urlencode(query, doseq=True)}" if query else ""
    return base + quote(path, safe=IN_PATHS) + asked
