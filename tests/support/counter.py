"""Billing at work on a real bus: its API on a port, its consumer of payments, and its outbox."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

from nats.aio.client import Client as Nats

from chassis import outbox
from chassis.bus import Listener
from chassis.database import Sessions
from services.billing.payments.handlers import payments
from tests.services.billing.office import Office, an_office
from tests.support.serving import served
from tests.support.tokens import Keys


@dataclass(frozen=True)
class Counter:
    """`url` is that of billing's API."""

    office: Office
    url: str

    async def owed(self) -> Any:
        """An issued invoice of 1,200.00 EUR."""
        return await self.office.issue(await self.office.customer())

    async def receivable(self, invoice: Any) -> Any:
        return await self.office.do("GET", f"/receivables/{invoice['id']}")

    async def balance(self, invoice: Any) -> str:
        return str((await self.receivable(invoice))["balance"])


@asynccontextmanager
async def a_counter(dsn: str, keys: Keys, bus: Nats) -> AsyncIterator[Counter]:
    async with an_office(dsn, keys) as office, served(office.app) as url:
        await office.sells()
        listener = Listener(bus.jetstream(), office.sessions, payments(office.app.state.now))
        listening = asyncio.create_task(listener.run())
        relaying = asyncio.create_task(_relay(office.sessions, bus, listener.stopping))
        try:
            yield Counter(office, url)
        finally:
            listener.stopping.set()
            await relaying
            listening.cancel()  # told to stop, it would wait a second for messages that it has asked for
            with suppress(asyncio.CancelledError):
                await listening


async def _relay(sessions: Sessions, bus: Nats, stopping: asyncio.Event) -> None:
    js = bus.jetstream()
    while not stopping.is_set():
        await outbox.relay(sessions, js, source="billing")
        await asyncio.sleep(0.02)
