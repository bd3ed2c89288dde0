"""Hearing what is published from now on, without a consumer: for programs that wait for an answer."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from nats.aio.client import Client as Nats
from nats.aio.msg import Msg
from nats.js import JetStreamContext

from contracts.topology import Consumer


@dataclass(frozen=True)
class Heard:
    subject: str
    data: bytes


@dataclass
class Watch:
    """What was heard, in order."""

    heard: "asyncio.Queue[Heard]" = field(default_factory=asyncio.Queue)

    async def take(self, message: Msg) -> None:
        self.heard.put_nowait(Heard(message.subject, message.data))

    async def next(self, *, within: float) -> Heard | None:
        """What comes next; None when nothing comes in so many seconds."""
        try:
            async with asyncio.timeout(within):
                return await self.heard.get()
        except TimeoutError:
            return None


async def heeded(connection: Nats) -> None:
    """Once the server knows every subscription of the connection. nats.errors.FlushTimeoutError after 10 s at most.

    Twice: nats-py writes the PING of a flush at once, and so before a SUB that still waits for its turn to be
    written. By the time the first is answered the SUB is on its way, and the second cannot overtake it.
    """
    for _ in range(2):
        await connection.flush(5)


@asynccontextmanager
async def watching(connection: Nats, *subjects: str) -> AsyncIterator[Watch]:
    """When the block begins the server knows the subscriptions: nothing published after that is missed."""
    watch = Watch()
    subscriptions = [await connection.subscribe(subject, cb=watch.take) for subject in subjects]
    await heeded(connection)
    try:
        yield watch
    finally:
        for subscription in subscriptions:
            await subscription.unsubscribe()


async def is_dealt_with(js: JetStreamContext, consumer: Consumer, sequence: int) -> bool:
    """Whether the consumer has answered every message of its stream up to this one."""
    info = await js.consumer_info(consumer.stream, consumer.durable, timeout=2)
    return (info.ack_floor.stream_seq if info.ack_floor else 0) >= sequence
