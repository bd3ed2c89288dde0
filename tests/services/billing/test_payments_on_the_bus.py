"""Payments as other programs publish them: on a real bus, repeated, at the same time, or unreadable."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from nats.aio.client import Client as Nats
from sqlalchemy import text
from sqlmodel import func, select

from chassis import database
from chassis.bus import Listener, processed_until
from chassis.clock import Now, real_now
from chassis.dead_letters import DeadLetters
from chassis.worker import Worker
from contracts.events import PaymentReceived, PaymentRejected, PaymentReversed
from contracts.topology import BILLING_PAYMENT
from services.billing.payments.handlers import BY, payments
from services.billing.payments.intake import watch_intake
from services.billing.payments.reversing import reverse
from services.billing.receivables import store as receivables
from tests.services.billing.office import Office
from tests.services.billing.till import Till, a_payment, a_reversal
from tests.support.databases import WAITING_FOR_A_LOCK
from tests.support.listening import SOON

RECEIVED, REVERSED = PaymentReceived.type, PaymentReversed.type


@pytest.fixture
def till(office: Office) -> Till:
    return Till(office)


@pytest.fixture
async def invoice(office: Office) -> Any:
    """F-2026-00001, of 1200.00 EUR."""
    return await office.issue(await office.customer())


@asynccontextmanager
async def listening(bus: Nats, office: Office, *, workers: int = 1, now: Now | None = None) -> AsyncIterator[None]:
    """So many workers of billing at once, by the office's clock unless they get another."""
    subscription = payments(now or (lambda: office.now))
    listeners = [Listener(bus.jetstream(), office.sessions, subscription, expires=SOON) for _ in range(workers)]
    tasks = [asyncio.create_task(listener.run()) for listener in listeners]
    try:
        yield
    finally:
        for listener in listeners:
            listener.stopping.set()
        await asyncio.gather(*tasks)


async def publish(bus: Nats, subject: str, body: dict[str, Any] | bytes, **headers: str) -> None:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    await bus.jetstream().publish(subject, data, headers=headers or None)


async def until_all_is_done(bus: Nats) -> None:
    await until(lambda: _is_done(bus))


async def _is_done(bus: Nats) -> bool:
    now = real_now()
    return await processed_until(bus.jetstream(), BILLING_PAYMENT, now=now) == now


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(20):
        while not await condition():
            await asyncio.sleep(0.05)


async def test_every_published_event_ends_with_one_outcome_however_often_it_is_delivered(
    bus: Nats, office: Office, till: Till, invoice: Any
) -> None:
    number = invoice["number"]
    for _ in range(2):
        await publish(bus, RECEIVED, a_payment("P1", "500.00", invoice_number=number))
        await publish(bus, RECEIVED, a_payment("P2", "100.00", invoice_number="F-2026-99999"))
        await publish(bus, RECEIVED, a_payment("P3", "-7.00", invoice_number=number))
        await publish(bus, RECEIVED, a_payment("P4", "90.00", invoice_number=number, currency="USD"))

    async with listening(bus, office, workers=2):
        await until_all_is_done(bus)

    assert sorted(await till.outcomes()) == [
        "PaymentApplied",
        "PaymentRejected",
        "PaymentRejected",
        "PaymentUnallocated",
    ]
    statuses = [(await till.payment(each))["status"] for each in ("P1", "P2", "P3", "P4")]
    assert statuses == ["applied", "unallocated", "rejected", "rejected"]
    assert await till.balances([invoice]) == [Decimal("700.00")]
    assert await DeadLetters(bus.jetstream()).count() == 0


async def test_a_structured_event_with_an_unknown_field_is_told_its_fault(
    bus: Nats, office: Office, till: Till
) -> None:
    event = {"specversion": "1.0", "id": "1", "source": "bank", "type": RECEIVED, "data": a_payment(iban="FR76")}
    await publish(bus, RECEIVED, event, **{"content-type": "application/cloudevents+json"})

    async with listening(bus, office):
        await until_all_is_done(bus)

    (rejected,) = await till.told(PaymentRejected)
    assert "iban: Extra inputs are not permitted" in (rejected.reason or "")


@pytest.mark.parametrize(
    "body",
    [
        b"\x00\xff\x17random",
        b"[" * 100_000,
        b'{"payment_id": "P1", "organisation": "demo", "amount": ' + b"9" * 5_000 + b"}",
        b'"P1"',
        json.dumps(a_payment(organisation=None)).encode(),
        json.dumps(a_payment(organisation="DEMO")).encode(),
        json.dumps(a_payment("with space")).encode(),
        json.dumps(a_payment("x" * 129)).encode(),
        json.dumps(a_payment() | {"payment_id": 7}).encode(),
    ],
    ids=lambda body: body[:24].decode(errors="replace"),
)
@pytest.mark.parametrize("content_type", ["application/json", "application/cloudevents+json"])
async def test_what_names_no_payment_becomes_a_dead_letter_with_its_reason(
    bus: Nats, office: Office, till: Till, body: bytes, content_type: str
) -> None:
    letters = DeadLetters(bus.jetstream())
    await publish(bus, RECEIVED, body, **{"content-type": content_type})
    await publish(bus, RECEIVED, a_payment("next", "1.00"))

    async with listening(bus, office):
        await until_all_is_done(bus)
        await until(lambda: _has_come(letters))

    (letter,) = await letters.page()
    assert letter.reason
    assert [each["payment_id"] for each in (await office.do("GET", "/payments"))["items"]] == ["next"]


async def _has_come(letters: DeadLetters) -> bool:
    return await letters.count() == 1


async def test_payments_and_reversals_at_the_same_time_neither_wait_in_a_circle_nor_lose_a_cent(
    bus: Nats, office: Office, till: Till, invoice: Any
) -> None:
    other = await office.issue(invoice["customer_id"])
    bodies: list[tuple[str, dict[str, Any]]] = []
    for number in range(40):
        name = (invoice, other)[number % 2]["number"]
        bodies += [(RECEIVED, a_payment(f"P{number}", "50.00", invoice_number=name))] * 2
        if number % 4 < 2:
            bodies += [(REVERSED, a_reversal(f"P{number}"))] * 2
    for kind, body in bodies:
        await publish(bus, kind, body)

    async with listening(bus, office, workers=3):
        await until_all_is_done(bus)

    assert await till.balances([invoice, other]) == [Decimal("700.00"), Decimal("700.00")]
    page = await office.do("GET", "/payments?limit=100")
    statuses = [each["status"] for each in page["items"]]
    assert (len(statuses), statuses.count("applied"), statuses.count("reversed")) == (40, 20, 20)


async def test_reversals_over_several_invoices_lock_them_in_one_order_and_so_never_wait_in_a_circle(
    office: Office, till: Till, invoice: Any
) -> None:
    other = await office.issue(invoice["customer_id"])
    first, last = sorted((invoice, other), key=lambda each: UUID(each["id"]).int)
    ids = [f"P{number}" for number in range(4)]
    for payment_id in ids:
        await till.receive(payment_id, "100.00")
        for each in (last, first):
            body = {"invoice_id": each["id"], "amount": "50.00"}
            await office.do("POST", f"/payments/{payment_id}/allocations", body)

    async with office.sessions() as session, session.begin():
        await receivables.lock(session, "demo", [UUID(first["id"])])
        reversals = [asyncio.create_task(till.reverse(payment_id)) for payment_id in ids]
        await until(lambda: _wait_for_locks(office, len(ids)))
        async with office.sessions() as elsewhere, elsewhere.begin():
            await elsewhere.exec(select(func.set_config("lock_timeout", "100ms", True)))
            assert await receivables.lock(elsewhere, "demo", [UUID(last["id"])]), "nobody holds the last one"
    await asyncio.gather(*reversals)

    assert await till.balances([invoice, other]) == [Decimal("1200.00"), Decimal("1200.00")]


async def test_two_payments_of_one_invoice_that_bounce_at_once_leave_it_owed(
    office: Office, till: Till, invoice: Any
) -> None:
    await till.receive("P1", invoice_number=invoice["number"])
    await till.receive("P2", invoice_number=invoice["number"])

    async with office.sessions() as session, session.begin():
        first = PaymentReversed.model_validate(a_reversal("P1"))
        await reverse(session, first, by=BY, now=office.now)
        second = asyncio.create_task(till.reverse("P2"))
        await until(lambda: _wait_for_locks(office, 1))
    await second

    receivable = await till.receivable(invoice)
    assert (receivable["status"], receivable["balance"]) == ("open", "1200.00")
    for payment in (await till.payment("P1"), await till.payment("P2")):
        assert (payment["status"], payment["unallocated"]) == ("reversed", "0.00")
        assert sum(Decimal(each["amount"]) for each in payment["allocations"]) == 0


async def _wait_for_locks(office: Office, count: int) -> bool:
    async with office.sessions() as session:
        connection = await session.connection()
        return int((await connection.execute(text(WAITING_FOR_A_LOCK))).scalar_one()) >= count


async def test_a_payment_sent_many_times_at_once_counts_once(office: Office, till: Till, invoice: Any) -> None:
    await asyncio.gather(*(till.receive("P1", "500.00", invoice_number=invoice["number"]) for _ in range(8)))

    assert await till.outcomes() == ["PaymentApplied"]
    assert await till.balances([invoice]) == [Decimal("700.00")]


async def test_crediting_and_reversing_at_once_leave_nothing_owed_and_nothing_paid(
    office: Office, till: Till, invoice: Any
) -> None:
    await till.receive("P1", "500.00", invoice_number=invoice["number"])
    credit = office.do("POST", f"/invoices/{invoice['id']}/credit", {"reason": "wrong customer"})
    await asyncio.gather(credit, till.reverse("P1"))

    receivable, payment = await till.receivable(invoice), await till.payment()
    assert (receivable["status"], receivable["balance"]) == ("credited", "0.00")
    assert (payment["status"], payment["unallocated"]) == ("reversed", "0.00")
    assert sum(Decimal(each["amount"]) for each in payment["allocations"]) == 0


async def test_the_balance_says_up_to_when_it_is_fresh(bus: Nats, office: Office, till: Till, invoice: Any) -> None:
    started = real_now()
    settings = office.app.state.settings
    engine = database.engine(settings.dsn, pool=1)
    worker = Worker("billing", settings, engine, database.sessions_of(engine), bus, Now())
    watching = asyncio.create_task(watch_intake(worker))
    try:
        await until(lambda: _is_fresh(till, invoice, started))

        await publish(bus, RECEIVED, a_payment(invoice_number=invoice["number"]))
        published = real_now()
        await asyncio.sleep(1.2)
        assert await as_of(till, invoice) < published, "the payment waits, and the balance says so"

        async with listening(bus, office):
            await until(lambda: _is_fresh(till, invoice, published))
        assert await till.balances([invoice]) == [Decimal(0)]
    finally:
        worker.stopping.set()
        await watching
        await engine.dispose()


async def as_of(till: Till, invoice: Any) -> datetime:
    return datetime.fromisoformat((await till.receivable(invoice))["as_of"])


async def _is_fresh(till: Till, invoice: Any, since: datetime) -> bool:
    return await as_of(till, invoice) > since
