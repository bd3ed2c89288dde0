"""Calls to the services in the name of whoever reads the page; each call is counted and has its time limit."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from time import perf_counter
from typing import TypeVar
from uuid import UUID, uuid4

from opentelemetry import propagate
from pydantic import BaseModel

from chassis.http import PeerRefused, PeerUnavailable, check
from chassis.paging import Page
from services.console.peers.wire import FAILURES, Document, Wire, address

View = TypeVar("View", bound=BaseModel)
Found = TypeVar("Found")
Value = str | int | bool | UUID | Collection[UUID] | Collection[str] | None
"""What a query asks; several ids are asked for one after the other under one name."""
PATIENCE = 10.0
IN_USE = "idempotency_key_in_use"
"""The same form was sent twice at once: the answer to the first is the answer to both, when it is there."""
BETWEEN_TRIES = (0.1, 0.3, 1.0)


@dataclass
class Account:
    """What the calls of one page cost: how many, and the seconds during which one of them was under way."""

    calls: int = 0
    seconds: float = 0.0
    under_way: int = 0
    since: float = 0.0

    def __enter__(self) -> None:
        if not self.under_way:
            self.since = perf_counter()
        self.calls += 1
        self.under_way += 1

    def __exit__(self, *_: object) -> None:
        self.under_way -= 1
        if not self.under_way:
            self.seconds += perf_counter() - self.since


@dataclass(frozen=True)
class Client:
    """One service. Raises PeerRefused (4xx) and PeerUnavailable, whose text begins with the service's `name`.

    `told`: further headers, such as where someone without an account comes from.
    """

    name: str
    wire: Wire
    base: str
    token: str = ""
    account: Account = field(default_factory=Account)
    told: Mapping[str, str] = field(default_factory=dict)

    def telling(self, headers: Mapping[str, str]) -> "Client":
        return replace(self, told=headers)

    def with_token(self, token: str) -> "Client":
        return replace(self, token=token)

    async def get(self, path: str, view: type[View], **query: Value) -> View:
        return view.model_validate_json(await self._call("GET", path, query=query))

    async def page(self, path: str, item: type[View], **query: Value) -> Page[View]:
        """A list, as far as it was asked for."""
        return await self.get(path, _page_of(item), **query)

    async def send(
        self, method: str, path: str, body: BaseModel | None = None, *, key: str = "", **query: Value
    ) -> bytes:
        """The answer's body. `key` makes a repeated POST one act; without it each call is an act of its own."""
        headers = {"idempotency-key": key or str(uuid4())} if method == "POST" else {}
        content = body.model_dump_json(exclude_none=True) if body is not None else "{}"
        for pause in BETWEEN_TRIES:
            try:
                return await self._call(method, path, query=query, content=content, headers=headers)
            except PeerRefused as refused:
                if refused.code != IN_USE:
                    raise
                await asyncio.sleep(pause)
        return await self._call(method, path, query=query, content=content, headers=headers)

    async def send_text(self, path: str, text: str, *, key: str) -> bytes:
        """A text that is a document of its own, such as YAML."""
        return await self._call("POST", path, content=text, headers={"idempotency-key": key})

    @asynccontextmanager
    async def stream(self, path: str, **query: Value) -> AsyncIterator[Document]:
        """A document, piece by piece."""
        call, url = f"{self.name}: GET {path}", address(self.base, path, _given(query))
        try:
            with self.account:
                async with self.wire.read(url, self._headers(), timeout=60) as document:
                    if document.status >= 400:
                        check(document.status, b"".join([piece async for piece in document.pieces]), call)
                    yield document
        except FAILURES as error:
            raise PeerUnavailable(f"{call}: {error!r}") from error

    async def _call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Value] | None = None,
        content: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> bytes:
        call, url = f"{self.name}: {method} {path}", address(self.base, path, _given(query or {}))
        sent = content.encode() if content is not None else None
        try:
            with self.account:
                answer = await self.wire.ask(method, url, self._headers() | dict(headers or {}), sent, timeout=PATIENCE)
        except FAILURES as error:
            raise PeerUnavailable(f"{call}: {error!r}") from error
        check(answer.status, answer.content, call)
        return answer.content

    def _headers(self) -> dict[str, str]:
        headers = {"content-type": "application/json", **self.told}
        propagate.inject(headers)
        return headers | ({"authorization": f"Bearer {self.token}"} if self.token else {})


@cache
def _page_of(item: type[View]) -> type[Page[View]]:
    """Kept: pydantic makes such a class anew, which takes milliseconds, once nothing holds it any more."""
    return Page[item]  # type: ignore[valid-type]


def _given(query: Mapping[str, Value]) -> dict[str, list[str]]:
    """What is None or empty asks nothing."""
    return {name: _texts(value) for name, value in query.items() if value is not None and value != ""}


def _texts(value: Value) -> list[str]:
    if isinstance(value, bool):
        return [str(value).lower()]
    several = value if isinstance(value, Collection) and not isinstance(value, str) else [value]
    return [str(each) for each in several]


async def found(asking: Awaitable[Found]) -> Found | None:
    """None where the service has no such thing."""
    try:
        return await asking
    except PeerRefused as refused:
        if refused.status == 404:
            return None
        raise
