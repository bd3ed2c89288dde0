"""A text sent to oneself: once, marked, and no reminder to anybody's mind."""

import asyncio
from dataclasses import replace
from typing import Any

import httpx2
from sqlalchemy import text

from chassis.auth import Role
from chassis.caller import with_default_profiles
from contracts.parties import Language
from services.notify.messages.domain import seller_of
from services.notify.rendering.samples import Sample, sample_context
from services.notify.trials.models import Trial, TrialStatus
from tests.services.notify.conftest import Notify
from tests.services.notify.relays import Drop, Hang, Relay
from tests.services.notify.requests import INVOICE

OWN = {"subject": "Facture {{ invoice.number }}", "text": "{{ invoice.balance }}", "html": "<body><p>{{ step }}</p>"}
SELLER = seller_of(sample_context("receivable", Sample.PROFESSIONAL, Language.FRENCH)).model_dump(mode="json")


async def send(
    notify: Notify,
    once: str = "once",
    *,
    email: str | None = "anne@atelier-brun.example",
    who: str = "anne",
    **asked: Any,
) -> httpx2.Response:
    caller = replace(with_default_profiles(who, "demo", [Role.ADMIN]), name="Anne Brun", email=email)
    headers = {"authorization": f"Bearer {notify.keys.mint().sign(caller)}", "idempotency-key": once}
    body = {"language": "fr", "sources": OWN, "seller": SELLER} | asked
    return await notify.client.post("/templates/first-reminder/tests", json=body, headers=headers)


async def test_a_test_goes_to_whoever_asks_and_says_what_it_is(notify: Notify, relay: Relay) -> None:
    answer = await send(notify)

    assert answer.json()["status"] == "sent"
    assert relay.recipients == [answer.json()["recipient"]] == ["anne@atelier-brun.example"]
    (mail,) = relay.mails
    assert mail["Subject"] == "[Test] Facture F-2026-00042"
    assert mail["X-Relance-Test"] == "yes"
    assert mail["X-Relance-Key"] is None
    assert mail["To"] == "Anne Brun <anne@atelier-brun.example>"
    assert mail["From"] == "Atelier Brun <facturation@atelier-brun.example>"
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert plain.get_content().startswith("Ceci est un essai")
    written = html.get_content()
    assert written.index("<body>") < written.index("Ceci est un essai") < written.index("<p>first-reminder</p>")


async def test_nothing_counts_a_test_as_a_reminder(notify: Notify) -> None:
    context = sample_context("receivable", Sample.PROFESSIONAL, Language.FRENCH).model_dump(mode="json")
    assert (await send(notify, seller=None, context=context)).json()["status"] == "sent"

    customer = context["receivable"]["customer"]["customer_id"]
    assert (await notify.call("GET", "/messages", Role.VIEWER)).json()["items"] == []
    assert (await notify.call("GET", f"/actions?customer_id={customer}", Role.VIEWER)).json()["items"] == []
    key = f"{INVOICE}:standard:first-reminder:1"
    assert (await notify.call("GET", f"/actions/{key}", Role.VIEWER)).status_code == 404
    async with notify.sessions() as session:
        connection = await session.connection()
        assert (
            await connection.execute(text("select count(*) from outbox where subject like 'notify.%'"))
        ).scalar() == 0


async def test_the_same_key_again_sends_nothing_and_another_request_under_it_is_refused(
    notify: Notify, relay: Relay
) -> None:
    first = await send(notify)
    again = await send(notify)
    other = await send(notify, sources=OWN | {"text": "something else"})
    of_someone_else = await send(notify, who="paul", email="paul@atelier-brun.example")

    assert again.json() == first.json()
    assert (other.status_code, other.json()["type"].rpartition(":")[2]) == (409, "idempotency_key_reused")
    assert of_someone_else.json()["recipient"] == "paul@atelier-brun.example"
    assert len(relay.accepted) == 2


async def test_ten_requests_at_once_send_one_mail(notify: Notify, relay: Relay) -> None:
    relay.delays["CONTENT"] = 0.2
    answers = await asyncio.gather(*(send(notify) for _ in range(10)))

    assert len(relay.accepted) == 1
    assert {each.status_code for each in answers} == {200, 409}


async def test_who_has_no_address_sends_no_test(notify: Notify, relay: Relay) -> None:
    for email in (None, "no address"):
        answer = await send(notify, email=email)
        assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == (409, "no_address_of_your_own")
    assert relay.accepted == []


async def test_a_sample_without_a_seller_of_ones_own_is_not_sent_from_the_sample_s_address(
    notify: Notify, relay: Relay
) -> None:
    answer = await send(notify, seller=None)

    assert (answer.status_code, answer.json()["type"].rpartition(":")[2]) == (409, "no_sender_address")
    assert relay.accepted == []


async def test_a_text_with_a_mistake_is_not_sent(notify: Notify, relay: Relay) -> None:
    answer = await send(notify, sources=OWN | {"html": "<p>{{ invoice.totl }}</p>"})

    (error,) = answer.json()["errors"]
    assert (error["field"], error["line"], error["column"]) == ("html", 1, 7)
    assert relay.accepted == []


async def test_a_letter_comes_with_its_pdf(notify: Notify, relay: Relay) -> None:
    await send(notify, as_letter=True)

    (pdf,) = relay.mails[0].iter_attachments()
    assert (pdf.get_filename(), pdf.get_content_type()) == ("first-reminder.pdf", "application/pdf")
    assert pdf.get_content().startswith(b"%PDF-")


async def test_a_relay_that_asks_to_wait_leaves_the_key_free(notify: Notify, relay: Relay) -> None:
    relay.will("RCPT", "450 later")
    later = await send(notify)
    again = await send(notify)

    assert (later.status_code, later.json()["type"].rpartition(":")[2]) == (503, "relay_deferred")
    assert again.json()["status"] == "sent"
    assert len(relay.accepted) == 1


async def test_what_the_relay_refuses_or_leaves_open_is_said_and_not_sent_again(notify: Notify, relay: Relay) -> None:
    relay.will("RCPT", "550 nobody here")
    refused = (await send(notify, "refused")).json()
    relay.will("CONTENT", Drop())
    silent = (await send(notify, "silent")).json()

    assert (refused["status"], "nobody here" in refused["reason"]) == ("failed", True)
    assert silent["status"] == "uncertain"
    assert (await send(notify, "silent")).json() == silent
    assert len(relay.accepted) == 1


async def test_a_test_whose_process_died_is_uncertain_once_its_lease_is_over(notify: Notify, relay: Relay) -> None:
    relay.will("CONTENT", Hang())
    under_way = asyncio.create_task(send(notify))
    while True:
        async with notify.sessions() as session:
            if await session.get(Trial, ("demo", "anne", "once")):
                break
        await asyncio.sleep(0.01)
    assert (await send(notify)).json()["type"].endswith(":in_progress")
    under_way.cancel()
    async with notify.sessions() as session, session.begin():
        trial = await session.get(Trial, ("demo", "anne", "once"))
        assert trial is not None
        assert trial.status is TrialStatus.SENDING
        trial.lease_until = trial.lease_until.replace(year=2020)

    assert (await send(notify)).json()["status"] == "uncertain"
    assert relay.accepted == []
