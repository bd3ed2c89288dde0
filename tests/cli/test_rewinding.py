"""`relance rewind`: a consumer hears once more what came since a moment."""

import asyncio
from datetime import UTC, datetime

import pytest
from nats.aio.client import Client as Nats
from nats.js import JetStreamContext
from nats.js.api import ConsumerInfo

from chassis.provision import provision, rewind
from contracts.topology import BILLING_PAYMENT
from tests.cli.conftest import Relance

SUBJECT = "payments.payment.received.v1"


async def heard(bus: Nats) -> list[bytes]:
    pull = await bus.jetstream().pull_subscribe_bind(durable=BILLING_PAYMENT.durable, stream=BILLING_PAYMENT.stream)
    found: list[bytes] = []
    pending = (await pull.consumer_info()).num_pending or 0
    while len(found) < pending:
        for message in await pull.fetch(pending, timeout=5):
            await message.ack_sync(timeout=5)
            found.append(message.data)
    await pull.unsubscribe()
    return found


async def test_what_was_answered_since_a_moment_is_heard_again_and_provision_leaves_it_so(
    bus: Nats, relance: Relance
) -> None:
    js = bus.jetstream()
    await js.publish(SUBJECT, b"before")
    await asyncio.sleep(0.05)
    moment = datetime.now(UTC)
    await js.publish(SUBJECT, b"after")
    assert await heard(bus) == [b"before", b"after"]
    assert await heard(bus) == []

    ended = await relance("rewind", "billing-payment", "--since", moment.isoformat())
    await provision(js, replicas=1, days=1)

    assert ended.code == 0, ended
    assert ended.out.startswith("billing-payment hears 1 messages again, from ")
    assert await heard(bus) == [b"after"]


class Refusing(JetStreamContext):
    """A bus on which who asks may make no consumer: such a request is not answered."""

    async def add_consumer(self, *_: object, **__: object) -> ConsumerInfo:
        raise TimeoutError


async def test_a_consumer_that_may_not_be_made_anew_stays(bus: Nats) -> None:
    with pytest.raises(TimeoutError):
        await rewind(Refusing(bus), BILLING_PAYMENT, since=datetime.now(UTC))

    assert await heard(bus) == []


async def test_a_consumer_that_is_not_there_any_more_is_made(bus: Nats) -> None:
    js = bus.jetstream()
    moment = datetime.now(UTC)
    await js.publish(SUBJECT, b"after")
    await js.delete_consumer(BILLING_PAYMENT.stream, BILLING_PAYMENT.durable)

    await rewind(js, BILLING_PAYMENT, since=moment)

    assert await heard(bus) == [b"after"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("payments", "--since", "2026-11-24T10:00:00Z"), "CONSUMER: 'payments' is none; expected one of billing-"),
        (("billing-payment", "--since", "yesterday"), "--since: 'yesterday' is not a moment; expected for example"),
        (("billing-payment", "--since", "2026-11-24T10:00:00"), "is not a moment; expected for example"),
    ],
)
async def test_what_names_nothing_is_refused(nowhere: Relance, arguments: tuple[str, ...], said: str) -> None:
    ended = await nowhere("rewind", *arguments)

    assert ended.code == 2
    assert said in ended.err
