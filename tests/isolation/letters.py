"""Dead letters of either organisation, on the bus of a test."""

import asyncio
import json

from nats.aio.client import Client as Nats

from chassis.bus import terminate
from contracts.topology import BILLING_PAYMENT, DUNNING_CASE, IDENTITY_AUDIT, QUOTES_MESSAGE, QUOTES_QUOTE
from tests.isolation.ground import Ground

READERS = {
    "billing": BILLING_PAYMENT,
    "dunning": DUNNING_CASE,
    "identity": IDENTITY_AUDIT,
    "notify": QUOTES_MESSAGE,
    "quotes": QUOTES_QUOTE,
}
"""Who reads a stream that the service answers for."""


async def refuse(bus: Nats, ground: Ground, organisation: str) -> None:
    """A message of this organisation becomes a dead letter, whose id the ground then knows."""
    reader, js = READERS[ground.name], bus.jetstream()
    pull = await js.pull_subscribe_bind(durable=reader.durable, stream=reader.stream)
    body = json.dumps({"organisation": organisation, "about": f"nothing of {organisation}"})
    await js.publish(reader.types[0].type, body.encode(), headers={"ce-id": organisation})
    for message in await pull.fetch(1, timeout=5):
        await terminate(message, "not readable")
    await pull.unsubscribe()
    await bus.flush()
    async with asyncio.timeout(10):
        while not (found := (await ground.do(organisation, "GET", "/dead-letters"))["items"]):
            await asyncio.sleep(0.02)
    ground.ids[organisation]["dead-letters.letter_id"] = found[0]["id"]
