"""The relay that misbehaves, spoken to as any sender does."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import aiosmtplib
import pytest

from deploy.local.mailbox.store import Store
from deploy.local.ports import LOOPBACK, free_port
from tests.chaos.mailbox.faults import Fault, FaultOrder
from tests.chaos.mailbox.receiver import FaultyReceiver, conversations_of, receive, struck_of

KEY = "0197f3c2-0000-7000-8000-000000000042:brisk:first-reminder:1"


class Relay:
    """A receiver on a port of its own."""

    def __init__(self, directory: Path) -> None:
        self.store = Store(directory)
        self.receiver = FaultyReceiver(self.store)
        self.port = free_port()

    def misbehave(self, fault: Fault, seconds: float = 60) -> None:
        self.receiver.order = FaultOrder(fault=fault, until=datetime.now(UTC) + timedelta(seconds=seconds))

    async def take(self) -> None:
        message = EmailMessage()
        message["X-Relance-Key"] = KEY
        message["Subject"] = "Rappel"
        message.set_content("Bonjour")
        await aiosmtplib.send(
            message,
            sender="us@example.org",
            recipients=["them@example.org"],
            hostname=LOOPBACK,
            port=self.port,
            timeout=0.5,
        )


@pytest.fixture
async def relay(tmp_path: Path) -> AsyncIterator[Relay]:
    relay = Relay(tmp_path)
    listening = await receive(relay.receiver, LOOPBACK, relay.port)
    yield relay
    listening.close()


async def test_without_an_order_it_keeps_what_it_accepts(relay: Relay) -> None:
    await relay.take()
    (conversation,) = conversations_of(relay.store.directory)
    assert (conversation.key, conversation.fault) == (KEY, None)
    assert conversation.kept == relay.store.page(limit=1)[0].id
    assert conversation.began < conversation.received
    assert struck_of(relay.store.directory) == []


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (Fault.DEFER_RECIPIENT, 451),
        (Fault.DEFER_CONTENT, 452),
        (Fault.REFUSE_RECIPIENT, 550),
        (Fault.REFUSE_CONTENT, 554),
    ],
)
async def test_what_it_refuses_is_not_kept(relay: Relay, fault: Fault, code: int) -> None:
    relay.misbehave(fault)
    with pytest.raises((aiosmtplib.SMTPRecipientsRefused, aiosmtplib.SMTPDataError)) as refusal:
        await relay.take()
    assert str(code) in str(refusal.value)
    assert len(relay.store) == 0
    assert [(each.fault, each.recipient) for each in struck_of(relay.store.directory)] == [(fault, "them@example.org")]


@pytest.mark.parametrize(
    ("fault", "kept"),
    [
        (Fault.HANG_SENDER, 0),
        (Fault.HANG_CONTENT, 0),
        (Fault.DROP, 0),
        (Fault.KEEP_AND_DROP, 1),
        (Fault.KEEP_AND_HANG, 1),
    ],
)
async def test_what_it_does_not_answer_may_have_been_kept(relay: Relay, fault: Fault, kept: int) -> None:
    relay.misbehave(fault)
    with pytest.raises((aiosmtplib.SMTPServerDisconnected, aiosmtplib.SMTPReadTimeoutError)):
        await relay.take()
    assert len(relay.store) == kept
    assert [each.fault for each in struck_of(relay.store.directory)] == [fault]


async def test_it_answers_one_message_late_so_that_its_sender_can_be_killed_meanwhile(relay: Relay) -> None:
    relay.misbehave(Fault.KEEP_AND_LINGER)
    with pytest.raises(aiosmtplib.SMTPReadTimeoutError):
        await relay.take()
    await relay.take()
    assert [each.fault for each in conversations_of(relay.store.directory)] == [Fault.KEEP_AND_LINGER, None]


async def test_its_bad_spell_ends_by_itself(relay: Relay) -> None:
    relay.misbehave(Fault.REFUSE_RECIPIENT, seconds=0.05)
    await asyncio.sleep(0.1)
    await relay.take()
    assert len(relay.store) == 1


@pytest.mark.parametrize("fault", [Fault.DEFER_RECIPIENT, Fault.REFUSE_RECIPIENT, Fault.HANG_SENDER])
async def test_what_strikes_before_the_content_spares_a_message_that_came_so_far(relay: Relay, fault: Fault) -> None:
    async with aiosmtplib.SMTP(hostname=LOOPBACK, port=relay.port, timeout=2) as client:
        await client.mail("us@example.org")
        await client.rcpt("them@example.org")
        relay.misbehave(fault)
        answer = await client.data(f"X-Relance-Key: {KEY}\r\n\r\nBonjour\r\n".encode())

    assert answer.code == 250
    assert [each.fault for each in conversations_of(relay.store.directory)] == [None]
    assert len(relay.store) == 1
