"""The job that makes streams and durable consumers, or brings them up to date. Run it before the services."""

import asyncio
import logging
import sys
from datetime import UTC, datetime

from nats.js import JetStreamContext
from nats.js.api import (
    AckPolicy,
    ConsumerConfig,
    DeliverPolicy,
    DiscardPolicy,
    RetentionPolicy,
    StorageType,
    StreamConfig,
)
from nats.js.errors import APIError, NotFoundError
from pydantic import Field

from chassis import bus, telemetry
from chassis.settings import BusSettings, load
from contracts.topology import CONSUMERS, MOST_BYTES, STREAMS, Consumer, Stream

log = logging.getLogger(__name__)

DAY = 86_400.0
SIZE_IS_REQUIRED = 10113
"""The server's error for a stream without a size, in an account that demands one."""


class ProvisionSettings(BusSettings):
    stream_replicas: int = Field(default=1, ge=1, le=5, description="3 on a cluster")
    stream_days: int = Field(default=30, ge=1, description="How long messages can be delivered again")
    stream_bytes: int | None = Field(
        default=None,
        ge=10 * MOST_BYTES,
        description="What each stream may take, and the account reserves for it; none: what the account lets it",
    )


class StreamRefused(Exception):
    """The bus does not make a stream as it is to be."""


async def provision(js: JetStreamContext, *, replicas: int, days: int, size: int | None = None) -> None:
    """Idempotent: an existing stream or consumer takes the new configuration. Or StreamRefused.

    `size`: bytes of each stream. Full, it refuses what comes: publishers keep it, and nothing that is waited for goes.
    """
    began = datetime.now(UTC)
    for stream in STREAMS:
        try:
            await _make_stream(js, stream.name, _config(stream, replicas=replicas, days=days, size=size))
        except APIError as error:
            raise StreamRefused(_why(stream, size, error)) from error
    for consumer in CONSUMERS:
        await js.add_consumer(consumer.stream, await _as_it_began(js, consumer, now=began))
        log.info("consumer %s on %s", consumer.durable, consumer.stream)


def _config(stream: Stream, *, replicas: int, days: int, size: int | None) -> StreamConfig:
    return StreamConfig(
        name=stream.name,
        subjects=list(stream.subjects),
        retention=RetentionPolicy.LIMITS,
        storage=StorageType.FILE,
        num_replicas=replicas,
        max_age=days * DAY,
        max_bytes=size,
        discard=DiscardPolicy.OLD if stream.forgets else DiscardPolicy.NEW,
        max_msg_size=MOST_BYTES,
        duplicate_window=120.0,
        allow_direct=True,
    )


async def _make_stream(js: JetStreamContext, name: str, config: StreamConfig) -> None:
    try:
        await js.stream_info(name)
    except NotFoundError:
        await js.add_stream(config)
        log.info("stream %s made", name)
        return
    await js.update_stream(config)
    log.info("stream %s up to date", name)


def _why(stream: Stream, size: int | None, error: APIError) -> str:
    if error.err_code == SIZE_IS_REQUIRED:
        return f"RELANCE_STREAM_BYTES is not set: this account of NATS makes no stream without a size ({stream.name})"
    given = "" if size is None else f" with RELANCE_STREAM_BYTES={size}, in all {len(STREAMS) * size} for each replica"
    return f"NATS refuses the stream {stream.name}{given}: {error.description}"


async def rewind(js: JetStreamContext, consumer: Consumer, *, since: datetime) -> int:
    """Have a consumer hear once more what its stream took from a real instant on; how many messages.

    For after a database was restored that is older than what the consumer acknowledged. What it still knows is
    dropped by the inbox, or is the same payment. It hears nothing while it is made anew, and misses nothing.
    Who may not make consumers deletes none: TimeoutError.
    """
    await js.add_consumer(consumer.stream, await _as_it_began(js, consumer, now=since))
    await js.delete_consumer(consumer.stream, consumer.durable)
    info = await js.add_consumer(consumer.stream, _from(since, consumer_config(consumer)))
    return info.num_pending or 0


def _from(since: datetime, config: ConsumerConfig) -> ConsumerConfig:
    # nats-py would read the option as text; the server wants RFC 3339
    started = {"deliver_policy": DeliverPolicy.BY_START_TIME, "opt_start_time": since.astimezone(UTC).isoformat()}
    return config.evolve(**started)


async def _as_it_began(js: JetStreamContext, consumer: Consumer, *, now: datetime) -> ConsumerConfig:
    """The configuration of today, but for where it began, which a server lets nobody change.

    A new one that begins now begins before the streams were made: nothing is lost that comes meanwhile.
    """
    wanted = consumer_config(consumer)
    try:
        known = (await js.consumer_info(consumer.stream, consumer.durable)).config
    except NotFoundError:
        return _from(now, wanted) if consumer.begins_now else wanted
    return wanted.evolve(deliver_policy=known.deliver_policy, opt_start_time=known.opt_start_time)


def consumer_config(consumer: Consumer) -> ConsumerConfig:
    return ConsumerConfig(
        durable_name=consumer.durable,
        filter_subjects=consumer.subjects,
        ack_policy=AckPolicy.EXPLICIT,
        deliver_policy=DeliverPolicy.ALL,
        ack_wait=bus.ACK_WAIT,
        # what fails is held by its reader and not delivered again; only a message that kills it gets this far
        max_deliver=5_000,
        max_ack_pending=1_000,
    )


async def main() -> None:
    settings = load(ProvisionSettings)
    telemetry.start("provision", settings)
    try:
        connection = await bus.connect(settings.bus, name="relance-provision")
    except (OSError, TimeoutError) as error:
        sys.exit(f"RELANCE_NATS_URL: no NATS server answers at {settings.nats_url} ({error or type(error).__name__})")
    try:
        await provision(
            connection.jetstream(),
            replicas=settings.stream_replicas,
            days=settings.stream_days,
            size=settings.stream_bytes,
        )
    except StreamRefused as error:
        sys.exit(str(error))
    finally:
        await connection.drain()


if __name__ == "__main__":
    asyncio.run(main())
