"""Whoever reads French meets no English: on no page, in no refusal, whatever the services say."""

import csv
import re
from io import StringIO
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from contracts.parties import Language
from contracts.receivable import ReceivableStatus
from services.billing.receivables.export import STATUSES
from services.console.web.catalogues import read_catalogue
from services.console.web.problems import OF_FIELD, OF_KIND, WORDS
from services.console.web.words import word_of
from tests.services.console.browser import Browser, words_of
from tests.services.console.place import Place
from tests.services.console.quoting import a_draft, a_sent
from tests.services.console.test_quotes import quotes as quotes  # the service of quotes, as a fixture

ENGLISH = re.compile(
    r"\b(the|this|that|is|are|was|were|been|of|and|with|has|have|for|from|to|not|by|please|expected|must|should)\b",
    re.I,
)
"""Words that every English sentence has some of, and no French one."""
TRANSLATED = {
    str(message.id): str(message.string)
    for message in read_catalogue(Language.FRENCH)
    if message.id and isinstance(message.id, str) and message.id != message.string
}


@pytest.fixture
async def reader(browser: Browser, place: Place) -> Browser:
    place.identity.preferences["admin@demo.example"] = {"language": "fr"}
    await browser.sign_in()
    return browser


def english_in(answer: httpx2.Response) -> list[str]:
    """The pieces of English that a person would read, in texts and in what is read out."""
    html = re.sub(
        r"<(option|select|blockquote|textarea|span|pre|code)\b[^>]*lang=.*?</\1>", " ", answer.text, flags=re.S
    )
    pieces = [piece.strip() for piece in re.split(r"<[^>]+>", re.sub(r"<(script|style).*?</\1>", "", html, flags=re.S))]
    pieces += re.findall(r'(?:aria-label|title|placeholder|alt)="([^"]+)"', html)
    return sorted({piece for piece in pieces if piece and (ENGLISH.search(piece) or piece in TRANSLATED)})


async def some_months(place: Place) -> tuple[Any, Any]:
    """An invoice that has seen much, and a payment that waits."""
    place.at("2026-01-05")
    late = await place.owes("Café du Port", due="2026-01-12")
    place.at("2026-01-20")
    await place.steps(late, recipient="compta@client.example", message_id="<1@relance>", relay="250")
    await place.pays(late, "200.00", "VIR-1")
    await place.pays(None, "77.00", "VIR-2")
    place.at("2026-02-23")
    task = await place.calls(late, due="2026-02-23")
    await place.writes(late)
    cases = f"/cases/{late['id']}"
    await place.ask(place.dunning, "POST", f"{cases}/pause", {"kind": "paused", "until": "2026-03-01T08:00:00Z"})
    await place.ask(place.dunning, "POST", f"{cases}/resume", {"note": "Rappel fait"})
    await place.ask(place.dunning, "POST", f"{cases}/promise", {"date": "2026-03-02", "amount": "20.00"})
    return late, task


@pytest.mark.prints
async def test_no_page_in_french_says_anything_in_english(reader: Browser, place: Place, quotes: FastAPI) -> None:
    late, _ = await some_months(place)
    draft = await a_draft(place, quotes)
    sent, public = await a_sent(place, quotes)
    await place.office.do("POST", f"/customers/{late['customer_id']}/comments", {"text": "Rappeler mardi"})
    await place.ask(place.dunning, "POST", "/scenarios", {"name": "Relance ferme", "key": "firm", "ready_made": "firm"})
    await place.ask(place.dunning, "POST", "/scenarios", {"name": "Vide", "key": "empty"})
    await place.ask(place.dunning, "PUT", "/scenarios/standard/draft/name", {"name": "Relance habituelle"})
    await reader.send(await reader.get("/receivables"), "/receivables/overdue-list", weekday="0", hour="8")
    paths = (
        *("/today", "/receivables", "/receivables?scope=all", "/receivables?q=zzz", "/customers", "/customers?q=zzz"),
        *("/tasks", "/tasks?when=all", "/tasks/calendar", "/letters", "/letters?day=2020-01-01"),
        *("/payments", "/payments?status=unallocated", "/payments/VIR-2/allocate", "/payments/proposals?q=zzz"),
        *(f"/invoices/{late['id']}", f"/customers/{late['customer_id']}", f"/customers/{late['customer_id']}/said"),
        *("/quotes", "/quotes/new", f"/quotes/{draft['id']}", f"/quotes/{draft['id']}/edit", f"/quotes/{sent['id']}"),
        *(
            "/scenarios",
            "/scenarios/-/new",
            "/scenarios/-/import",
            "/scenarios/standard",
            "/scenarios/standard?step=call",
        ),
        *("/scenarios/standard/versions", "/scenarios/standard/publish", "/scenarios/standard/preview"),
        *(f"/scenarios/standard/preview?invoice={late['id']}", "/scenarios/firm", "/scenarios/firm?step=call"),
        *("/scenarios/firm/publish", "/scenarios/empty", "/scenarios/empty/preview", "/scenarios/empty/publish"),
        *("/templates", "/templates/new", "/templates/call/fr", "/templates/quote/fr", "/templates/quote/fr/versions"),
        *("/templates/formal-notice/fr", "/templates/own/fr?about=receivable", "/templates/overdue-list/fr"),
        "/people/overdue-lists",
        *(public, "/q/unknown", "/nothing", "/customers/not-an-id"),
    )

    found = {path: english for path in paths if (english := english_in(await reader.get(path)))}

    assert found == {}


async def test_a_credited_invoice_is_told_in_french_and_so_is_the_file_of_receivables(
    reader: Browser, place: Place
) -> None:
    place.at("2026-01-05")
    credited, open_one = [await place.owes(due="2026-01-12") for _ in range(2)]
    await place.pays(credited, "100.00", "VIR-1")
    note = await place.office.do("POST", f"/invoices/{credited['id']}/credit", {"reason": "Erreur de saisie"})
    await place.follow(credited["id"])
    place.at("2026-01-20")

    pages = [await reader.get(f"/invoices/{each['id']}") for each in (credited, note)]
    file = await reader.get("/receivables/export?scope=all")

    assert [english_in(page) for page in pages] == [[], []]
    assert f"Avoir {note['number']}" in words_of(pages[0].text)
    assert "credit note" not in words_of(pages[0].text).lower()
    _, *rows = csv.reader(StringIO(file.content.decode("utf-8-sig")), delimiter=";")
    assert sorted((row[0], row[4], row[-1]) for row in rows) == [
        (credited["number"], "", "Avoir émis"), (open_one["number"], "8", "Ouverte"),
    ]  # fmt: skip


@pytest.mark.parametrize("language", Language)
def test_the_file_of_receivables_says_what_the_pages_say(language: Language) -> None:
    catalogue = read_catalogue(language)
    for status in ReceivableStatus:
        assert STATUSES[language][status] == catalogue[word_of(status)].string


@pytest.mark.prints
async def test_no_refusal_in_french_is_said_in_english(reader: Browser, place: Place, quotes: FastAPI) -> None:
    late, task = await some_months(place)
    draft = await a_draft(place, quotes)
    invoice, customer = f"/invoices/{late['id']}", f"/customers/{late['customer_id']}"
    asked = (
        ("/payments", "/payments", {"q": "x" * 40, "amount": "douze", "received_on": "hier", "method": "troc"}),
        ("/payments", "/payments", {"q": "F", "amount": "1", "received_on": "1850-01-01", "method": "cheque"}),
        (invoice, f"{invoice}/pause", {"until": "2020-01-01"}),
        (invoice, f"{invoice}/promise", {"until": "2020-01-01"}),
        (invoice, f"{invoice}/due-date", {"due_date": "2020-01-01", "reason": "Accord"}),
        (invoice, f"{invoice}/dispute", {"note": ""}),
        (invoice, f"{invoice}/payment", {"amount": "9" * 14, "received_on": "2026-01-05", "method": "cheque"}),
        ("/receivables", "/receivables/overdue-list", {"weekday": "9", "hour": ""}),
        (customer, f"{customer}/comments", {"text": "x\0"}),
        (customer, f"{customer}/comments", {"text": ""}),
        ("/tasks", f"/tasks/{task['evidence']['task_id']}", {"outcome": "promised", "promised_on": "2020-01-01"}),
        (f"/quotes/{draft['id']}", f"/quotes/{draft['id']}/stage", {"stage": "nowhere"}),
        ("/templates/call/fr", "/templates/call/fr", {"subject": "a", "text": "{{ invoice.totl }} {% if %}"}),
        ("/templates/call/fr", "/templates/call/fr", {"subject": "", "text": "{{ today + 1 }}"}),
        ("/templates/call/fr", "/templates/call/fr", {"subject": "a", "text": "{% include '/etc/passwd' %}"}),
        ("/templates/new", "/templates/new", {"key": "Été", "about": "nothing"}),
        ("/scenarios/-/new", "/scenarios/-/new", {"name": ""}),
        ("/scenarios/-/new", "/scenarios/-/new", {"name": "Autre", "start": "ready:rien"}),
        ("/scenarios/-/import", "/scenarios/-/import", {"text": "key: x\nname: x\nsteps: [{key: a, days: dix}]"}),
        ("/scenarios/standard?step=call", "/scenarios/standard/steps/call", {"offset": "dix", "kind": "troc"}),
        ("/scenarios/standard?step=call", "/scenarios/standard/steps/call", {"offset": "9", "kind": "email"}),
        ("/scenarios/standard", "/scenarios/standard/name", {"name": "x" * 201}),
        ("/scenarios/standard/publish", "/scenarios/standard/publish", {"cases": "keep"}),
    )
    found = {}
    for page, path, typed in asked:
        answer = await reader.send(await reader.get(page), path, **typed)
        assert answer.status_code == 422, (path, typed, words_of(answer.text))
        assert re.search(r'class="wrong"|role="alert">(?!\s*Votre session)', answer.text), (path, typed)
        if english := english_in(answer):
            found[path] = english
    assert found == {}


@pytest.mark.parametrize("words", [WORDS, OF_KIND, OF_FIELD])
def test_every_refusal_has_french_words(words: dict[str, str]) -> None:
    for code, sentence in words.items():
        assert TRANSLATED[sentence], code
        assert not ENGLISH.search(TRANSLATED[sentence]), code


def test_no_french_sentence_of_the_catalogue_is_english() -> None:
    left = {said: french for said, french in TRANSLATED.items() if ENGLISH.search(french)}
    assert left == {}
