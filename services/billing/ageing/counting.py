"""The worker's duty: count the movements of open balances into their days."""

from chassis.worker import Worker
from services.billing.ageing import store

INTERVAL = 1.0
"""Seconds, real ones. Answers are right however late this is; they read as many movements more."""
BATCH = 5_000


async def count_movements(worker: Worker) -> None:
    while not worker.stopping.is_set():
        async with worker.sessions() as session, session.begin():
            counted = await store.count_in(session, batch=BATCH)
        if counted < BATCH:
            await worker.pause(INTERVAL)
