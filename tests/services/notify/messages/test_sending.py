"""An e-mail leaves once, with what its reader and their mail program need."""

import asyncio
from datetime import timedelta

import pytest
from sqlmodel import select

from chassis.auth import Role
from chassis.clock import real_now
from contracts.parties import Language
from services.notify.messages.models import Message
from services.notify.rendering.samples import Sample
from services.notify.settings import Settings
from tests.services.notify.conftest import Notify, running
from tests.services.notify.relays import Relay
from tests.services.notify.requests import A_PDF, INVOICE, NOON, an_email
from tests.support.lent import Pool
from tests.support.tokens import Keys


async def test_a_reminder_reaches_the_relay_before_the_answer(notify: Notify, relay: Relay) -> None:
    response = await notify.send(an_email())

    outcome = response.json()
    assert response.status_code == 200
    assert outcome["status"] == "sent"
    assert outcome["reason"] is None
    assert outcome["evidence"]["relay"] == "250 2.0.0 queued as 4F1"
    assert outcome["evidence"]["message_id"] == relay.mails[0]["Message-ID"]
    assert relay.recipients == ["compta@lefevre.example"]


async def test_the_mail_carries_text_html_and_the_invoice(notify: Notify, relay: Relay) -> None:
    await notify.send(an_email())

    (mail,) = relay.mails
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert "1\u202f234,50\xa0€" in text.get_content()
    assert html is not None
    assert 'lang="fr"' in html.get_content()
    (pdf,) = mail.iter_attachments()
    assert (pdf.get_filename(), pdf.get_content_type(), pdf.get_content()) == (
        "F-2026-00042.pdf",
        "application/pdf",
        A_PDF,
    )


@pytest.mark.parametrize("answers", [[], ["451 come back later"]])
async def test_the_link_of_a_quote_is_in_the_mail_and_in_nothing_that_is_kept(
    notify: Notify, relay: Relay, answers: list[str]
) -> None:
    link = "https://relance.example/q/uJ4xkmA0example"
    body = {"subject": "Devis {{ quote.link }}", "text": "{{ quote.link }}", "html": "{{ quote.link|upper }}"}
    path = "/templates/quote/fr"
    assert (await notify.call("PUT", path, Role.ADMIN, json=body)).status_code == 200
    relay.will("CONTENT", *answers)

    await notify.send(an_email("quote"))
    await notify.send(an_email("quote"))

    assert [mail["Subject"] for mail in relay.mails] == [f"Devis {link}"]
    assert link in relay.mails[0].get_body(("plain",)).get_content()  # type: ignore[union-attr]
    (row,) = (await notify.call("GET", "/messages", Role.COLLECTOR)).json()["items"]
    shown = (await notify.call("GET", f"/messages/{row['id']}", Role.COLLECTOR)).json()
    async with notify.sessions() as session:
        (kept,) = (await session.exec(select(Message))).all()
    assert (kept.status, kept.text) == ("sent", "https://…\n")
    assert "uj4xkma0example" not in f"{row} {shown} {kept.model_dump()}".lower()


async def test_the_mail_names_its_key_its_sender_and_that_a_program_wrote_it(notify: Notify, relay: Relay) -> None:
    notify.app.state.now = lambda: NOON
    key = f"{INVOICE}:{'s' * 60}:{'t' * 60}:12"
    await notify.send(an_email(key=key))

    (mail,) = relay.mails
    assert mail["X-Relance-Key"] == key
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["From"] == "Atelier Brun <facturation@atelier-brun.example>"
    assert mail["To"] == "Garage Lefèvre & Fils <compta@lefevre.example>"
    assert mail["Subject"] == "Facture F-2026-00042\xa0: échéance du 31 janvier 2026"
    assert mail["Date"].datetime == NOON
    assert mail["Content-Language"] == "fr"


async def test_the_same_key_again_answers_the_first_outcome_and_sends_nothing(notify: Notify, relay: Relay) -> None:
    first = (await notify.send(an_email())).json()
    again = await notify.send(an_email(template="second-reminder"))

    assert again.json() == first
    assert len(relay.accepted) == 1


async def test_twenty_requests_at_once_with_one_key_send_one_mail(
    notify_settings: Settings, keys: Keys, pool: Pool, relay: Relay
) -> None:
    """They share one loop with the relay, which is slow to answer then."""
    relay.delays["CONTENT"] = 0.2
    patient = notify_settings.model_copy(update={"smtp_timeout": 30})
    async with running(patient, keys, pool) as notify:
        responses = await asyncio.gather(*(notify.send(an_email()) for _ in range(20)))

        answers = sorted((each.status_code, each.json().get("status")) for each in responses)
        assert len(relay.accepted) == 1
        assert (200, "sent") in answers
        assert {status for status, _ in answers} <= {200, 409}
        assert (await notify.send(an_email())).json()["status"] == "sent"
        assert len(relay.accepted) == 1


async def test_a_key_of_another_organisation_is_another_key(notify: Notify, relay: Relay) -> None:
    await notify.send(an_email())
    await notify.send(an_email(), organisation="other")

    assert len(relay.accepted) == 2
    assert relay.mails[0]["Message-ID"] != relay.mails[1]["Message-ID"]


async def test_later_reminders_answer_the_first_one(notify: Notify, relay: Relay) -> None:
    for step, days_late in (("first-reminder", 9), ("second-reminder", 16), ("third-reminder", 30)):
        await notify.send(an_email(step, days_late=days_late))

    first, second, third = relay.mails
    assert first["In-Reply-To"] is None
    assert second["In-Reply-To"] == second["References"] == first["Message-ID"]
    assert third["In-Reply-To"] == first["Message-ID"]


async def test_a_reader_of_english_gets_english(notify: Notify, relay: Relay) -> None:
    await notify.send(an_email(language=Language.ENGLISH))

    assert relay.mails[0]["Subject"] == "Invoice F-2026-00042, due on 31 January 2026"


async def test_connections_are_kept_between_messages(notify: Notify, relay: Relay) -> None:
    for number in range(5):
        await notify.send(an_email(key=f"k:{number}"))

    assert len(relay.accepted) == 5
    assert relay.connections == 1


async def test_nothing_leaves_past_not_after(notify: Notify, relay: Relay) -> None:
    response = await notify.send(an_email(not_after=real_now() - timedelta(milliseconds=1)))

    assert response.status_code == 409
    assert response.json()["type"] == "urn:relance:problem:too_late"
    assert relay.accepted == []


async def test_a_relay_that_listens_too_late_gets_nothing(notify: Notify, relay: Relay) -> None:
    relay.delays["DATA"] = 0.5
    response = await notify.send(an_email(not_after=real_now() + timedelta(seconds=0.4)))

    assert response.json()["type"] == "urn:relance:problem:too_late"
    await asyncio.sleep(0.1)
    assert relay.accepted == []
    assert (await notify.send(an_email())).json()["status"] == "sent"


async def test_an_organisation_without_an_address_needs_the_setting(notify: Notify, relay: Relay) -> None:
    response = await notify.send(an_email(sample=Sample.BARE))

    assert response.status_code == 409
    assert "RELANCE_SENDER_ADDRESS" in response.json()["detail"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"template": "no-such"}, "template"),
        ({"template": "quote"}, "template"),
        ({"recipient": "nobody"}, "recipient"),
        ({"key": "a b"}, "key"),
        ({"surprise": 1}, "surprise"),
        ({"attachments": [{"filename": "a.pdf", "content": "AAAA", "content_type": "a\r\nb"}]}, "content_type"),
        ({"attachments": [{"filename": "a.eml", "content": "AAAA", "content_type": "message/rfc822"}]}, "content_type"),
        ({"attachments": [{"filename": "a\r\nb.pdf", "content": "AAAA"}]}, "attachments"),
    ],
)
async def test_a_malformed_request_is_refused_and_nothing_is_stored(
    notify: Notify, relay: Relay, changes: dict[str, object], field: str
) -> None:
    response = await notify.send(an_email() | changes)

    assert response.status_code == 422
    assert field in response.json()["errors"][0]["field"]
    assert (await notify.call("GET", "/messages", Role.VIEWER)).json()["items"] == []
    assert relay.connections == 0


async def test_names_cannot_add_headers(notify: Notify, relay: Relay) -> None:
    name = "Garage\r\nBcc: everyone@example.org"
    await notify.send(an_email(recipient_name=name))

    (mail,) = relay.mails
    assert mail["Bcc"] is None
    assert relay.recipients == ["compta@lefevre.example"]


async def test_an_address_beyond_ascii_is_written_to(notify: Notify, relay: Relay) -> None:
    await notify.send(an_email(key="k:1", recipient="hélène@lefevre.example"))
    await notify.send(an_email(key="k:2", recipient="anne@garage-lefèvre.example"))

    assert relay.recipients == ["hélène@lefevre.example", "anne@xn--garage-lefvre-5gb.example"]
    assert "<hélène@lefevre.example>" in relay.accepted[0].decode()
