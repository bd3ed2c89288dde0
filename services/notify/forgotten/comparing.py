"""Looks for each action that the bus was told of.

One that is missing, or not as far as it was told, was done after the backup in use.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.told import Told, last_position, told_after
from chassis.worker import Worker
from services.notify.forgotten import store
from services.notify.forgotten.domain import Fact, bring_forward, fact_of, forgotten, is_behind
from services.notify.forgotten.models import Done
from services.notify.letters.models import Letter
from services.notify.messages.models import Message
from services.notify.tasks.models import Task

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
            last = await last_position(js, STREAM, EVERYTHING)
            if position > last:
                position = 0  # the stream was made anew
            if position < last:
                told = await told_after(js, STREAM, EVERYTHING, position, until=last, limit=AT_ONCE)
                await _compare(worker, told)
                continue
            self.is_done = True
            await worker.pause(INTERVAL)

    async def check(self) -> None:
        if not self.is_done:
            raise NotCompared("the actions that the bus was told of are being looked for")


async def _compare(worker: Worker, told: Sequence[Told]) -> None:
    if not told:
        return  # the last of them aged out meanwhile
    facts = _readable(told, now=worker.now())
    async with worker.sessions() as session, session.begin():
        for kind in (Message, Letter, Task):
            if of_kind := [each for each in facts if each.kind is kind]:
                await _compare_kind(session, kind, of_kind)
        await store.keep_told_until(session, STREAM, told[-1].position)


async def _compare_kind(session: AsyncSession, kind: type[Done], told: Sequence[Fact]) -> None:
    statuses = await store.statuses(session, kind, [fact.key for fact in told])
    for fact in told:
        known, (organisation, key) = statuses.get(fact.key), fact.key
        about = {"key": key, "organisation": organisation}
        if known is None:
            log.error("an action was told of that is not here: it is not done again", extra=about)
            await store.remember(session, forgotten(fact))
        elif is_behind(known, fact):
            log.error("an action was told of that is not done here: it is not done again", extra=about)
            bring_forward(await store.lock(session, kind, organisation, key), fact)


def _readable(told: Sequence[Told], *, now: datetime) -> list[Fact]:
    """What we told; what anybody else put there is no action."""
    facts = []
    for each in told:
        try:
            facts.append(fact_of(each.type, each.body, at=each.at or now))
        except (KeyError, TypeError, ValueError):
            log.warning("message %d of %s is no action", each.position, STREAM)
    return facts
