"""`relance dead-letters`: seen, shown, and delivered again."""

import asyncio
from collections.abc import Callable

from nats.aio.client import Client as Nats

from chassis.dead_letters import DeadLetters
from tests.cli.conftest import Relance

SUBJECT = "payments.payment.received.v1"


async def some_dead_letters(bus: Nats, terminating: Callable[[str], None], *bodies: bytes) -> None:
    terminating("amount: '12,50' is not a decimal string")
    for body in bodies:
        await bus.jetstream().publish(SUBJECT, body, headers={"ce-id": "one", "ce-source": "bank"})
    letters = DeadLetters(bus.jetstream())
    async with asyncio.timeout(10):
        while await letters.count() < len(bodies):
            await asyncio.sleep(0.02)


async def test_none_is_said(bus: Nats, relance: Relance) -> None:
    assert (await relance("dead-letters", "list")).out == "No dead letters.\n"
    assert (await relance("dead-letters", "list", "--json")).json == {"count": 0, "items": []}
    assert (await relance("dead-letters", "replay", "--all")).out == "No dead letters.\n"


async def test_the_list_says_what_waits_and_why(
    bus: Nats, relance: Relance, terminating: Callable[[str], None]
) -> None:
    await some_dead_letters(bus, terminating, b'{"amount": "12,50"}', b"{}")

    shown = await relance("dead-letters", "list")
    page = await relance("dead-letters", "list", "--json", "--after", "1", "--limit", "5")

    assert "billing-payment  PAYMENTS 1  amount: '12,50' is not a decimal string" in shown.out
    assert shown.out.endswith("2 of 2. `relance dead-letters show ID` shows the message.\n")
    assert page.json["count"] == 2
    assert [(each["id"], each["stream"], each["sequence"]) for each in page.json["items"]] == [(2, "PAYMENTS", 2)]


async def test_one_is_shown_with_its_message(bus: Nats, relance: Relance, terminating: Callable[[str], None]) -> None:
    await some_dead_letters(bus, terminating, b'{"amount": "12,50"}', b"\xff\x1b[2Jrandom")

    first = await relance("dead-letters", "show", "1")
    second = await relance("dead-letters", "show", "2")
    as_json = await relance("dead-letters", "show", "1", "--json")

    assert '{\n  "amount": "12,50"\n}' in first.out
    assert "ce-source: bank" in first.out
    assert "\\xff�[2Jrandom" in second.out
    assert as_json.json["original"] == {
        "subject": SUBJECT,
        "headers": {"ce-id": "one", "ce-source": "bank"},
        "body": '{"amount": "12,50"}',
    }


async def test_replaying_delivers_again_and_drops_the_letter(
    bus: Nats, relance: Relance, terminating: Callable[[str], None]
) -> None:
    await some_dead_letters(bus, terminating, b"1", b"2", b"3")

    one = await relance("dead-letters", "replay", "2")
    rest = await relance("dead-letters", "replay", "--all", "--json")

    assert one.out == "replayed 2: message 2 of PAYMENTS for billing-payment\n"
    assert {1, 3} <= set(rest.json)
    assert (await bus.jetstream().stream_info("PAYMENTS")).state.messages >= 6


async def test_what_is_not_there_is_said(bus: Nats, relance: Relance, terminating: Callable[[str], None]) -> None:
    await some_dead_letters(bus, terminating, b"1")
    await bus.jetstream().purge_stream("PAYMENTS")

    unknown = await relance("dead-letters", "show", "9")
    gone = await relance("dead-letters", "replay", "1")

    assert (unknown.code, unknown.err) == (1, "relance: There is no dead letter 9.\n")
    assert (gone.code, gone.err) == (1, "relance: There is no message 1 in PAYMENTS any more.\n")
    assert "There is no message 1 in PAYMENTS any more." in (await relance("dead-letters", "show", "1")).out


async def test_it_must_be_said_which_ones(relance: Relance) -> None:
    for arguments in ([], ["1", "--all"]):
        ended = await relance("dead-letters", "replay", *arguments)
        assert (ended.code, ended.err) == (2, "relance: ID: expected the ids to replay, or --all\n")
    assert "ID" in (await relance("dead-letters", "show", "x")).err


async def test_one_that_nobody_needs_is_forgotten_and_its_message_stays(
    bus: Nats, relance: Relance, terminating: Callable[[str], None]
) -> None:
    await some_dead_letters(bus, terminating, b"1", b"2")

    dropped = await relance("dead-letters", "drop", "1")
    gone = await relance("dead-letters", "drop", "1")

    assert dropped.out == "dropped 1: message 1 of PAYMENTS for billing-payment\n"
    assert (gone.code, "There is no dead letter 1." in gone.err) == (1, True)
    assert (await relance("dead-letters", "list", "--json")).json["count"] == 1
    assert (await bus.jetstream().get_msg("PAYMENTS", seq=1)).data == b"1"
