"""What a stream was told, read from it message by message, without a consumer."""

from dataclasses import dataclass
from datetime import datetime

from nats.js import JetStreamContext
from nats.js.errors import NotFoundError

from contracts.base import instant


async def last_position(js: JetStreamContext, stream: str, subject: str) -> int:
    """Of the newest event of these types, which `*` may stand for a part of; 0 when the stream has none."""
    try:
        return (await js.get_msg(stream, subject=subject)).seq or 0
    except NotFoundError:
        return 0


async def events_after(
    js: JetStreamContext, stream: str, subject: str, position: int, *, limit: int
) -> list[tuple[int, bytes]]:
    """The next events of these types with their positions, oldest first; they are not parsed."""
    found: list[tuple[int, bytes]] = []
    while len(found) < limit:
        try:
            message = await js.get_msg(stream, seq=position + 1, next=True, subject=subject)
        except NotFoundError:
            break
        position = message.seq or position + 1
        found.append((position, message.data or b""))
    return found


@dataclass(frozen=True)
class Told:
    """A message as the stream has it; `at`: when its fact happened, in business time, None where it does not say."""

    position: int
    type: str
    at: datetime | None
    body: bytes


async def last_told(js: JetStreamContext, stream: str, subject: str) -> int:
    """The position of the newest message under this subject, which may have a wildcard; 0 when there is none."""
    try:
        return (await js.get_msg(stream, subject=subject)).seq or 0
    except NotFoundError:
        return 0


async def told_after(js: JetStreamContext, stream: str, subject: str, position: int, *, limit: int) -> list[Told]:
    """The next messages under this subject, whatever their type, oldest first."""
    found: list[Told] = []
    while len(found) < limit:
        try:
            message = await js.get_msg(stream, seq=position + 1, next=True, subject=subject)
        except NotFoundError:
            break
        position = message.seq or position + 1
        at = _instant((message.headers or {}).get("ce-time"))
        found.append(Told(position, message.subject or "", at, message.data or b""))
    return found


def _instant(text: str | None) -> datetime | None:
    try:
        return instant(text) if text else None
    except (ValueError, OverflowError):
        return None
