"""Whom a restored database has back is erased again: the stream tells of each erasure of the last weeks.

A worker looks at its start, which a restore comes before. There is no state of it: who was erased has nothing left.
"""

import logging
from dataclasses import dataclass

from nats.js import JetStreamContext
from pydantic import ValidationError

from chassis.passing import TryAgain
from chassis.personal import erasing
from chassis.personal.held import Holdings
from chassis.personal.reacting import Erase
from chassis.told import Told, last_position, told_after
from chassis.worker import Worker
from contracts.events import CustomerErased

log = logging.getLogger(__name__)

STREAM = "BILLING"
AGAIN_EVERY = 60.0
"""Seconds, real ones, between two tries at those that something is in the way of."""


class NotErasedAgain(Exception):
    """Who was erased was not looked for yet: wait before anything is written about customers."""


@dataclass
class ErasingAgain:
    """A duty of the worker, and what `/readyz` tells of it where customers are written to."""

    holdings: Holdings
    erase: Erase
    is_done: bool = False
    again_every: float = AGAIN_EVERY

    async def watch(self, worker: Worker) -> None:
        """One after the other, oldest first; who cannot be erased yet keeps nobody waiting."""
        waiting = await self._look(worker)
        self.is_done = not worker.stopping.is_set()
        while waiting and not worker.stopping.is_set():
            await worker.pause(self.again_every)
            waiting = [event for event in waiting if not await self._erase(worker, event)]
        await worker.stopping.wait()

    async def check(self) -> None:
        if not self.is_done:
            raise NotErasedAgain("the customers that the bus says were erased are being looked for")

    async def _look(self, worker: Worker) -> list[CustomerErased]:
        """Of all up to the last one of this moment, those that something is in the way of."""
        js, position, waiting = worker.bus.jetstream(timeout=5), 0, list[CustomerErased]()
        last = await last_position(js, STREAM, CustomerErased.type)
        while position < last and not worker.stopping.is_set():
            told = await _next(js, position, last)
            position = told.position if told else last
            event = _readable(told) if told else None
            if event and not await self._erase(worker, event):
                log.error("a customer who was erased is here again, and cannot be erased yet", extra=_facts(event))
                waiting.append(event)
        return waiting

    async def _erase(self, worker: Worker, event: CustomerErased) -> bool:
        """False while something is in the way; True too where nothing is left."""
        try:
            async with worker.sessions() as session, session.begin():
                if not await erasing.is_left(session, self.holdings, event):
                    return True
                await self.erase(session, event, worker.now())
        except TryAgain as error:
            log.info("not erased yet: %s", error, extra=_facts(event))
            return False
        log.warning("a customer who was erased was here again, and is erased again", extra=_facts(event))
        return True


async def _next(js: JetStreamContext, position: int, last: int) -> Told | None:
    """By itself: they are few, and far between in their stream."""
    found = await told_after(js, STREAM, CustomerErased.type, position, until=last, limit=1)
    return found[0] if found else None


def _readable(told: Told) -> CustomerErased | None:
    try:
        return CustomerErased.model_validate_json(told.body)
    except ValidationError:
        log.warning("message %d of %s is no erasure", told.position, STREAM)
        return None


def _facts(event: CustomerErased) -> dict[str, str]:
    return {"customer_id": str(event.customer_id), "organisation": event.organisation}
