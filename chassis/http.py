"""Calls to other services: with a timeout, a token, the trace, and errors as facts."""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx2
from opentelemetry import propagate
from pydantic import BaseModel

from chassis.auth import Mint

log = logging.getLogger(__name__)

View = TypeVar("View", bound=BaseModel)

CHANGED = "changed_meanwhile"
"""The code of `chassis.problems.ChangedMeanwhile`."""


class PeerUnavailable(Exception):
    """The other service did not answer, or could not; the same call may be made again."""


class PeerBusy(PeerUnavailable):
    """The other service asks to wait (429)."""


class PeerRefused(Exception):
    """The other service refused (4xx); `code` is the last part of the problem's type.

    `errors` are those of the problem: which field, what it held, what is expected.
    """

    def __init__(self, status: int, code: str, detail: str, errors: Sequence[Mapping[str, str]] = ()) -> None:
        super().__init__(f"{status} {code}: {detail}")
        self.status, self.code, self.detail, self.errors = status, code, detail, errors


class PeerChanged(PeerRefused):
    """What it was asked for was written on the ground of something that somebody else has changed since."""


@dataclass(frozen=True)
class Peer:
    """Another service, spoken to in the name of `subject` for one organisation at a time."""

    client: httpx2.AsyncClient
    base: str
    mint: Mint
    subject: str

    async def get(self, path: str, view: type[View], *, organisation: str, **query: Any) -> View:
        response = await self._call("GET", path, organisation, params=query or None)
        return view.model_validate_json(response.content)

    async def get_bytes(self, path: str, *, organisation: str) -> bytes:
        return (await self._call("GET", path, organisation)).content

    async def get_at_most(self, most: int, path: str, *, organisation: str) -> bytes | None:
        """The document; None, without reading on, once it has more than `most` bytes."""
        headers = self._headers(organisation)
        content = bytearray()
        try:
            async with self.client.stream("GET", self.base + path, headers=headers, timeout=10) as response:
                if response.is_error:
                    check(response.status_code, await response.aread(), f"GET {path}")
                async for piece in response.aiter_bytes():
                    content += piece
                    if len(content) > most:
                        return None
        except httpx2.TransportError as error:
            raise PeerUnavailable(f"GET {self.base}{path}: {error!r}") from error
        return bytes(content)

    async def post(
        self, path: str, body: BaseModel, view: type[View], *, organisation: str, timeout: float = 10
    ) -> View:
        content = body.model_dump_json()
        response = await self._call("POST", path, organisation, content=content, timeout=timeout)
        return view.model_validate_json(response.content)

    async def _call(
        self, method: str, path: str, organisation: str, timeout: float = 10, **options: Any
    ) -> httpx2.Response:
        headers = self._headers(organisation)
        try:
            response = await self.client.request(method, self.base + path, headers=headers, timeout=timeout, **options)
        except httpx2.TransportError as error:
            raise PeerUnavailable(f"{method} {self.base}{path}: {error!r}") from error
        check(response.status_code, response.content, f"{method} {path}")
        return response

    def _headers(self, organisation: str) -> dict[str, str]:
        headers = {"content-type": "application/json"}
        propagate.inject(headers)
        headers["authorization"] = f"Bearer {self.mint.service_token(self.subject, organisation)}"
        return headers


def check(status: int, content: bytes, call: str) -> None:
    """PeerRefused for an answer that is no success, or PeerUnavailable for what may pass."""
    if status < 400:
        return
    problem = _problem(content)
    code = str(problem.get("type", "")).rsplit(":", 1)[-1]
    detail = str(problem.get("detail", content.decode(errors="replace")[:200]))
    if status == 429:
        raise PeerBusy(f"{call}: {code}: {detail}")
    if status >= 500:
        raise PeerUnavailable(f"{call}: {status} {code}: {detail}")
    kind = PeerChanged if code == CHANGED else PeerRefused
    raise kind(status, code, detail, problem.get("errors", ()))


def _problem(content: bytes) -> dict[str, Any]:
    try:
        body = json.loads(content)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
