"""What a stream was told, read from it message by message, without a consumer."""

import asyncio
from dataclasses import dataclass
from datetime import datetime

from nats.js import JetStreamContext
from nats.js.api import RawStreamMsg
from nats.js.errors import NotFoundError

from contracts.base import instant


async def last_position(js: JetStreamContext, stream: str, subject: str) -> int:
    """Of the newest message under this subject, which may have a wildcard; 0 when the stream has none."""
    try:
        return (await js.get_msg(stream, subject=subject)).seq or 0
    except NotFoundError:
        return 0


@dataclass(frozen=True)
class Told:
    """A message as the stream has it; `at`: when its fact happened, in business time, None where it does not say."""

    position: int
    type: str
    at: datetime | None
    body: bytes


async def told_after(
    js: JetStreamContext, stream: str, subject: str, position: int, *, until: int, limit: int
) -> list[Told]:
    """The next messages under this subject, whatever their type, oldest first; none past `until`, a known position.

    The first is looked for, the `limit - 1` positions behind it are asked for at once: what the server has there. One
    answer after the other takes three times as long beside the server, and more the farther it is.
    """
    try:
        first = await js.get_msg(stream, seq=position + 1, next=True, subject=subject)
    except NotFoundError:
        return []
    found = first.seq or position + 1
    behind = range(found + 1, min(found + limit, until + 1))
    others = await asyncio.gather(*(_at(js, stream, each) for each in behind))
    return [_told(each, found) for each in (first, *others) if each and _is_under(each.subject or "", subject)]


async def _at(js: JetStreamContext, stream: str, position: int) -> RawStreamMsg | None:
    try:
        return await js.get_msg(stream, seq=position)
    except NotFoundError:
        return None  # deleted, or too old


def _told(message: RawStreamMsg, position: int) -> Told:
    at = _instant((message.headers or {}).get("ce-time"))
    return Told(message.seq or position, message.subject or "", at, message.data or b"")


def _is_under(name: str, subject: str) -> bool:
    """Whether the server means this name by a subject in which `*` is a part of names and `>` whatever follows."""
    parts, wanted = name.split("."), subject.split(".")
    if wanted[-1] == ">":
        wanted.pop()
        if len(parts) <= len(wanted):
            return False
        parts = parts[: len(wanted)]
    return len(parts) == len(wanted) and all(one in ("*", part) for one, part in zip(wanted, parts, strict=True))


def _instant(text: str | None) -> datetime | None:
    try:
        return instant(text) if text else None
    except (ValueError, OverflowError):
        return None
