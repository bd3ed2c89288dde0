"""`Idempotency-Key`: the same POST twice has one effect and one answer."""

import hashlib
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from sqlalchemy import LargeBinary, Text, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.auth import KeySet, Requirement, requirement_of
from chassis.clock import real_now
from chassis.database import Sessions
from chassis.problems import DomainError, InvalidField

HEADER = "Idempotency-Key"
BATCH = 5_000
"""Answers dropped at once: they carry whole bodies, and a statement has its limit of time."""
OLDEST = text(
    "delete from idempotency_keys where ctid = any(array("
    "select ctid from idempotency_keys where stored_at < :before order by stored_at limit :batch))"
)


class StoredAnswer(SQLModel, table=True):
    """The answer to a keyed request, stored in the transaction of its effect."""

    __tablename__ = "idempotency_keys"

    caller: str = Field(sa_type=Text, primary_key=True)
    key: str = Field(sa_type=Text, primary_key=True)
    fingerprint: str = Field(sa_type=Text)
    status: int
    body: bytes = Field(sa_type=LargeBinary)
    media_type: str | None = Field(default=None, sa_type=Text)
    stored_at: datetime = Field(index=True)


async def forget(session: AsyncSession, *, before: datetime) -> int:
    """Drop the oldest answers, at most a batch; how many. The same request made once more then acts once more."""
    dropped = await (await session.connection()).execute(OLDEST, {"before": before, "batch": BATCH})
    return dropped.rowcount


class IdempotencyKeyReused(DomainError):
    status = 409

    def __init__(self, key: str) -> None:
        super().__init__(f"{HEADER}: {key!r} was used for another request; expected a new key for each one")


class IdempotentRoute(APIRoute):
    """A route that honours the header on POST. Use it as `APIRouter(route_class=IdempotentRoute)`."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        answer = super().get_route_handler()
        requirement = requirement_of(self.dependant)

        async def once(request: Request) -> Response:
            key = request.headers.get(HEADER)
            if key is None or request.method != "POST":
                return await answer(request)
            if not 1 <= len(key) <= 200:
                raise InvalidField(HEADER, key, "1 to 200 characters")
            caller = await _caller(request, requirement)
            return await (_once(request, answer, key, caller) if caller else answer(request))

        return once


Answer = Callable[[Request], Coroutine[Any, Any, Response]]


async def _once(request: Request, answer: Answer, key: str, caller: str) -> Response:
    sessions: Sessions = request.app.state.sessions
    fingerprint = await _fingerprint(request)
    if stored := await _stored(sessions, caller, key):
        return _replay(stored, key, fingerprint)
    try:
        response = await answer(request)
    except DomainError:
        if stored := await _stored(sessions, caller, key):
            return _replay(stored, key, fingerprint)  # the same request, which was done while this one waited for it
        raise
    session = getattr(request.state, "session", None)
    if session is None or response.status_code >= 400:
        return response
    session.add(
        StoredAnswer(
            caller=caller,
            key=key,
            fingerprint=fingerprint,
            status=response.status_code,
            body=bytes(response.body),
            media_type=response.media_type or response.headers.get("content-type"),
            stored_at=real_now(),
        )
    )
    try:
        await session.flush()
    except IntegrityError:
        raise IdempotencyKeyInUse(key) from None
    return response


async def _caller(request: Request, requirement: Requirement | None) -> str | None:
    """Who the key belongs to: a new token of the same caller finds the same answers, as long as it may."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return None
    keys: KeySet = request.app.state.keys
    caller = await keys.caller(token, now=request.app.state.real_now())
    request.state.caller = caller
    if requirement is not None:
        requirement.check(caller)
    return f"{caller.organisation}/{caller.subject}"


class IdempotencyKeyInUse(DomainError):
    """Two requests with one key at the same time: the later one changes nothing and may be made again."""

    status = 409

    def __init__(self, key: str) -> None:
        super().__init__(f"{HEADER}: a request with {key!r} is being answered; try again to read its answer")


async def _fingerprint(request: Request) -> str:
    digest = hashlib.sha256(f"{request.method} {request.url.path}?{request.url.query}\n".encode())
    digest.update(await request.body())
    return digest.hexdigest()


async def _stored(sessions: Sessions, caller: str, key: str) -> StoredAnswer | None:
    async with sessions() as session:
        return await session.get(StoredAnswer, (caller, key))


def _replay(stored: StoredAnswer, key: str, fingerprint: str) -> Response:
    if stored.fingerprint != fingerprint:
        raise IdempotencyKeyReused(key)
    headers = {"Idempotent-Replayed": "true"}
    return Response(stored.body, stored.status, headers, media_type=stored.media_type)
