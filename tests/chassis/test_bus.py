"""Events on real PostgreSQL and NATS: published once committed, delivered until dealt with, never dropped."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from nats.aio.client import Client as Nats
from prometheus_client import REGISTRY, generate_latest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import outbox
from chassis.bus import Listener, Subscription, processed_until
from chassis.clock import real_now
from chassis.database import Sessions, without_transaction
from chassis.dead_letters import DeadLetters
from chassis.operations.backlogs import consumer_backlog
from chassis.passing import TryAgain, is_passing
from chassis.provision import consumer_config
from contracts.events import (
    CustomerErased,
    Event,
    InvoiceCancelled,
    InvoiceIssued,
    InvoiceSettled,
    PaymentReceived,
    PaymentReversed,
)
from contracts.topology import BILLING_PAYMENT, DUNNING_CUSTOMER, NOTIFY_INVOICE_CLOSED
from tests.support.listening import SOON

NOON = datetime(2026, 2, 3, 12, tzinfo=UTC)
SUBJECT = PaymentReceived.type


def a_payment(**changes: object) -> Event:
    return PaymentReceived.model_validate(PaymentReceived.example | changes)


@dataclass
class Seen:
    """A handler that remembers, and fails as often as it is told to."""

    failures: list[Exception] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    async def __call__(self, event: Event, _: AsyncSession) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.events.append(event)


@asynccontextmanager
async def listening(
    bus: Nats, sessions: Sessions, subscription: Subscription, **settings: Any
) -> AsyncIterator[Listener]:
    listener = Listener(bus.jetstream(), sessions, subscription, **{"expires": SOON} | settings)
    task = asyncio.create_task(listener.run())
    try:
        yield listener
    finally:
        listener.stopping.set()
        await task


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.01)


async def record(sessions: Sessions, event: Event) -> None:
    async with sessions() as session, session.begin():
        outbox.record(session, event, at=NOON)


async def test_a_committed_fact_reaches_its_handler_once(bus: Nats, sessions: Sessions) -> None:
    seen = Seen()
    await record(sessions, a_payment())

    async with listening(bus, sessions, Subscription(BILLING_PAYMENT, seen)):
        assert await outbox.relay(sessions, bus.jetstream(), source="test") == 1
        await until(lambda: bool(seen.events))

    assert seen.events == [a_payment()]
    assert await outbox.relay(sessions, bus.jetstream(), source="test") == 0


async def test_a_message_that_there_is_nothing_to_do_about_is_dropped_before_a_transaction(
    bus: Nats, sessions: Sessions
) -> None:
    seen = Seen()
    asked: list[bool] = []

    async def concerns(event: Event, session: AsyncSession) -> bool:
        await without_transaction(session)
        connection = await session.connection()
        began = [(await connection.execute(text("select transaction_timestamp()"))).scalar_one() for _ in range(2)]
        asked.append(began[0] != began[1])
        return isinstance(event, PaymentReversed)

    async with listening(bus, sessions, Subscription(BILLING_PAYMENT, seen, concerns=concerns)):
        await record(sessions, a_payment())
        await record(sessions, PaymentReversed.model_validate(PaymentReversed.example))
        await outbox.relay(sessions, bus.jetstream(), source="test")
        await until(lambda: bool(seen.events))

    assert asked == [True, True]
    assert [type(event) for event in seen.events] == [PaymentReversed]


async def test_work_that_has_no_end_is_broken_off_and_made_again(bus: Nats, sessions: Sessions) -> None:
    """Its message would else be held, and a balance wait for it, until somebody stops the process."""
    seen = Seen()
    hangs = [True]

    async def handle(event: Event, session: AsyncSession) -> None:
        if hangs and hangs.pop():
            await asyncio.Event().wait()
        await seen(event, session)

    async with listening(bus, sessions, Subscription(BILLING_PAYMENT, handle), longest_work=0.3, tries=1):
        await record(sessions, a_payment())
        await outbox.relay(sessions, bus.jetstream(), source="test")
        await until(lambda: bool(seen.events))

    assert seen.events == [a_payment()]


async def test_a_fact_of_a_failed_transaction_is_never_published(bus: Nats, sessions: Sessions) -> None:
    with pytest.raises(ZeroDivisionError):
        async with sessions() as session, session.begin():
            outbox.record(session, a_payment(), at=NOON)
            raise ZeroDivisionError

    assert await outbox.relay(sessions, bus.jetstream(), source="test") == 0


async def test_a_message_delivered_twice_is_handled_once(bus: Nats, sessions: Sessions) -> None:
    seen = Seen()
    body = a_payment().model_dump_json().encode()
    for number in range(2):
        headers = {"ce-id": "one", "ce-source": "bank", "Nats-Msg-Id": str(number)}
        await bus.jetstream().publish(SUBJECT, body, headers=headers)

    async with listening(bus, sessions, Subscription(BILLING_PAYMENT, seen)):
        await until(lambda: bool(seen.events))
        await asyncio.sleep(0.3)

    assert len(seen.events) == 1


async def test_structured_mode_is_read_too(bus: Nats, sessions: Sessions) -> None:
    seen = Seen()
    event = {"specversion": "1.0", "id": "1", "source": "bank", "type": SUBJECT, "data": PaymentReceived.example}
    headers = {"content-type": "application/cloudevents+json; charset=utf-8"}
    await bus.jetstream().publish(SUBJECT, json.dumps(event).encode(), headers=headers)

    async with listening(bus, sessions, Subscription(BILLING_PAYMENT, seen)):
        await until(lambda: bool(seen.events))

    assert seen.events == [a_payment()]


async def deliveries(bus: Nats) -> int:
    """How often the server has delivered what the consumer reads, as it counts against the life of a message."""
    info = await bus.jetstream().consumer_info(BILLING_PAYMENT.stream, BILLING_PAYMENT.durable)
    return info.delivered.consumer_seq if info.delivered else 0


async def test_waiting_for_an_absent_server_uses_up_nothing_of_a_message(bus: Nats, sessions: Sessions) -> None:
    seen = Seen(failures=[TryAgain("away"), ConnectionRefusedError()] * 10 + [ValueError("its own")])
    await bus.jetstream().publish(SUBJECT, a_payment().model_dump_json().encode())

    async with listening(bus, sessions, Subscription(BILLING_PAYMENT, seen), tries=2, longest_delay=0.01):
        await until(lambda: bool(seen.events))

    assert not seen.failures
    assert await deliveries(bus) == 1
    assert await DeadLetters(bus.jetstream()).count() == 0


async def test_failures_of_the_message_itself_count_whatever_was_waited_for_between(
    bus: Nats, sessions: Sessions
) -> None:
    seen = Seen(failures=[ValueError("first"), TryAgain("away"), ValueError("second"), ValueError("never seen")])
    letters = DeadLetters(bus.jetstream())
    await bus.jetstream().publish(SUBJECT, a_payment().model_dump_json().encode())

    async with listening(bus, sessions, Subscription(BILLING_PAYMENT, seen), tries=2, longest_delay=0.01):
        async with asyncio.timeout(5):
            while not await letters.count():
                await asyncio.sleep(0.05)

    assert [str(left) for left in seen.failures] == ["never seen"]
    (letter,) = await letters.page()
    assert letter.reason == "ValueError: second"


async def test_a_message_that_is_held_for_longer_than_the_server_waits_does_not_come_again(
    bus: Nats, sessions: Sessions
) -> None:
    config = consumer_config(BILLING_PAYMENT).evolve(ack_wait=1.0)
    await bus.jetstream().add_consumer(BILLING_PAYMENT.stream, config)
    events: list[Event] = []

    async def slow(event: Event, _: AsyncSession) -> None:
        await asyncio.sleep(2.5)
        events.append(event)

    await bus.jetstream().publish(SUBJECT, a_payment().model_dump_json().encode())
    async with listening(bus, sessions, Subscription(BILLING_PAYMENT, slow), ack_wait=1.0):
        await until(lambda: bool(events))

    assert await deliveries(bus) == 1


async def test_messages_that_wait_leave_their_places_to_others(bus: Nats, sessions: Sessions) -> None:
    seen: list[str] = []

    async def handle(event: Event, _: AsyncSession) -> None:
        assert isinstance(event, PaymentReceived)
        if event.payment_id.startswith("waits"):
            raise TryAgain("not yet")
        seen.append(event.payment_id)

    names = [*(f"waits-{number}" for number in range(3 * BILLING_PAYMENT.group)), "next"]
    for name in names:
        await bus.jetstream().publish(SUBJECT, a_payment(payment_id=name).model_dump_json().encode())

    async with listening(bus, sessions, Subscription(BILLING_PAYMENT, handle)):
        await until(lambda: seen == ["next"])


async def test_a_process_told_to_stop_leaves_what_waits_to_another(bus: Nats, sessions: Sessions) -> None:
    asked, seen = Seen(failures=[TryAgain("away")] * 99), Seen()
    await bus.jetstream().publish(SUBJECT, a_payment().model_dump_json().encode())

    async with listening(bus, sessions, Subscription(BILLING_PAYMENT, asked)):
        await until(lambda: len(asked.failures) < 97)
    async with listening(bus, sessions, Subscription(BILLING_PAYMENT, seen)):
        await until(lambda: bool(seen.events))

    assert await deliveries(bus) == 2


@pytest.mark.parametrize(
    ("statements", "passes"),
    [
        (["set transaction read only", "delete from inbox"], True),
        (["select 1 / 0", "select 1"], False),
    ],
    ids=["a database that takes no writes", "a handler that goes on after its statement failed"],
)
async def test_a_database_that_takes_no_writes_is_waited_for(
    sessions: Sessions, statements: list[str], passes: bool
) -> None:
    errors: list[DBAPIError] = []
    async with sessions() as session:
        connection = await session.connection()
        for statement in statements:
            try:
                await connection.execute(text(statement))
            except DBAPIError as error:
                errors.append(error)

    assert str(getattr(errors[-1].orig, "sqlstate", "")).startswith("25")
    assert is_passing(errors[-1]) is passes


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"\xff\x00\x17random", "JSON"),
        (b'{"payment_id": ', "JSON"),
        (json.dumps(PaymentReceived.example | {"amount": "12,50"}).encode(), "amount: '12,50' is not a decimal string"),
        (json.dumps(PaymentReceived.example | {"currency": "EURO"}).encode(), "currency: 'EURO' is not an ISO 4217"),
        (json.dumps(PaymentReceived.example | {"received_on": "1926-02-03"}).encode(), "received_on: 1926-02-03 is"),
        (json.dumps(PaymentReceived.example | {"ammount": "1"}).encode(), "ammount: Extra inputs are not permitted"),
    ],
)
async def test_poison_becomes_a_dead_letter_with_its_reason(
    bus: Nats, sessions: Sessions, body: bytes, reason: str
) -> None:
    letters = DeadLetters(bus.jetstream())
    await bus.jetstream().publish(SUBJECT, body)

    async with listening(bus, sessions, Subscription(BILLING_PAYMENT, Seen())):
        async with asyncio.timeout(5):
            while not await letters.count():
                await asyncio.sleep(0.05)

    (letter,) = await letters.page(limit=10)
    assert reason in letter.reason
    assert letter.consumer == "billing-payment"
    assert (await letters.original(letter)).data == body


async def test_a_dead_letter_can_be_replayed_once_its_cause_is_gone(bus: Nats, sessions: Sessions) -> None:
    letters = DeadLetters(bus.jetstream())
    seen = Seen(failures=[ValueError("a bug")] * 8)
    await bus.jetstream().publish(SUBJECT, a_payment().model_dump_json().encode(), headers={"Nats-Msg-Id": "a"})
    subscription = Subscription(BILLING_PAYMENT, seen)
    listener = Listener(bus.jetstream(), sessions, subscription, tries=1, longest_delay=0.01, expires=SOON)
    task = asyncio.create_task(listener.run())
    async with asyncio.timeout(5):
        while not await letters.count():
            await asyncio.sleep(0.05)
    seen.failures.clear()

    (letter,) = await letters.page(limit=10)
    assert "ValueError: a bug" in letter.reason
    await letters.replay(letter)

    await until(lambda: bool(seen.events))
    assert await letters.count() == 0
    listener.stopping.set()
    await task


async def test_the_bus_is_fresh_up_to_the_oldest_message_that_waits(bus: Nats, sessions: Sessions) -> None:
    js = bus.jetstream()
    now = real_now()
    assert await processed_until(js, BILLING_PAYMENT, now=now) == now

    await js.publish(PaymentReversed.type, json.dumps(PaymentReversed.example).encode())
    await asyncio.sleep(0.05)
    later = real_now()
    assert now < await processed_until(js, BILLING_PAYMENT, now=later) < later

    seen = Seen()
    async with listening(bus, sessions, Subscription(BILLING_PAYMENT, seen)):
        await until(lambda: bool(seen.events))
        await asyncio.sleep(0.2)
        assert await processed_until(js, BILLING_PAYMENT, now=later) == later


async def publish(bus: Nats, kind: type[Event]) -> None:
    await bus.jetstream().publish(kind.type, json.dumps(kind.example).encode())


async def test_what_waits_for_a_consumer_is_as_old_as_the_message_that_is_for_it(bus: Nats) -> None:
    await publish(bus, InvoiceIssued)
    await asyncio.sleep(2)
    await publish(bus, CustomerErased)

    async with asyncio.timeout(10):  # the consumer hears of a message a moment after its publisher had an answer
        while not (waiting := await consumer_backlog(bus.jetstream(), DUNNING_CUSTOMER)).pending:
            await asyncio.sleep(0.05)
    assert waiting.pending == 1
    assert 0 < waiting.oldest.total_seconds() < 2


async def test_the_oldest_of_several_kinds_counts_and_what_was_answered_does_not(bus: Nats) -> None:
    js = bus.jetstream()
    subscription = await js.pull_subscribe_bind(
        durable=NOTIFY_INVOICE_CLOSED.durable, stream=NOTIFY_INVOICE_CLOSED.stream
    )
    for kind in (InvoiceSettled, InvoiceCancelled, InvoiceIssued, InvoiceSettled):
        await publish(bus, kind)

    now = real_now()
    for _ in range(3):
        until = await processed_until(js, NOTIFY_INVOICE_CLOSED, now=now)
        (message,) = await subscription.fetch(1)
        assert abs(until - message.metadata.timestamp) < timedelta(milliseconds=1)
        await message.ack_sync()
    assert await processed_until(js, NOTIFY_INVOICE_CLOSED, now=now) == now


async def test_failed_deliveries_are_counted_from_0_on(bus: Nats, sessions: Sessions) -> None:
    Listener(bus.jetstream(), sessions, Subscription(DUNNING_CUSTOMER, Seen()))

    lines = generate_latest(REGISTRY).decode().splitlines()
    for cause in ("waits", "error", "unreadable"):
        assert f'relance_deliveries_failed_total{{cause="{cause}",consumer="dunning-customer"}} 0.0' in lines
