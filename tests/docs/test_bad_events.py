"""What happens to a bad event: the page says it in the very words that billing and the bus answer with."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest
from nats.aio.client import Client as Nats
from nats.errors import MaxPayloadError
from nats.js.errors import APIError, NoStreamResponseError, ServiceUnavailableError

from chassis.dead_letters import DeadLetters
from chassis.provision import provision
from chassis.watch import Watch, watching
from tests.docs.conftest import ROOT
from tests.support.counter import Counter

PAGE = (ROOT / "docs" / "publishing-payments.md").read_text(encoding="utf-8")
RECEIVED, REVERSED = "payments.payment.received.v1", "payments.payment.reversed.v1"
STRUCTURED = {"content-type": "application/cloudevents+json"}


@dataclass(frozen=True)
class Case:
    """A mistake: `changes` to a good payment (None removes a field), or another body, headers and subject."""

    changes: dict[str, Any] = field(default_factory=dict)
    body: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)
    subject: str = RECEIVED


REJECTED = {
    "decimal comma": Case({"amount": "12,50"}),
    "number": Case({"amount": 12.5}),
    "three decimals": Case({"amount": "12.505"}),
    "zero": Case({"amount": "0.00"}),
    "negative": Case({"amount": "-12.50"}),
    "currency": Case({"currency": "EURO"}),
    "other currency": Case({"currency": "USD", "invoice_number": "F-2026-00001"}),
    "1926": Case({"received_on": "1926-02-03"}),
    "date": Case({"received_on": "03/02/2026"}),
    "method": Case({"method": "virement"}),
    "unknown field": Case({"ammount": "12.50"}),
    "missing field": Case({"method": None}),
    "subject": Case(subject="payments.payment.recieved.v1"),
}
DEAD = {
    "random bytes": Case(body=b"\x93\xff\x00"),
    "no payment_id": Case({"payment_id": None}),
    "payment_id": Case({"payment_id": "BNP 117"}),
    "organisation": Case({"organisation": "Demo SARL"}),
    "ce-type": Case(headers={"ce-type": "payment.received"}),
    "structured": Case(headers=STRUCTURED, body=b'{"type": "payments.payment.received.v1"}'),
}


def body_of(case: Case) -> bytes:
    good = {
        "organisation": "demo",
        "payment_id": str(uuid4()),
        "amount": "12.50",
        "currency": "EUR",
        "received_on": "2026-02-03",
        "method": "transfer",
    }
    body = {name: value for name, value in (good | case.changes).items() if value is not None}
    return case.body if case.body is not None else json.dumps(body).encode()


def told_in_the_page(reason: str) -> bool:
    """As code in a cell of a table."""
    return f"`{reason}`" in PAGE


async def heard(watch: Watch, subject: str) -> Any:
    while message := await watch.next(within=10):
        if message.subject == subject:
            return json.loads(message.data)
    raise AssertionError(f"nothing came on {subject}")


@asynccontextmanager
async def answers(bus: Nats) -> AsyncIterator[Watch]:
    async with watching(bus, "billing.payment.*.v1") as watch:
        yield watch


@pytest.mark.parametrize("case", REJECTED.values(), ids=list(REJECTED))
async def test_a_bad_payment_that_can_be_named_is_rejected_in_the_words_of_the_page(
    counter: Counter, bus: Nats, case: Case
) -> None:
    await counter.owed()

    async with answers(bus) as watch:
        await bus.jetstream().publish(case.subject, body_of(case), headers=case.headers or None)
        rejected = await heard(watch, "billing.payment.rejected.v1")

    assert told_in_the_page(rejected["reason"]), rejected["reason"]
    payment = await counter.office.do("GET", f"/payments/{rejected['payment_id']}")
    assert (payment["status"], payment["reason"]) == ("rejected", rejected["reason"])


@pytest.mark.parametrize("case", DEAD.values(), ids=list(DEAD))
async def test_what_names_no_payment_is_a_dead_letter_in_the_words_of_the_page(
    counter: Counter, bus: Nats, case: Case
) -> None:
    letters = DeadLetters(bus.jetstream())

    await bus.jetstream().publish(case.subject, body_of(case), headers=case.headers or None)

    async with asyncio.timeout(10):
        while not await letters.count():
            await asyncio.sleep(0.05)
    (letter,) = await letters.page()
    assert told_in_the_page(letter.reason), letter.reason


async def test_other_content_under_the_same_identity_is_rejected_in_the_words_of_the_page(
    counter: Counter, bus: Nats
) -> None:
    same = {"payment_id": "BNP-117"}
    reversal = {"organisation": "demo", "payment_id": "BNP-117", "reversed_on": "2026-02-10", "reason": "unpaid"}
    bodies = [
        (RECEIVED, body_of(Case(same))),
        (RECEIVED, body_of(Case(same | {"amount": "13.00"}))),
        (REVERSED, json.dumps(reversal).encode()),
        (REVERSED, json.dumps(reversal | {"reversed_on": "2026-02-11"}).encode()),
    ]

    reasons = []
    async with answers(bus) as watch:
        for subject, body in bodies:
            await bus.jetstream().publish(subject, body)
            answer = await watch.next(within=10)
            assert answer is not None
            if answer.subject == "billing.payment.rejected.v1":
                reasons.append(json.loads(answer.data)["reason"])

    assert len(reasons) == 2
    assert [reason for reason in reasons if not told_in_the_page(reason)] == []


@pytest.mark.parametrize(
    "case",
    [
        Case({"invoice_number": "F-2026-99999"}),
        Case(),
        Case(
            body=b'{"organisation":"demo","payment_id":"X","reversed_on":"2026-02-10","reason":"x"}', subject=REVERSED
        ),
    ],
    ids=["unknown invoice", "no invoice", "reversal first"],
)
async def test_what_finds_no_invoice_is_unallocated_in_the_words_of_the_page(
    counter: Counter, bus: Nats, case: Case
) -> None:
    async with answers(bus) as watch:
        await bus.jetstream().publish(case.subject, body_of(case))
        unallocated = await heard(watch, "billing.payment.unallocated.v1")

    assert told_in_the_page(unallocated["reason"]), unallocated["reason"]


async def test_what_the_bus_itself_refuses_is_told_to_the_publisher(bus: Nats) -> None:
    with pytest.raises(NoStreamResponseError):
        await bus.jetstream().publish("payment.received", b"{}")
    with pytest.raises(APIError) as refused:
        await bus.jetstream().publish(RECEIVED, b"x" * 1_000_001)

    assert told_in_the_page(refused.value.description or "")
    with pytest.raises(MaxPayloadError):
        await bus.jetstream().publish(RECEIVED, b"x" * 10_000_000)


async def test_a_stream_that_is_full_refuses_in_the_words_of_the_page(bus: Nats) -> None:
    await provision(bus.jetstream(), replicas=1, days=1, size=100)

    with pytest.raises(ServiceUnavailableError) as refused:
        await bus.jetstream().publish(RECEIVED, b"x" * 1_000)

    assert told_in_the_page(refused.value.description or "")
    assert "`ServiceUnavailableError` in Python" in PAGE


async def test_the_same_event_again_changes_nothing_and_is_not_answered_again(counter: Counter, bus: Nats) -> None:
    invoice = await counter.owed()
    body = body_of(Case({"invoice_number": invoice["number"], "payment_id": "BNP-117"}))
    reordered = json.dumps(dict(reversed(json.loads(body).items()))).encode()

    async with answers(bus) as watch:
        for each in (body, body, reordered):
            await bus.jetstream().publish(RECEIVED, each)
        await bus.jetstream().publish(RECEIVED, body_of(Case({"payment_id": "last"})))
        told = [await watch.next(within=10) for _ in range(2)]  # in either order: they are read at once

    payments = {message.subject: json.loads(message.data)["payment_id"] for message in told if message}
    assert payments == {"billing.payment.applied.v1": "BNP-117", "billing.payment.unallocated.v1": "last"}
    assert watch.heard.empty()
    assert await counter.balance(invoice) == "1187.50"


async def test_a_corrected_event_counts_after_its_rejection(counter: Counter, bus: Nats) -> None:
    invoice = await counter.owed()
    good = {"invoice_number": invoice["number"], "payment_id": "BNP-117"}

    async with answers(bus) as watch:
        await bus.jetstream().publish(RECEIVED, body_of(Case(good | {"amount": "12,50"})))
        await heard(watch, "billing.payment.rejected.v1")
        await bus.jetstream().publish(RECEIVED, body_of(Case(good)))
        await heard(watch, "billing.payment.applied.v1")

    assert await counter.balance(invoice) == "1187.50"


def test_the_json_of_the_page_is_json() -> None:
    blocks = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)

    assert blocks
    assert all(json.loads(block) for block in blocks)
