"""`relance payment publish`, answered by billing."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from nats.aio.client import Client as Nats

from chassis.clock import real_now
from chassis.provision import provision
from deploy.local.ports import free_port
from tests.cli.conftest import Relance
from tests.support.counter import Counter

PUBLISH = ("payment", "publish")


async def last_of(bus: Nats, stream: str = "PAYMENTS") -> tuple[dict[str, str], Any]:
    """The headers and the body of the last message."""
    message = await bus.jetstream().get_last_msg(stream, "payments.>")
    return dict(message.headers or {}), json.loads(message.data or b"")


async def test_a_payment_is_published_with_every_field_as_a_cloudevent(bus: Nats, relance: Relance) -> None:
    ended = await relance(
        *(*PUBLISH, "--wait", "0", "--organisation", "acme", "--payment-id", "BNP-1", "--amount", "1200"),
        *("--currency", "CHF", "--received-on", "2026-02-03", "--method", "direct_debit", "--invoice", "F-2026-00042"),
        *("--remittance", "FACTURE 42", "--payer-name", "Garage Lefèvre", "--payer-iban", "FR76", "--event-id", "e-1"),
        *("--source", "urn:example:till"),
    )

    headers, body = await last_of(bus)
    assert ended.code == 0
    assert ended.out == "published: payments.payment.received.v1 BNP-1 (PAYMENTS 1, event e-1)\n" + NO_ANSWER
    assert body == {
        "organisation": "acme",
        "payment_id": "BNP-1",
        "amount": "1200.00",
        "currency": "CHF",
        "received_on": "2026-02-03",
        "method": "direct_debit",
        "invoice_number": "F-2026-00042",
        "remittance": "FACTURE 42",
        "payer": {"name": "Garage Lefèvre", "iban": "FR76"},
    }
    assert headers.pop("ce-time").endswith("Z")
    assert headers == {
        "ce-specversion": "1.0",
        "ce-id": "e-1",
        "ce-source": "urn:example:till",
        "ce-type": "payments.payment.received.v1",
        "content-type": "application/json",
        "Nats-Msg-Id": "e-1",
    }


NO_ANSWER = "No answer of billing in this time; the event is stored and will be answered.\n"


async def test_what_is_left_out_has_a_sensible_value(bus: Nats, relance: Relance) -> None:
    await relance(*PUBLISH, "--wait", "0", "--amount", "10.50")

    _, body = await last_of(bus)
    assert body.pop("payment_id").startswith("cli-")
    assert real_now() - datetime.fromisoformat(body.pop("received_on")).replace(tzinfo=UTC) < timedelta(days=2)
    assert body == {"organisation": "demo", "amount": "10.50", "currency": "EUR", "method": "transfer"}


async def test_today_is_that_of_the_clock_of_the_stack(bus: Nats, relance: Relance) -> None:
    started = real_now()
    fast = relance.where(clock_origin="2031-05-01T00:00:00Z", clock_started=started.isoformat(), clock_speed="1")

    await fast(*PUBLISH, "--wait", "0", "--amount", "1")

    headers, body = await last_of(bus)
    assert body["received_on"] == "2031-05-01"
    assert headers["ce-time"].startswith("2031-05-01T00:0")


async def test_a_reversal_is_published_under_the_identity_of_its_payment(bus: Nats, relance: Relance) -> None:
    await relance(
        *(*PUBLISH, "--wait", "0", "--reverse", "--payment-id", "BNP-1", "--reason", "unpaid cheque"),
        *("--reversed-on", "2026-02-10"),
    )

    headers, body = await last_of(bus)
    assert headers["ce-type"] == "payments.payment.reversed.v1"
    assert body == {
        "organisation": "demo",
        "payment_id": "BNP-1",
        "reversed_on": "2026-02-10",
        "reason": "unpaid cheque",
    }


async def test_billing_says_what_it_paid(counter: Counter, relance: Relance) -> None:
    invoice = await counter.owed()

    ended = await relance(*PUBLISH, "--payment-id", "P1", "--amount", "1250", "--invoice", invoice["number"])

    assert ended.code == 0
    assert f"applied: amount: 50.00 more than was owed on invoice {invoice['number']}" in ended.out
    assert f"  1200.00 EUR to {invoice['number']}\n  50.00 EUR not allocated\n" in ended.out
    assert await counter.balance(invoice) == "0.00"


async def test_billing_says_what_a_reversal_took_back(counter: Counter, relance: Relance) -> None:
    invoice = await counter.owed()
    await relance(*PUBLISH, "--payment-id", "P1", "--amount", "1200", "--invoice", invoice["number"])

    ended = await relance(*PUBLISH, "--reverse", "--payment-id", "P1", "--reason", "unpaid cheque")

    assert ended.code == 0
    assert "reversed: " in ended.out
    assert f"  1200.00 EUR back from {invoice['number']}\n" in ended.out
    assert await counter.balance(invoice) == "1200.00"


async def test_billing_says_that_it_found_no_invoice(counter: Counter, relance: Relance) -> None:
    ended = await relance(*PUBLISH, "--amount", "10", "--invoice", "F-2026-99999")

    assert ended.code == 0
    assert "unallocated: " in ended.out
    assert "F-2026-99999" in ended.out
    assert "10.00 EUR not allocated" in ended.out


async def test_billing_says_why_it_rejects(counter: Counter, relance: Relance) -> None:
    invoice = await counter.owed()

    ended = await relance(*PUBLISH, "--amount", "10", "--currency", "USD", "--invoice", invoice["number"])

    assert ended.code == 1
    assert f"rejected: currency: USD, but invoice {invoice['number']} is in EUR" in ended.out


async def test_the_same_payment_again_is_told_from_billings_record(counter: Counter, relance: Relance) -> None:
    invoice = await counter.owed()
    there = relance.where(billing_url=counter.url)
    same = [*PUBLISH, "--payment-id", "P/1", "--amount", "1200", "--invoice", invoice["number"]]
    await there(*same)

    ended = await there(*same)

    assert ended.code == 0
    assert "Billing knew this very event and answers each once.\napplied\n" in ended.out


async def test_a_program_reads_the_answer_as_json(counter: Counter, relance: Relance) -> None:
    invoice = await counter.owed()

    ended = await relance(
        *(*PUBLISH, "--payment-id", "P1", "--amount", "200", "--invoice", invoice["number"]),
        *("--event-id", "e-1", "--json"),
    )

    assert ended.json == {
        "type": "payments.payment.received.v1",
        "payment_id": "P1",
        "event_id": "e-1",
        "stream": "PAYMENTS",
        "sequence": 1,
        "duplicate": False,
        "answer": {
            "type": "billing.payment.applied.v1",
            "organisation": "demo",
            "payment_id": "P1",
            "allocations": [{"invoice_id": invoice["id"], "number": invoice["number"], "amount": "200.00"}],
            "unallocated": "0.00",
            "currency": "EUR",
            "reason": None,
        },
        "dead_letter": None,
        "known_before": False,
    }


async def test_an_event_id_that_was_used_before_is_told(bus: Nats, relance: Relance) -> None:
    same = (*PUBLISH, "--wait", "0", "--payment-id", "P1", "--amount", "1", "--event-id", "e-1")
    await relance(*same)

    assert (await relance(*same)).out.startswith("the bus had it already: payments.payment.received.v1 P1 (PAYMENTS 1,")


async def test_silence_has_an_exit_code_of_its_own(bus: Nats, relance: Relance) -> None:
    ended = await relance(*PUBLISH, "--wait", "0.3", "--amount", "1")

    assert ended.code == 3
    assert ended.out.endswith(NO_ANSWER)


async def test_a_message_that_becomes_a_dead_letter_is_told_with_its_reason(
    bus: Nats, relance: Relance, terminating: Callable[[str], None]
) -> None:
    terminating("ValueError: a bug")

    ended = await relance(*PUBLISH, "--amount", "1")

    assert ended.code == 1
    assert "dead letter: ValueError: a bug" in ended.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--amount", "12,50"], "--amount: '12,50' is not a decimal string; expected for example \"1234.50\""),
        (["--amount", "0"], "--amount: 0.00 is not more than zero"),
        (["--amount", "1", "--currency", "EURO"], "--currency: 'EURO' is not an ISO 4217 currency code"),
        (["--amount", "1", "--received-on", "1926-02-03"], "--received-on: 1926-02-03 is out of range"),
        (["--amount", "1", "--received-on", "03/02/2026"], "--received-on: '03/02/2026' is not a date"),
        (["--amount", "1", "--method", "virement"], "--method: Input should be 'transfer'"),
        (["--amount", "1", "--payment-id", "a b"], "--payment-id: "),
        (["--amount", "1", "--payer-iban", "x" * 35], "--payer-iban: "),
        (["--amount", "1", "--reason", "x"], "--reason: 'x' was given; only with --reverse"),
        ([], "--amount: Field required"),
        (["--reverse"], "--payment-id: Field required"),
        (["--reverse", "--payment-id", "P1"], "--reason: Field required"),
        (["--reverse", "--amount", "1"], "--amount: '1' was given; not with --reverse"),
        (["--amount", "1", "--wait", "-1"], "--wait"),
    ],
)
async def test_a_wrong_option_is_named_and_nothing_is_published(
    bus: Nats, relance: Relance, arguments: list[str], words: str
) -> None:
    ended = await relance(*PUBLISH, *arguments)

    assert (ended.code, ended.out) == (2, "")
    assert words in ended.err
    assert (await bus.jetstream().stream_info("PAYMENTS")).state.messages == 0


async def test_a_bus_that_does_not_answer_is_named(relance: Relance) -> None:
    port = free_port()

    ended = await relance.where(nats_url=f"nats://user:secret@127.0.0.1:{port}")(*PUBLISH, "--amount", "1")

    assert ended.code == 3
    assert f"NATS does not answer at 127.0.0.1:{port}" in ended.err
    assert "secret" not in ended.err + ended.out


async def test_a_bus_without_streams_says_what_to_run(bus: Nats, relance: Relance) -> None:
    await bus.jetstream().delete_stream("PAYMENTS")

    ended = await relance(*PUBLISH, "--amount", "1")

    assert ended.code == 3
    assert "run `python -m chassis.provision` first" in ended.err


async def test_a_stream_that_is_full_is_told_of(bus: Nats, relance: Relance) -> None:
    await relance(*PUBLISH, "--amount", "1", "--wait", "0")
    await provision(bus.jetstream(), replicas=1, days=1, size=500)

    ended = await relance(*PUBLISH, "--amount", "1")

    assert ended.code == 3
    assert "does not store payments.payment.received.v1 (maximum bytes exceeded): publish it again" in ended.err


@pytest.mark.parametrize("url", ["http://", "nats://127.0.0.1:port", "nats://[", ""])
async def test_an_address_that_is_none_is_named(relance: Relance, url: str) -> None:
    ended = await relance.where(nats_url=url)(*PUBLISH, "--amount", "1")

    assert ended.code == 3
    assert "NATS" in ended.err
