"""What the relay refuses, defers or leaves open, at each stage."""

import asyncio
import json
from datetime import timedelta

import pytest
from pydantic import SecretStr
from sqlmodel import col, select, update

from chassis.auth import Role
from chassis.clock import real_now
from chassis.outbox import OutboxMessage
from contracts.events import AuditRecorded
from services.notify.messages import use_cases
from services.notify.messages.models import Message, MessageStatus
from services.notify.settings import SmtpTls
from tests.services.notify.conftest import Notify
from tests.services.notify.relays import Behaviour, Drop, Hang, Relay
from tests.services.notify.requests import NOON, an_email

FACTS = (
    select(OutboxMessage).where(col(OutboxMessage.subject) != AuditRecorded.type).order_by(col(OutboxMessage.position))
)


async def the_message(notify: Notify) -> dict[str, object]:
    (message,) = (await notify.call("GET", "/messages", Role.VIEWER)).json()["items"]
    return dict(message)


@pytest.mark.parametrize(
    ("stage", "behaviours", "words"),
    [
        ("CONNECT", ["421 too busy"], "421"),
        ("CONNECT", ["554 go away"], "554"),
        ("CONNECT", [Hang()], "within 1 s"),
        ("CONNECT", [Drop()], "relay cannot be used"),
        ("MAIL", ["451 greylisted"], "451 greylisted"),
        ("MAIL", ["530 authentication required"], "530 authentication required"),
        ("MAIL", ["550 sender unknown"], "550 sender unknown"),
        ("MAIL", ["553 sender not yours"], "553 sender not yours"),
        ("MAIL", [Hang()], "within 1 s"),
        ("RCPT", ["450 mailbox busy"], "450 mailbox busy"),
        ("RCPT", ["553 5.7.1 <a@b.example>: Sender address rejected: not owned by user"], "not owned by user"),
        ("RCPT", ["550 5.1.8 domain of sender unknown"], "5.1.8"),
        ("CONTENT", ["550 5.7.60 no permission to send as this sender"], "5.7.60"),
        ("RCPT", [Drop(), Drop()], "421"),
        ("DATA", ["451 not now"], "451 not now"),
        ("DATA", [Hang()], "Timed out"),
        ("CONTENT", ["452 out of space"], "452 out of space"),
    ],
    ids=str,
)
async def test_what_is_deferred_waits_and_leaves_at_the_next_try(
    notify: Notify, relay: Relay, stage: str, behaviours: list[Behaviour], words: str
) -> None:
    relay.will(stage, *behaviours)
    response = await notify.send(an_email())

    assert response.status_code == 503
    assert response.json()["type"] == "urn:relance:problem:relay_deferred"
    assert words in response.json()["detail"] or isinstance(behaviours[0], Drop)
    assert (await the_message(notify))["status"] == "pending"
    assert relay.accepted == []
    assert (await notify.send(an_email())).json()["status"] == "sent"
    assert len(relay.accepted) == 1


@pytest.mark.parametrize(
    ("stage", "words"),
    [
        ("MAIL", "552 too large"),
        ("MAIL", "555 SMTPUTF8 not recognized"),
        ("RCPT", "550 no such user"),
        ("RCPT", "550 blocked by policy, host 5.1.8.4 is listed"),
        ("DATA", "554 no"),
        ("CONTENT", "554 it is spam"),
    ],
)
async def test_what_is_refused_is_final_and_told(notify: Notify, relay: Relay, stage: str, words: str) -> None:
    relay.will(stage, words)
    response = await notify.send(an_email())

    assert response.status_code == 200
    assert response.json()["status"] == "failed"
    assert response.json()["reason"] == words
    assert (await notify.send(an_email())).json() == response.json()
    assert relay.accepted == []


@pytest.mark.parametrize("behaviour", [Hang(), Drop()], ids=lambda each: type(each).__name__)
async def test_a_relay_silent_after_the_content_leaves_it_uncertain(
    notify: Notify, relay: Relay, behaviour: Behaviour
) -> None:
    relay.will("CONTENT", behaviour)
    response = await notify.send(an_email())

    assert response.status_code == 200
    assert response.json()["status"] == "uncertain"
    assert "after the message was handed over" in response.json()["reason"]
    assert (await notify.send(an_email())).json() == response.json()
    assert relay.connections == 1


async def test_each_end_is_told_once(notify: Notify, relay: Relay) -> None:
    relay.will("RCPT", "550 no such user")
    for key in ("k:refused", "k:sent", "k:sent", "k:refused"):
        await notify.send(an_email(key=key))

    async with notify.sessions() as session:
        rows = (await session.exec(FACTS)).all()
    assert [(row.subject, json.loads(row.body)["key"], json.loads(row.body)["outcome"]) for row in rows] == [
        ("notify.message.failed.v1", "k:refused", "failed"),
        ("notify.message.sent.v1", "k:sent", "sent"),
    ]


async def test_a_body_of_ten_megabytes_is_refused(notify: Notify, relay: Relay) -> None:
    response = await notify.send(an_email(recipient_name="x" * 10_000_000))

    assert response.status_code == 413
    assert relay.connections == 0


async def test_no_relay_at_all_defers(notify: Notify, relay: Relay) -> None:
    notify.app.state.desk.relay.settings = notify.settings.model_copy(update={"smtp_port": 1})
    response = await notify.send(an_email())

    assert response.status_code == 503
    assert "relay cannot be used" in response.json()["detail"]


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"smtp_username": "relance", "smtp_password": SecretStr("mistaken")}, "535"),
        ({"smtp_tls": SmtpTls.STARTTLS}, "STARTTLS"),
        ({"smtp_tls": SmtpTls.TLS}, "relay cannot be used"),
    ],
    ids=["password", "starttls", "tls"],
)
async def test_a_relay_that_refuses_this_service_fails_no_message(
    notify: Notify, relay: Relay, settings: dict[str, object], words: str
) -> None:
    notify.app.state.desk.relay.settings = notify.settings.model_copy(update=settings)
    response = await notify.send(an_email())

    assert response.status_code == 503
    assert words in response.json()["detail"]
    assert "mistaken" not in response.text
    assert (await the_message(notify))["status"] == "pending"


async def test_the_service_shows_its_password_to_the_relay(notify: Notify, relay: Relay) -> None:
    known = {"smtp_username": "relance", "smtp_password": SecretStr("right")}
    notify.app.state.desk.relay.settings = notify.settings.model_copy(update=known)

    assert (await notify.send(an_email())).json()["status"] == "sent"


async def test_a_connection_that_the_relay_closed_meanwhile_is_replaced(notify: Notify, relay: Relay) -> None:
    await notify.send(an_email(key="k:1"))
    relay.will("MAIL", Drop())
    response = await notify.send(an_email(key="k:2"))

    assert response.json()["status"] == "sent"
    assert relay.connections == 2


async def sending(notify: Notify, *, lease: timedelta) -> None:
    """A row as a process that died between claim and record leaves it."""
    await notify.send(an_email())
    changes = {"status": MessageStatus.SENDING, "lease_until": real_now() + lease}
    async with notify.sessions() as session, session.begin():
        await session.exec(update(Message).where(col(Message.organisation) == "demo").values(**changes))


async def test_a_message_on_its_way_is_in_progress(notify: Notify) -> None:
    await sending(notify, lease=timedelta(seconds=30))
    response = await notify.send(an_email())

    assert response.status_code == 409
    assert response.json()["type"] == "urn:relance:problem:in_progress"


async def test_a_message_past_its_lease_is_uncertain_and_not_sent_again(notify: Notify, relay: Relay) -> None:
    await sending(notify, lease=timedelta(seconds=-1))
    response = await notify.send(an_email())

    assert response.json()["status"] == "uncertain"
    assert len(relay.accepted) == 1


async def test_the_sweep_shows_what_was_left_behind_and_nothing_else(notify: Notify) -> None:
    await sending(notify, lease=timedelta(seconds=30))

    assert await use_cases.sweep(notify.sessions, real=real_now(), now=NOON) == 0
    assert await use_cases.sweep(notify.sessions, real=real_now() + timedelta(seconds=31), now=NOON) == 1
    assert (await the_message(notify))["status"] == "uncertain"


async def test_an_uncertain_message_is_settled_by_a_person_once(notify: Notify, relay: Relay) -> None:
    relay.will("CONTENT", Drop())
    await notify.send(an_email())
    path = f"/messages/{(await the_message(notify))['id']}/settle"
    note = {"outcome": "sent", "note": "The customer has it."}

    settled = await notify.call("POST", path, Role.COLLECTOR, json=note)
    again = await notify.call("POST", path, Role.COLLECTOR, json=note)

    assert settled.json()["status"] == "sent"
    assert (settled.json()["settled_by"], settled.json()["settled_by_name"]) == ("somebody", "somebody")
    assert again.status_code == 409
    assert (await notify.send(an_email())).json()["evidence"]["note"] == "The customer has it."


async def test_a_slow_hand_over_blocks_nobody_else(notify: Notify, relay: Relay) -> None:
    relay.will("CONTENT", Hang())
    slow = asyncio.create_task(notify.send(an_email(key="k:slow")))
    await asyncio.sleep(0.3)

    quick = await notify.send(an_email(key="k:quick"))
    assert not slow.done()
    assert quick.json()["status"] == "sent"
    assert (await slow).json()["status"] == "uncertain"
