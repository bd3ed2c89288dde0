"""What a stream was told, read from it message by message, without a consumer."""

from nats.js import JetStreamContext
from nats.js.errors import NotFoundError

from contracts.events import Event


async def last_position(js: JetStreamContext, stream: str, kind: type[Event]) -> int:
    """Of the newest event of this type; 0 when the stream has none."""
    try:
        return (await js.get_msg(stream, subject=kind.type)).seq or 0
    except NotFoundError:
        return 0


async def events_after(
    js: JetStreamContext, stream: str, kind: type[Event], position: int, *, limit: int
) -> list[tuple[int, bytes]]:
    """The next events of this type with their positions, oldest first; they are not parsed."""
    found: list[tuple[int, bytes]] = []
    while len(found) < limit:
        try:
            message = await js.get_msg(stream, seq=position + 1, next=True, subject=kind.type)
        except NotFoundError:
            break
        position = message.seq or position + 1
        found.append((position, message.data or b""))
    return found
