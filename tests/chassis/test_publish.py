"""Programs that are not services publish with a receipt, and hear what is answered."""

import asyncio
from datetime import UTC, datetime

import nats
import pytest
from nats.aio.client import Client as Nats

from chassis import bus as chassis_bus
from chassis.provision import provision
from chassis.publish import NoStream, NotStored, publish
from chassis.watch import Heard, is_dealt_with, watching
from contracts.events import PaymentReceived
from contracts.topology import BILLING_PAYMENT
from deploy.local.ports import free_port

NOON = datetime(2026, 2, 3, 12, tzinfo=UTC)
PAYMENT = PaymentReceived.model_validate(PaymentReceived.example)


async def test_a_published_event_is_a_cloudevent_in_its_stream(bus: Nats) -> None:
    js = bus.jetstream()

    receipt = await publish(js, PAYMENT, identity="one", source="urn:example:till", at=NOON)

    kept = await js.get_msg(receipt.stream, receipt.sequence)
    assert receipt.stream == "PAYMENTS"
    assert PaymentReceived.model_validate_json(kept.data or b"") == PAYMENT
    assert kept.headers == {
        "ce-specversion": "1.0",
        "ce-id": "one",
        "ce-source": "urn:example:till",
        "ce-type": "payments.payment.received.v1",
        "ce-time": "2026-02-03T12:00:00Z",
        "content-type": "application/json",
        "Nats-Msg-Id": "one",
    }


async def test_the_same_identity_again_is_dropped_by_the_stream(bus: Nats) -> None:
    js = bus.jetstream()
    first = await publish(js, PAYMENT, identity="one", source="urn:example:till", at=NOON)
    again = await publish(js, PAYMENT, identity="one", source="urn:example:till", at=NOON)

    assert (first.duplicate, again.duplicate) == (False, True)
    assert again.sequence == first.sequence


async def test_a_bus_without_streams_says_what_to_run(bus: Nats) -> None:
    await bus.jetstream().delete_stream("PAYMENTS")

    with pytest.raises(NoStream, match=r"no stream takes payments\.payment\.received\.v1; run"):
        await publish(bus.jetstream(), PAYMENT, identity="one", source="urn:example:till", at=NOON)


async def test_a_stream_that_is_full_says_so_and_takes_the_same_event_once_it_has_room(bus: Nats) -> None:
    js = bus.jetstream()
    await publish(js, PAYMENT, identity="one", source="urn:example:till", at=NOON)
    await provision(js, replicas=1, days=1, size=1_000)

    with pytest.raises(NotStored, match="maximum bytes exceeded"):
        await publish(js, PAYMENT, identity="two", source="urn:example:till", at=NOON)
    await provision(js, replicas=1, days=1, size=10_000)
    receipt = await publish(js, PAYMENT, identity="two", source="urn:example:till", at=NOON)

    assert (receipt.sequence, receipt.duplicate) == (2, False)


async def test_a_watch_hears_what_is_published_after_it_began(bus: Nats) -> None:
    await bus.publish("billing.payment.applied.v1", b"before")

    async with watching(bus, "billing.payment.*.v1") as watch:
        await bus.publish("billing.payment.rejected.v1", b"after")
        heard = await watch.next(within=5)

        assert heard == Heard("billing.payment.rejected.v1", b"after")
        assert await watch.next(within=0.05) is None


async def test_a_watch_begins_once_the_server_has_read_its_subscription() -> None:
    """Seen by a listener that writes down what a client says, in its order, and answers its PING alone."""
    said: list[bytes] = []

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b'INFO {"server_id":"one","version":"2.12.0","max_payload":1000000,"headers":true}\r\n')
        while line := await reader.readline():
            said.append(line.split()[0])
            if line.startswith(b"PING"):
                writer.write(b"PONG\r\n")
        writer.close()

    async with await asyncio.start_server(listen, "127.0.0.1", 0) as server:
        connection = await nats.connect(f"nats://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        async with watching(connection, "billing.>"):
            assert said[said.index(b"SUB") :] == [b"SUB", b"PING"]
        await connection.close()


async def test_a_message_is_dealt_with_once_its_consumer_has_answered_it(bus: Nats) -> None:
    js = bus.jetstream()
    receipt = await publish(js, PAYMENT, identity="one", source="urn:example:till", at=NOON)
    before = await is_dealt_with(js, BILLING_PAYMENT, receipt.sequence)
    pull = await js.pull_subscribe_bind(durable=BILLING_PAYMENT.durable, stream=BILLING_PAYMENT.stream)
    (message,) = await pull.fetch(1)
    await message.ack_sync()

    assert not before
    assert await is_dealt_with(js, BILLING_PAYMENT, receipt.sequence)
    assert not await is_dealt_with(js, BILLING_PAYMENT, receipt.sequence + 1)


async def test_a_first_connection_to_nobody_ends_with_its_cause() -> None:
    with pytest.raises(TimeoutError, match="ConnectionRefusedError"):
        await chassis_bus.connect(f"nats://127.0.0.1:{free_port()}", name="test", patience=0.2)


async def test_a_first_connection_to_someone_silent_ends_too() -> None:
    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        with pytest.raises(TimeoutError, match=r"no answer within 0\.2 s"):
            await chassis_bus.connect(f"nats://127.0.0.1:{port}", name="test", patience=0.2)
    finally:
        server.close()
