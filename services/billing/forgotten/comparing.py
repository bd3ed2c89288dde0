"""Compares what the bus was told of invoices with this database, which may be of an earlier moment than the bus.

An invoice that is missing was issued after the backup in use; a receivable that was told otherwise changed since.
"""

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pydantic import ValidationError
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.clock import real_now
from chassis.told import Told, last_position, told_after
from chassis.worker import Worker
from contracts.events.billing import InvoiceEvent
from services.billing.forgotten import store
from services.billing.forgotten.domain import forgotten, is_otherwise, latest, tell_anew
from services.billing.payments.intake import balances_as_of
from services.billing.receivables.store import lock
from services.billing.receivables.use_cases import tell

log = logging.getLogger(__name__)

STREAM = "BILLING"
FACTS = "billing.invoice.*.v1"
AT_ONCE = 100
INTERVAL = 5.0
"""Seconds, real ones, between two looks once everything was compared."""
PAYMENTS_WITHIN = 0.5
"""The same, between two looks whether the payments that waited are in."""


class NotCompared(Exception):
    """The stream has facts of invoices that were not looked at yet: wait before you issue."""


@dataclass
class Comparing:
    """A duty of the worker, and what `/readyz` tells of it."""

    is_done: bool = False
    doubted_at: datetime | None = None
    """Real time at which something was first found to be otherwise, while not everything was compared since."""
    numbered: int = 0
    """Up to where numbers were looked for, of what is not compared yet."""

    async def watch(self, worker: Worker) -> None:
        """From where this database left off: after a restore, from what the backup had seen."""
        js = worker.bus.jetstream(timeout=5)
        while not worker.stopping.is_set():
            async with worker.sessions() as session:
                position = await store.told_until(session, STREAM)
            last = await last_position(js, STREAM, FACTS)
            if position > last:
                position = self.numbered = 0  # the stream was made anew
            if position < last:
                told = await told_after(js, STREAM, FACTS, position, until=last, limit=AT_ONCE)
                if told and not await self._compare(worker, told):
                    await self._look_for_numbers(worker, after=told[-1].position, last=last)
                    await worker.pause(PAYMENTS_WITHIN)
                continue
            self.is_done, self.doubted_at = True, None
            await worker.pause(INTERVAL)

    async def check(self) -> None:
        if not self.is_done:
            raise NotCompared("the invoices that the bus was told of are being looked for")

    async def _compare(self, worker: Worker, told: Sequence[Told]) -> bool:
        """False: not to the end, for payments may wait that make a receivable again what it was told to be."""
        events = _readable(told)
        async with worker.sessions() as session, session.begin():
            known = await _with_numbers(session, events, now=worker.now())
            suspects = await _otherwise(session, [each for each in events if each.invoice_id in known])
            if suspects and not await self._payments_are_in(session):
                return False
            for event in suspects:
                await _overtake(session, event, now=worker.now())
            await store.keep_told_until(session, STREAM, told[-1].position)
        return True

    async def _look_for_numbers(self, worker: Worker, *, after: int, last: int) -> None:
        """Numbers wait for no payment: none of them may be given again meanwhile."""
        js = worker.bus.jetstream(timeout=5)
        self.numbered = max(self.numbered, after)
        while self.numbered < last and not worker.stopping.is_set():
            told = await told_after(js, STREAM, FACTS, self.numbered, until=last, limit=AT_ONCE)
            async with worker.sessions() as session, session.begin():
                await _with_numbers(session, _readable(told), now=worker.now())
            self.numbered = told[-1].position if told else last

    async def _payments_are_in(self, session: AsyncSession) -> bool:
        """All that waited when the first doubt arose: who paid since the backup is not told of as who did not."""
        self.doubted_at = self.doubted_at or real_now()
        return await balances_as_of(session) > self.doubted_at


async def _with_numbers(session: AsyncSession, events: Sequence[InvoiceEvent], *, now: datetime) -> set[UUID]:
    """Those of their invoices that are here; the numbers of the others stay taken."""
    known = await store.known(session, [each.invoice_id for each in events])
    for event in events:
        if event.invoice_id not in known:
            await _remember(session, event, now=now)
    return known


async def _otherwise(session: AsyncSession, told: Collection[InvoiceEvent]) -> list[InvoiceEvent]:
    """Without a restore there is none: an event is published after its transaction."""
    receivables = await store.receivables(session, [each.invoice_id for each in told])
    return latest(each for each in told if is_otherwise(receivables.get(each.invoice_id), each))


async def _overtake(session: AsyncSession, told: InvoiceEvent, *, now: datetime) -> None:
    """Who heard of a later receivable, or of another one of this version, is told how it is, by a version above."""
    for receivable in await lock(session, told.organisation, [told.invoice_id]):
        if is_otherwise(receivable, told):
            log.error("the bus was told of a receivable that is not as here: it is told anew", extra=_facts(told))
            await tell(session, receivable, tell_anew(receivable, told), now=now)


async def _remember(session: AsyncSession, event: InvoiceEvent, *, now: datetime) -> None:
    row = forgotten(event, now=now)
    if row is None:
        log.error("an invoice was told of that is not here, and its number is none of ours", extra=_facts(event))
    elif await store.remember(session, row):
        log.error("an invoice was told of that is not here: its number stays taken", extra=_facts(event))


def _facts(event: InvoiceEvent) -> dict[str, str]:
    return {"number": event.number, "invoice_id": str(event.invoice_id), "organisation": event.organisation}


def _readable(told: Sequence[Told]) -> list[InvoiceEvent]:
    """Events of ours; what anybody else put there is no fact of an invoice."""
    events = []
    for each in told:
        try:
            events.append(InvoiceEvent.model_validate_json(each.body))
        except ValidationError:
            log.warning("message %d of %s is no fact of an invoice", each.position, STREAM)
    return events
