"""What passes on the bus right now, for those who only look: nothing is kept for them, nothing is acknowledged."""

import json
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from nats.aio.msg import Msg

from chassis import bus
from chassis.bus_access import Access
from chassis.watch import heeded
from contracts.topology import STREAMS

log = logging.getLogger(__name__)

Tell = Callable[[str, dict[str, Any]], None]
"""Told the type of an event and its data."""

FACTS = tuple(subject for stream in STREAMS for subject in stream.subjects if not subject.startswith("$"))


@asynccontextmanager
async def watching(
    access: Access | str, *, name: str, tell: Tell, subjects: Sequence[str] = FACTS
) -> AsyncIterator[None]:
    """Tell of every event that is published meanwhile. TimeoutError while the server does not answer."""

    async def pass_on(message: Msg) -> None:
        try:
            body = json.loads(message.data)
        except ValueError:
            return  # its consumer makes a dead letter of it
        data = body.get("data", body) if isinstance(body, dict) else None
        if isinstance(data, dict):
            tell(message.subject, data)

    connection = await bus.connect(access, name=name)
    try:
        for subject in subjects:
            await connection.subscribe(subject, cb=pass_on)
        await heeded(connection)
        yield
    finally:
        await connection.close()
