"""What notify tells Prometheus of the relay: refusals by outcome, and how many messages wait for it."""

from datetime import timedelta

from sqlmodel import update

from chassis.clock import Now
from chassis.worker import Worker
from services.notify.figures.measures import MESSAGES, measures
from services.notify.messages.models import Message
from tests.services.notify.bounces.mails import a_mail
from tests.services.notify.bounces.test_bounces import come_back, digest_of
from tests.services.notify.conftest import Notify
from tests.services.notify.relays import Relay
from tests.services.notify.requests import an_email


def counted(outcome: str) -> float:
    return MESSAGES.labels(outcome)._value.get()  # type: ignore[no-any-return]


async def held_up(notify: Notify) -> float:
    worker = Worker("notify", None, None, notify.sessions, None, Now())  # type: ignore[arg-type]
    figures = {each.name: each.values for each in await measures(worker)["messages"]()}
    return figures["relance_messages_held_up"][()]


async def test_messages_that_are_held_up_are_counted_once_however_often_they_were_tried(
    notify: Notify, relay: Relay
) -> None:
    tries = counted("deferred")
    for email in (an_email(), an_email(), an_email(), an_email("second-reminder")):
        relay.will("RCPT", "451 greylisted")
        assert (await notify.send(email)).status_code == 503

    assert counted("deferred") == tries + 4
    assert await held_up(notify) == 2

    async with notify.sessions() as session, session.begin():
        await session.exec(update(Message).values(settled_at=Message.settled_at - timedelta(minutes=16)))
    assert await held_up(notify) == 0
    assert (await notify.send(an_email())).json()["status"] == "sent"
    assert await held_up(notify) == 0


async def test_what_no_relay_was_asked_about_is_no_refusal(notify: Notify, relay: Relay) -> None:
    sent = (await notify.send(an_email())).json()
    await come_back(notify, a_mail("gmail", digest_of(sent)))
    failed, not_sent = counted("failed"), counted("not_sent")

    assert (await notify.send(an_email("second-reminder"))).json()["status"] == "failed"
    assert (counted("failed"), counted("not_sent")) == (failed, not_sent + 1)

    relay.will("RCPT", "550 no such user")
    await notify.send(an_email("call-note", template="second-reminder", recipient="neuf@lefevre.example"))
    assert (counted("failed"), counted("not_sent")) == (failed + 1, not_sent + 1)
