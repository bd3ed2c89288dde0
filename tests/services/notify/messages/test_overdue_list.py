"""The overdue list: what its reader gets, in their language, and what is kept of it."""

import base64
import re
from typing import Any

import pytest

from chassis.auth import Role
from contracts.parties import Language
from services.notify.rendering.samples import Sample, sample_context
from tests.services.notify.conftest import Notify
from tests.services.notify.relays import Relay
from tests.services.notify.requests import NOON

FILE = "\ufeffNuméro;Client\r\nF-2026-00042;Garage Lefèvre\r\n".encode()
KEY = "overdue-list:0197f3c2-0000-7000-8000-000000000042:2026-02-09"


def a_list(
    language: Language = Language.FRENCH, *, sample: Sample = Sample.PROFESSIONAL, **changes: Any
) -> dict[str, Any]:
    context = sample_context("overdue_list", sample, language).model_dump(mode="json") | changes
    file = {"filename": "en-retard.csv", "content_type": "text/csv", "content": base64.b64encode(FILE).decode()}
    return {
        "key": KEY,
        "template": "overdue-list",
        "recipient": "anne@atelier-brun.example",
        "recipient_name": "Anne Brun",
        "context": context,
        "at": NOON.isoformat(),
        "attachments": [file] if context["has_file"] else [],
    }


def words_of(relay: Relay, kind: str = "plain") -> str:
    """On one line, with plain spaces."""
    (mail,) = relay.mails
    body = mail.get_body((kind,))
    assert body is not None
    return " ".join(re.sub("<[^>]+>", " ", str(body.get_content())).split())


async def test_a_reader_of_french_gets_figures_tables_and_the_file(notify: Notify, relay: Relay) -> None:
    answer = (await notify.send(a_list())).json()

    assert answer["status"] == "sent"
    (mail,) = relay.mails
    assert (mail["To"], mail["Content-Language"]) == ("Anne Brun <anne@atelier-brun.example>", "fr")
    assert mail["Subject"] == "En retard au 9 février 2026\xa0: 8\u202f234,50\xa0€ sur 3 factures"
    for words in (words_of(relay), words_of(relay, "html")):
        assert "8 234,50 €" in words
        assert "3 factures de 2 clients" in words
        assert "Dont 1 234,50 €, sur 1 facture, en retard depuis les sept derniers jours." in words
        assert words.index("Kowalski GmbH 7 000,00 €") < words.index("Garage Lefèvre")
        assert "F-2025-00117 Kowalski GmbH 117 4 500,00 €" in words
        assert "jusqu’au 10 août 2026" in words
    assert "https://relance.example/receivables" in words_of(relay)
    (file,) = mail.iter_attachments()
    assert (file.get_filename(), file.get_content_type(), file.get_payload(decode=True)) == (
        "en-retard.csv",
        "text/csv",
        FILE,
    )


async def test_a_reader_of_english_gets_english(notify: Notify, relay: Relay) -> None:
    await notify.send(a_list(Language.ENGLISH))

    assert relay.mails[0]["Subject"] == "Overdue on 9 February 2026: €8,234.50 on 3 invoices"
    for words in (words_of(relay), words_of(relay, "html")):
        assert "€8,234.50 is overdue, on 3 invoices of 2 customers." in words
        assert "F-2026-00042 Garage Lefèvre" in words
        assert "4 €1,234.50" in words
        assert "It comes every week until 10 August 2026" in words


@pytest.mark.parametrize(
    ("language", "subject", "said"),
    [
        (Language.FRENCH, "Rien n’est en retard au 9 février 2026", "Au 9 février 2026, rien n’est en retard."),
        (Language.ENGLISH, "Nothing is overdue on 9 February 2026", "On 9 February 2026, nothing is overdue."),
    ],
)
async def test_it_says_so_when_nothing_is_overdue(
    notify: Notify, relay: Relay, language: Language, subject: str, said: str
) -> None:
    seller = sample_context("overdue_list", Sample.PROFESSIONAL, language).model_dump(mode="json")["seller"]
    await notify.send(a_list(language, sample=Sample.BARE, seller=seller))

    (mail,) = relay.mails
    assert mail["Subject"] == subject
    assert said in words_of(relay)
    assert said in words_of(relay, "html")
    assert not list(mail.iter_attachments())


async def test_amounts_of_two_currencies_stand_side_by_side(notify: Notify, relay: Relay) -> None:
    (euros,) = a_list()["context"]["amounts"]
    dollars = euros | {"currency": "USD", "total": "300.00", "days_over_90": "0.00", "invoices": 2, "newly": "0.00"}
    await notify.send(a_list(Language.ENGLISH, amounts=[euros, dollars]))

    assert relay.mails[0]["Subject"] == "Overdue on 9 February 2026: 5 invoices"
    assert "€8,234.50 + US$300.00 is overdue, on 5 invoices" in words_of(relay)
    assert "Over 90 days €4,500.00 Of it" in words_of(relay)


@pytest.mark.parametrize("language", Language)
async def test_the_list_leaves_however_many_currencies_are_overdue(
    notify: Notify, relay: Relay, language: Language
) -> None:
    (euros,) = a_list()["context"]["amounts"]
    codes = "EUR USD GBP CHF CAD AUD SEK NOK DKK PLN CZK RON BRL TRY MAD AED SAR QAR ILS CNY".split()
    amounts = [euros | {"currency": code, "total": "123456789.00"} for code in codes]

    assert (await notify.send(a_list(language, amounts=amounts))).json()["status"] == "sent"
    assert relay.mails[0]["Subject"].endswith((": 60 factures", ": 60 invoices"))


async def test_names_are_escaped_where_html_is(notify: Notify, relay: Relay) -> None:
    wicked = "<img src=x onerror=alert(1)>"
    (invoice, *_) = a_list()["context"]["invoices"]
    await notify.send(a_list(invoices=[invoice | {"customer_name": wicked}]))

    (mail,) = relay.mails
    html, text = mail.get_body(("html",)), mail.get_body(("plain",))
    assert html is not None
    assert text is not None
    assert "&lt;img src=x onerror=alert(1)&gt;" in html.get_content()
    assert "<img" not in html.get_content()
    assert wicked in text.get_content()


async def test_the_same_day_twice_is_one_mail(notify: Notify, relay: Relay) -> None:
    first = (await notify.send(a_list())).json()
    again = (await notify.send(a_list(reader="Somebody else"))).json()

    assert again == first
    assert len(relay.accepted) == 1


async def test_it_is_of_no_customer_and_its_body_is_not_kept(notify: Notify) -> None:
    """Whoever it names may be erased one day, and would stand in it for ever."""
    await notify.send(a_list())

    (line,) = (await notify.call("GET", "/messages", Role.COLLECTOR)).json()["items"]
    message = (await notify.call("GET", f"/messages/{line['id']}", Role.COLLECTOR)).json()
    assert (line["customer_id"], line["invoice_id"], line["reference"]) == (None, None, "2026-02-09")
    assert (message["text"], message["html"]) == ("", "")
    assert message["attachments"][0]["filename"] == "en-retard.csv"
    assert message["sha256"]


async def test_what_is_put_off_keeps_no_body_either(notify: Notify, relay: Relay) -> None:
    relay.will("DATA", "451 4.3.0 try later")
    assert (await notify.send(a_list())).status_code == 503

    (line,) = (await notify.call("GET", "/messages?status=pending", Role.COLLECTOR)).json()["items"]
    message = (await notify.call("GET", f"/messages/{line['id']}", Role.COLLECTOR)).json()
    assert (message["text"], message["html"]) == ("", "")
    assert (await notify.send(a_list())).json()["status"] == "sent"
    assert "8 234,50 €" in words_of(relay)


async def test_a_text_of_their_own_puts_the_tables_where_they_want(notify: Notify, relay: Relay) -> None:
    own = {
        "subject": "{{ overdue.invoice_count }}",
        "text": "{{ overdue.invoices }}",
        "html": "<h1>{{ seller.name }}</h1>{{ overdue.late_payers }}",
    }
    saved = await notify.call("PUT", "/templates/overdue-list/fr", Role.ADMIN, json=own)
    assert saved.status_code == 200, saved.text

    await notify.send(a_list())

    assert words_of(relay, "html").startswith("Atelier Brun Client En retard Kowalski GmbH")
    (mail,) = relay.mails
    text = mail.get_body(("plain",))
    assert text is not None
    lines = text.get_content().splitlines()
    assert lines[0].split() == ["Facture", "Client", "Retard", "(j)", "Reste", "dû"]
    assert len({len(line) for line in lines[1:4]}) == 1


@pytest.mark.parametrize("path", ["/letters", "/tasks"])
async def test_a_list_is_no_letter_and_no_call(notify: Notify, path: str) -> None:
    body = a_list() | {"assignee": "anne", "due_on": "2026-02-09"}
    kept = ("key", "context", "at", "template", *(("assignee", "due_on") if path == "/tasks" else ()))
    answer = await notify.call("POST", path, Role.SERVICE, json={name: body[name] for name in kept})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"].startswith("context")
