"""The shop as processes: `python -m tests.chassis.serving api|worker`; settings come from the environment."""

import asyncio
from collections.abc import Sequence

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import main, worker
from chassis.bus import Subscription
from chassis.settings import ServiceSettings
from chassis.worker import Worker
from contracts.events import Event
from contracts.topology import BILLING_PAYMENT
from tests.chassis.shop import SERVICE


async def work(settings: ServiceSettings) -> None:
    async def take_a_second(event: Event, session: AsyncSession) -> None:
        await asyncio.sleep(1)

    async def subscribe(of: Worker) -> Sequence[Subscription]:
        return [Subscription(BILLING_PAYMENT, take_a_second)]

    await worker.run("shop", settings, subscribe=subscribe)


if __name__ == "__main__":
    main.run(SERVICE, ServiceSettings, work)
