"""What the streams hold, read as a consumer of the judge's own."""

from collections.abc import AsyncIterator

from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import ConsumerConfig, DeliverPolicy

from contracts.topology import STREAMS
from tests.chaos.evidence import Heard
from tests.chaos.published import content_of, is_structured, object_of


async def everything_heard(js: JetStreamContext) -> list[Heard]:
    """Of all streams but the dead letters."""
    names = [stream.name for stream in STREAMS if stream.name != "DEAD_LETTERS"]
    return [each for name in names async for each in heard(js, name)]


async def heard(js: JetStreamContext, stream: str) -> AsyncIterator[Heard]:
    """Everything that the stream holds, oldest first."""
    config = ConsumerConfig(deliver_policy=DeliverPolicy.ALL, inactive_threshold=60)
    subject = next(each.subjects[0] for each in STREAMS if each.name == stream)
    pull = await js.pull_subscribe(subject, stream=stream, config=config)
    try:
        pending = (await pull.consumer_info()).num_pending or 0
        while pending:
            for message in await pull.fetch(min(pending, 500), timeout=10):
                yield _heard(stream, message)
                await message.ack()
                pending -= 1
    finally:
        await pull.unsubscribe()


def _heard(stream: str, message: Msg) -> Heard:
    body = object_of(message.data)
    headers = {name.lower(): value for name, value in (message.headers or {}).items()}
    identity = (body or {}).get("id") if is_structured(body) else headers.get("ce-id")
    sequence = message.metadata.sequence.stream
    known_as = identity or f"{stream}-{sequence}"
    return Heard(stream, sequence, message.subject, known_as, content_of(body), message.metadata.timestamp)
