"""Messages that a process has taken and not answered yet: the server is told that they are at work."""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import nats
from nats.aio.msg import Msg

log = logging.getLogger(__name__)


@dataclass
class InHand:
    """By the subject of their answer, which each delivery has for itself."""

    messages: dict[str, Msg] = field(default_factory=dict)

    @contextmanager
    def holding(self, message: Msg) -> Iterator[None]:
        """Answer it after the block: a word about it that came later would take the answer back."""
        self.messages[message.reply] = message
        try:
            yield
        finally:
            del self.messages[message.reply]

    async def keep(self, *, every: float) -> None:
        """Until cancelled, so that no message comes again, and counts as delivered again, while it is held."""
        while True:
            await asyncio.sleep(every)
            for reply, message in tuple(self.messages.items()):
                if reply in self.messages:
                    await _tell(message)


async def _tell(message: Msg) -> None:
    try:
        await message.in_progress()
    except (nats.errors.Error, OSError) as error:  # it may come again then, and its work is done once all the same
        log.warning("bus: %s is at work, which could not be told: %r", message.subject, error)
