"""Looks for each invoice that the bus was told of. One that is missing was issued after the backup in use."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import ValidationError
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.told import events_after, last_position
from chassis.worker import Worker
from contracts.events import InvoiceIssued
from services.billing.forgotten import store
from services.billing.forgotten.domain import forgotten

log = logging.getLogger(__name__)

STREAM = "BILLING"
AT_ONCE = 100
INTERVAL = 5.0
"""Seconds, real ones, between two looks once everything was compared."""


class NotCompared(Exception):
    """The stream has invoices that were not looked for yet: wait before you issue."""


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
            last = await last_position(js, STREAM, InvoiceIssued)
            if position > last:
                position = 0  # the stream was made anew
            if position < last:
                await self._compare(worker, await events_after(js, STREAM, InvoiceIssued, position, limit=AT_ONCE))
                continue
            self.is_done = True
            await worker.pause(INTERVAL)

    async def check(self) -> None:
        if not self.is_done:
            raise NotCompared("the invoices that the bus was told of are being looked for")

    async def _compare(self, worker: Worker, told: Sequence[tuple[int, bytes]]) -> None:
        events = _readable(told)
        async with worker.sessions() as session, session.begin():
            known = await store.known(session, [each.invoice_id for each in events])
            for event in events:
                if event.invoice_id not in known:
                    await _remember(session, event, now=worker.now())
            await store.keep_told_until(session, STREAM, told[-1][0])


async def _remember(session: AsyncSession, event: InvoiceIssued, *, now: datetime) -> None:
    row = forgotten(event, now=now)
    if row is None:
        log.error("an invoice was told of that is not here, and its number is none of ours", extra=_facts(event))
        return
    log.error("an invoice was told of that is not here: its number stays taken", extra=_facts(event))
    await store.remember(session, row)


def _facts(event: InvoiceIssued) -> dict[str, str]:
    return {"number": event.number, "invoice_id": str(event.invoice_id), "organisation": event.organisation}


def _readable(told: Sequence[tuple[int, bytes]]) -> list[InvoiceIssued]:
    """Events of ours; what anybody else put there is no invoice."""
    events = []
    for position, body in told:
        try:
            events.append(InvoiceIssued.model_validate_json(body))
        except ValidationError:
            log.warning("message %d of %s is no invoice", position, STREAM)
    return events
