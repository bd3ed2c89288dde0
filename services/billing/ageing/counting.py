"""The worker's duty: count the movements of open balances, and of what was invoiced, into their days."""

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.worker import Worker
from services.billing.ageing import store
from services.billing.sales import store as sales

INTERVAL = 1.0
"""Seconds, real ones. Answers are right however late this is; they read as many movements more."""
BATCH = 5_000


async def count_in(session: AsyncSession, *, batch: int) -> int:
    """At most `batch` movements of each kind; the larger number. None while another process counts."""
    if not await store.may_count(session):
        return 0
    return max(await store.count_in(session, batch=batch), await sales.count_in(session, batch=batch))


async def count_movements(worker: Worker) -> None:
    while not worker.stopping.is_set():
        async with worker.sessions() as session, session.begin():
            counted = await count_in(session, batch=BATCH)
        if counted < BATCH:
            await worker.pause(INTERVAL)
