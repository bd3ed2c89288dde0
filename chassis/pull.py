"""The messages of a durable consumer as they come: the server always knows how many more there is room for."""

import asyncio
import json
from dataclasses import dataclass

from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.errors import APIError

EXPIRES_S = 1.0
"""After so long without a message the server ends a request, and another is made."""
LATE_S = 1.0
"""A server that says nothing for so long after that has lost the request: it was restarted."""

STATUS, STILL_ASKED = "Status", "Nats-Pending-Messages"
EXPIRED = ("404", "408")


@dataclass
class Pull:
    """`asked`: how many messages may still come of what was asked for.

    Not by `fetch`: it asks twice for what has not come yet, and holds the first message back while it waits for
    others.
    """

    subscription: JetStreamContext.PullSubscription
    expires: float = EXPIRES_S
    asked: int = 0

    async def ask(self, count: int) -> None:
        request = {"batch": count, "expires": int(self.expires * 1e9)}
        pull = self.subscription
        await pull._nc.publish(pull._nms, json.dumps(request).encode(), pull._deliver)
        self.asked += count

    async def next(self) -> Msg | None:
        """The next message; None when what was asked for has expired. APIError when the consumer is gone."""
        try:
            message = await self._taken()
        except TimeoutError:
            self.asked = 0
            return None
        headers = message.headers or {}
        if (status := headers.get(STATUS)) is None or message.reply:
            self.asked = max(0, self.asked - 1)
            return message
        if status not in EXPIRED:
            APIError.from_msg(message)  # it raises
        self.asked = max(0, self.asked - int(headers.get(STILL_ASKED, self.asked)))
        return None

    async def _taken(self) -> Msg:
        """As `next_msg`, which makes two tasks for each message."""
        waiting = self.subscription._sub
        async with asyncio.timeout(self.expires + LATE_S):
            message: Msg = await waiting._pending_queue.get()
        waiting._pending_size -= len(message.data)
        waiting._pending_queue.task_done()
        return message
