"""How fresh the balances are: up to when every payment event that waited has been worked in."""

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.bus import processed_until
from chassis.clock import real_now
from chassis.worker import Worker
from contracts.topology import BILLING_PAYMENT
from services.billing.payments import store

INTERVAL = 0.5
"""Seconds, real ones."""


async def watch_intake(worker: Worker) -> None:
    """Keep the watermark up to date; while the bus is out of reach it grows old, and nobody is dunned."""
    js = worker.bus.jetstream(timeout=5)
    while not worker.stopping.is_set():
        until = await processed_until(js, BILLING_PAYMENT, now=real_now())
        async with worker.sessions() as session, session.begin():
            await store.keep_as_of(session, BILLING_PAYMENT.durable, until)
        await worker.pause(INTERVAL)


async def balances_as_of(session: AsyncSession) -> datetime:
    """Real time. Read it before the balances it speaks of: they may then be fresher, never older."""
    return await store.find_as_of(session)
