"""Looks for each action that the bus was told of. One that is missing was done after the backup in use."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import ValidationError

from chassis.told import Told, last_told, told_after
from chassis.worker import Worker
from contracts.events import event_of_type
from contracts.events.notify import ActionEvent
from services.notify.forgotten import store
from services.notify.forgotten.domain import forgotten

log = logging.getLogger(__name__)

STREAM = "NOTIFY"
EVERYTHING = "notify.>"
AT_ONCE = 100
INTERVAL = 5.0
"""Seconds, real ones, between two looks once everything was compared."""


class NotCompared(Exception):
    """The stream has actions that were not looked for yet: wait before you let anything be done."""


@dataclass
class Comparing:
    """A duty of the worker, and what `/readyz` tells of it."""

    is_done: bool = False

    async def watch(self, worker: Worker) -> None:
        """From where this database left off: after a restore, from what the backup had seen."""
        js = worker.bus.jetstream(timeout=5)
        while not worker.stopping.is_set():
            async with worker.sessions() as session:
                position = await store.told_until(session, STREAM)
            last = await last_told(js, STREAM, EVERYTHING)
            if position > last:
                position = 0  # the stream was made anew
            if position < last:
                await _compare(worker, await told_after(js, STREAM, EVERYTHING, position, limit=AT_ONCE))
                continue
            self.is_done = True
            await worker.pause(INTERVAL)

    async def check(self) -> None:
        if not self.is_done:
            raise NotCompared("the actions that the bus was told of are being looked for")


async def _compare(worker: Worker, told: Sequence[Told]) -> None:
    events = _readable(told, now=worker.now())
    async with worker.sessions() as session, session.begin():
        known = await store.known(session, [(event.organisation, event.key) for event, _ in events])
        for event, at in events:
            if (event.organisation, event.key) not in known:
                facts = {"key": event.key, "organisation": event.organisation}
                log.error("an action was told of that is not here: it is not done again", extra=facts)
                await store.remember(session, forgotten(event, at=at))
        await store.keep_told_until(session, STREAM, told[-1].position)


def _readable(told: Sequence[Told], *, now: datetime) -> list[tuple[ActionEvent, datetime]]:
    """Events of ours and when they happened, in business time; what anybody else put there is no action."""
    events = []
    for each in told:
        try:
            event = ActionEvent.of(event_of_type(each.type).model_validate_json(each.body))
        except (KeyError, TypeError, ValidationError):
            log.warning("message %d of %s is no action", each.position, STREAM)
            continue
        events.append((event, each.at or now))
    return events
