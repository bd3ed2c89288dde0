"""A message that comes back is marked, told and looked after by a person."""

import asyncio
import json
from typing import Any

import pytest
from sqlmodel import select

from chassis.auth import Role
from chassis.outbox import OutboxMessage
from contracts.bounces import LARGEST
from contracts.events import MessageBounced
from services.notify.settings import Settings
from tests.services.notify.bounces.mails import a_mail
from tests.services.notify.conftest import Notify, running
from tests.services.notify.relays import Relay
from tests.services.notify.requests import an_email
from tests.support.lent import Pool
from tests.support.tokens import Keys

MAIL = {"content-type": "message/rfc822"}


async def come_back(notify: Notify, mail: bytes, *, organisation: str = "demo") -> Any:
    headers = notify.keys.bearer(Role.ADMIN, organisation=organisation) | MAIL
    response = await notify.client.post("/bounces", content=mail, headers=headers)
    assert response.status_code == 200, response.text
    return response.json()


def digest_of(outcome: dict[str, Any]) -> str:
    return str(outcome["evidence"]["message_id"])[1:33]


async def told(notify: Notify) -> list[dict[str, Any]]:
    async with notify.sessions() as session:
        rows = (await session.exec(select(OutboxMessage).where(OutboxMessage.subject == MessageBounced.type))).all()
    return [json.loads(row.body) for row in rows]


async def test_a_message_that_comes_back_is_bounced_with_the_words_of_the_mail_server(notify: Notify) -> None:
    sent = (await notify.send(an_email())).json()

    found = await come_back(notify, a_mail("postfix", digest_of(sent)))

    assert (found["found"], found["key"]) == ("bounced", sent["key"])
    view = (await notify.call("GET", f"/messages/{found['message_id']}", Role.VIEWER)).json()
    assert (view["status"], view["bounce_code"], view["address_is_dead"]) == ("bounced", "5.1.1", True)
    assert "User unknown in virtual mailbox table" in view["reason"]
    assert view["relay_answer"] == "250 2.0.0 queued as 4F1"
    (event,) = await told(notify)
    assert (event["key"], event["outcome"], event["code"]) == (sent["key"], "bounced", "5.1.1")
    assert (event["recipient"], event["address_is_dead"]) == ("compta@lefevre.example", True)


async def test_the_same_report_again_even_at_the_same_instant_changes_nothing(notify: Notify) -> None:
    sent = (await notify.send(an_email())).json()
    mail = a_mail("exchange", digest_of(sent))

    found = await asyncio.gather(*(come_back(notify, mail) for _ in range(5)))

    assert sorted(each["found"] for each in found) == ["bounced", *["repeated"] * 4]
    assert len(await told(notify)) == 1


@pytest.mark.parametrize(
    ("name", "found", "status"),
    [
        ("postfix-delayed", "delayed", "sent"),
        ("postfix-expired", "bounced", "bounced"),
        ("exim", "bounced", "bounced"),
        ("exim-in-words", "bounced", "bounced"),
        ("gmail", "bounced", "bounced"),
        ("delivered", "ignored", "sent"),
        ("out-of-office", "ignored", "sent"),
        ("read-receipt", "ignored", "sent"),
    ],
)
async def test_what_is_final_is_told_apart_from_what_is_not(notify: Notify, name: str, found: str, status: str) -> None:
    sent = (await notify.send(an_email())).json()

    assert (await come_back(notify, a_mail(name, digest_of(sent))))["found"] == found

    (row,) = (await notify.call("GET", "/messages", Role.VIEWER)).json()["items"]
    assert row["status"] == status


async def test_a_report_about_nothing_of_ours_is_answered_and_changes_nothing(notify: Notify) -> None:
    sent = (await notify.send(an_email())).json()

    assert (await come_back(notify, a_mail("postfix")))["found"] == "unknown"
    other = await come_back(notify, a_mail("postfix", digest_of(sent)), organisation="other")

    assert (other["found"], other["message_id"]) == ("unknown", None)
    assert (await notify.send(an_email())).json()["status"] == "sent"


async def test_nothing_more_is_sent_to_a_dead_address_until_a_person_has_looked_after_it(
    notify: Notify, relay: Relay
) -> None:
    sent = (await notify.send(an_email())).json()
    found = await come_back(notify, a_mail("gmail", digest_of(sent)))

    second = (await notify.send(an_email("second-reminder", recipient="Compta@Lefevre.example"))).json()
    assert (second["status"], second["evidence"]["bounce"]) == ("failed", "5.1.1")
    assert second["reason"].startswith("not sent: what was sent before came back on ")
    assert len(relay.accepted) == 1
    elsewhere = await notify.send(an_email("call-note", template="second-reminder", recipient="neuf@lefevre.example"))
    assert elsewhere.json()["status"] == "sent"

    waiting = "/messages?status=bounced&settled=false"
    (row,) = (await notify.call("GET", waiting, Role.VIEWER)).json()["items"]
    path = f"/messages/{row['id']}/look-after"
    done = await notify.call("POST", path, Role.COLLECTOR, json={"note": "Corrected with Anne."})
    assert (done.status_code, done.json()["note"], found["message_id"]) == (200, "Corrected with Anne.", row["id"])

    again = await notify.call("POST", path, Role.ADMIN, json={"note": "Something else."})
    assert (again.status_code, again.json()["type"]) == (409, "urn:relance:problem:message_looked_after")
    assert "Corrected with Anne." in again.json()["detail"]
    assert (await notify.call("GET", waiting, Role.VIEWER)).json()["items"] == []
    assert (await notify.send(an_email("third-reminder"))).json()["status"] == "sent"


async def test_a_full_mailbox_is_tried_again_with_the_next_message(notify: Notify, relay: Relay) -> None:
    sent = (await notify.send(an_email())).json()
    await come_back(notify, a_mail("exim", digest_of(sent)))

    assert (await notify.send(an_email("second-reminder"))).json()["status"] == "sent"
    assert len(relay.accepted) == 2


async def test_only_what_came_back_is_looked_after(notify: Notify) -> None:
    await notify.send(an_email())
    (row,) = (await notify.call("GET", "/messages", Role.VIEWER)).json()["items"]

    refused = await notify.call("POST", f"/messages/{row['id']}/look-after", Role.COLLECTOR, json={"note": "?"})

    assert (refused.status_code, refused.json()["type"]) == (409, "urn:relance:problem:message_not_bounced")


async def test_a_body_that_is_no_mail_or_too_large_is_refused_by_its_size_and_type(notify: Notify) -> None:
    headers = notify.keys.bearer(Role.ADMIN)
    as_json = await notify.client.post("/bounces", json={}, headers=headers)
    large = await notify.client.post("/bounces", content=b"x" * (LARGEST + 1), headers=headers | MAIL)
    huge = await notify.client.post("/bounces", content=b"x" * LARGEST, headers=headers | MAIL)

    assert as_json.status_code == 415
    assert "expected message/rfc822" in as_json.json()["detail"]
    assert large.status_code == 413
    assert f"expected at most {LARGEST}" in large.json()["detail"]
    assert huge.json()["found"] == "ignored"


async def test_with_a_bounce_domain_each_message_comes_back_to_an_address_of_its_own(
    notify_settings: Settings, keys: Keys, pool: Pool, relay: Relay
) -> None:
    settings = notify_settings.model_copy(update={"bounce_domain": "bounce.atelier-brun.example"})
    async with running(settings, keys, pool) as notify:
        sent = (await notify.send(an_email())).json()
        digest = digest_of(sent)

        assert relay.senders == [f"bounces+{digest}@bounce.atelier-brun.example"]
        assert relay.mails[0]["From"] == "Atelier Brun <facturation@atelier-brun.example>"
        bare = a_mail("postfix", digest).partition(b"Content-Description: Undelivered Message")[0]
        assert (await come_back(notify, bare))["found"] == "bounced"


async def test_without_one_it_comes_back_to_who_wrote_it(notify: Notify, relay: Relay) -> None:
    await notify.send(an_email())

    assert relay.senders == ["facturation@atelier-brun.example"]
