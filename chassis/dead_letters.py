"""Dead letters: messages that no consumer could work with, why, and how to deliver them again."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from nats.js import JetStreamContext
from nats.js.api import RawStreamMsg
from nats.js.errors import NotFoundError

from chassis.problems import NotFound
from contracts.topology import ADVISORIES

STREAM = "DEAD_LETTERS"


@dataclass(frozen=True)
class DeadLetter:
    """One advisory of the server: `id` in DEAD_LETTERS, and where the original is."""

    id: int
    at: datetime | None
    stream: str
    consumer: str
    sequence: int
    deliveries: int
    reason: str


@dataclass(frozen=True)
class DeadLetters:
    js: JetStreamContext

    async def count(self) -> int:
        return int((await self.js.stream_info(STREAM)).state.messages)

    async def page(self, *, after: int = 0, limit: int = 50, stream: str | None = None) -> list[DeadLetter]:
        """Oldest first, those whose id is greater than `after`; of messages of one stream, if told."""
        subject = f"{ADVISORIES}.*.{stream}.*" if stream else ">"
        letters: list[DeadLetter] = []
        while len(letters) < limit:
            try:
                message = await self.js.get_msg(STREAM, seq=after + 1, next=True, subject=subject)
            except NotFoundError:
                break
            letters.append(_letter(message))
            after = letters[-1].id
        return letters

    async def get(self, identity: int) -> DeadLetter:
        try:
            return _letter(await self.js.get_msg(STREAM, seq=identity))
        except NotFoundError:
            raise NotFound("dead letter", identity) from None

    async def original(self, letter: DeadLetter) -> RawStreamMsg:
        """The message itself; NotFound once its stream has let it go."""
        try:
            return await self.js.get_msg(letter.stream, seq=letter.sequence)
        except NotFoundError:
            raise NotFound("message", f"{letter.sequence} in {letter.stream} any more") from None

    async def replay(self, letter: DeadLetter) -> None:
        """Publish the original again, then drop the dead letter. Consumers that had it already ignore it."""
        original = await self.original(letter)
        await self.js.publish(
            original.subject or "", original.data or b"", headers=_headers(original.headers, letter), timeout=5
        )
        await self.drop(letter)

    async def drop(self, letter: DeadLetter) -> None:
        """Forget it. The message itself stays in its stream."""
        await self.js.delete_msg(STREAM, letter.id)


def _headers(headers: Mapping[str, str] | None, letter: DeadLetter) -> dict[str, str]:
    """A new id for the server's own deduplication; the event's id stays, for the consumers' inboxes."""
    kept = {name: value for name, value in (headers or {}).items() if name.lower() != "nats-msg-id"}
    return kept | {"Nats-Msg-Id": f"replay-{letter.stream}-{letter.sequence}-{letter.id}"}


def _letter(message: RawStreamMsg) -> DeadLetter:
    advisory = json.loads(message.data or b"{}")
    exhausted = f"delivered {advisory.get('deliveries')} times without an answer"
    return DeadLetter(
        id=message.seq or 0,
        at=message.time,
        stream=advisory["stream"],
        consumer=advisory["consumer"],
        sequence=advisory["stream_seq"],
        deliveries=advisory.get("deliveries", 0),
        reason=advisory.get("reason") or exhausted,
    )
