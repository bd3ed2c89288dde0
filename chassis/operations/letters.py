"""Dead letters as an organisation may see them: its own, and those that do not say whose they are."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from nats.js.api import RawStreamMsg

from chassis.dead_letters import DeadLetter, DeadLetters
from chassis.operations.schemas import DeadLetterView
from chassis.problems import NotFound
from contracts.topology import streams_of

LOOKED_AT = 500
"""Letters of others that are passed over for one page at most; the page may then be shorter than asked."""
LONGEST = 20_000
"""Characters of a message that are shown."""


@dataclass(frozen=True)
class Mailroom:
    """The letters of the streams that a service answers for, as `organisation` may see them."""

    letters: DeadLetters
    service: str
    organisation: str

    @property
    def streams(self) -> list[str]:
        return [stream.name for stream in streams_of(self.service)]

    async def page(self, *, after: int, limit: int) -> tuple[list[DeadLetterView], int | None]:
        """Oldest first, and the id after which the next page begins, None at the end."""
        found: list[DeadLetterView] = []
        for looked_at, letter in enumerate(await self._waiting(after, LOOKED_AT + 1)):
            if len(found) == limit or looked_at == LOOKED_AT:
                return found, after
            after = letter.id
            view = await self._seen(letter)
            if view is not None:
                found.append(view)
        return found, None

    async def replay(self, identity: int) -> DeadLetterView:
        """Deliver it again. NotFound when it is another's, or gone."""
        letter = await self.letters.get(identity)
        view = await self._seen(letter) if letter.stream in self.streams else None
        if view is None:
            raise NotFound("dead letter", identity)
        await self.letters.replay(letter)
        return view

    async def _waiting(self, after: int, limit: int) -> Sequence[DeadLetter]:
        """Of all streams together, as they came."""
        each = [await self.letters.page(after=after, limit=limit, stream=stream) for stream in self.streams]
        return sorted((letter for page in each for letter in page), key=lambda letter: letter.id)[:limit]

    async def _seen(self, letter: DeadLetter) -> DeadLetterView | None:
        try:
            original = await self.letters.original(letter)
        except NotFound:
            return _view(letter, None, None)
        owner = organisation_of(original.data or b"")
        if owner is not None and owner != self.organisation:
            return None
        return _view(letter, original.subject, _text(original) if owner else None)


def organisation_of(body: bytes) -> str | None:
    """Whose a message is, as far as it can be read: plain, or with an envelope around it."""
    try:
        content = json.loads(body)
    except ValueError:
        return None
    for each in (content, content.get("data") if isinstance(content, dict) else None):
        if isinstance(each, dict) and isinstance(each.get("organisation"), str):
            return str(each["organisation"])
    return None


def _text(message: RawStreamMsg) -> str:
    return (message.data or b"").decode("utf-8", errors="backslashreplace")[:LONGEST]


def _view(letter: DeadLetter, type_: str | None, body: str | None) -> DeadLetterView:
    return DeadLetterView(
        id=letter.id, at=letter.at, stream=letter.stream, sequence=letter.sequence, consumer=letter.consumer,
        deliveries=letter.deliveries, reason=letter.reason, type=type_, body=body,
    )  # fmt: skip
