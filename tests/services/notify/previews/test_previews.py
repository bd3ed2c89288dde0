"""A text as its reader would get it, before it is saved: as a mail, as a letter, for who is asked for."""

import io
from typing import Any

import httpx2
import pytest
from pypdf import PdfReader

from chassis.auth import Role
from contracts.parties import Language, Seller
from services.notify.messages.domain import seller_of
from services.notify.rendering.samples import Sample, sample_context
from tests.services.notify.conftest import Notify

SOURCES = {
    "subject": "{{ invoice.number }}",
    "text": "{{ customer.name }}: {{ invoice.balance }}",
    "html": "<p>{{ seller.name }}</p>",
}


async def preview(notify: Notify, key: str = "first-reminder", kind: str = "preview", **asked: Any) -> httpx2.Response:
    body = {"language": "en", "sources": SOURCES} | asked
    return await notify.call("POST", f"/templates/{key}/{kind}", Role.COLLECTOR, json=body)


def a_real_one(**changes: Any) -> dict[str, Any]:
    """What billing says of an invoice."""
    context = sample_context("receivable", Sample.BARE, Language.FRENCH).model_dump(mode="json")
    context["receivable"] |= {"number": "F-2026-00777"} | changes
    return context


def words_of(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


async def test_a_real_invoice_that_comes_with_the_request_is_shown(notify: Notify) -> None:
    shown = (await preview(notify, context=a_real_one())).json()

    assert shown == {"subject": "F-2026-00777", "text": "Kowalski GmbH: €834.50\n", "html": "<p>Atelier Brun</p>"}


async def test_a_sample_is_sold_by_who_is_named(notify: Notify) -> None:
    seller = seller_of(sample_context("receivable", Sample.BARE, Language.FRENCH)).model_dump(mode="json")
    shown = await preview(notify, seller=Seller.model_validate(seller | {"name": "Menuiserie & Cie"}).model_dump())
    both = await preview(notify, seller=seller, context=a_real_one())

    assert shown.json()["html"] == "<p>Menuiserie &amp; Cie</p>"
    assert (both.status_code, both.json()["errors"][0]["field"]) == (422, "seller")


async def test_a_text_under_a_new_key_says_what_it_is_about(notify: Notify) -> None:
    sources = {"subject": "{{ quote.number }}", "text": "a"}
    shown = await preview(notify, "own-step", sources=sources, about="quote")
    unsaid = await preview(notify, "own-step", sources=sources)
    unwritten = await notify.call(
        "POST", "/templates/own-step/preview", Role.COLLECTOR, json={"language": "fr", "about": "quote"}
    )

    assert shown.json()["subject"] == "D-2026-00012"
    assert (unsaid.status_code, unwritten.status_code) == (404, 404)


async def test_what_saving_would_refuse_is_refused_also_where_this_reader_would_not_meet_it(notify: Notify) -> None:
    text = "{% if customer.is_consumer %}\n{{ invoice.totl }} {{ nothing }}{% endif %}"
    refused = await preview(notify, sources=SOURCES | {"text": text, "html": "{{ 1 + }}"})

    assert refused.status_code == 422
    assert refused.json()["type"].endswith(":template_refused")
    places = [(each["field"], each["line"], each["column"], each["code"]) for each in refused.json()["errors"]]
    assert places == [("text", 2, 4, "unknown"), ("text", 2, 23, "unknown"), ("html", 1, 1, "syntax")]


async def test_bad_syntax_is_said_with_its_tag(notify: Notify) -> None:
    refused = await preview(notify, sources=SOURCES | {"html": "<p>\n<b>{{ step }}</b>{% if %}"})

    (error,) = refused.json()["errors"]
    assert (error["field"], error["line"], error["column"], error["length"]) == ("html", 2, 18, 8)
    assert (error["code"], error["value"]) == ("syntax", "<b>{{ step }}</b>{% if %}")


async def test_names_and_fields_never_become_a_part_of_the_mail(notify: Notify) -> None:
    nasty = '<script>alert(1)</script>{{ 7 * 7 }}"><img src=x onerror=alert(1)>'
    context = a_real_one(number=nasty)
    context["receivable"]["contact"]["name"] = nasty
    sources = {
        "subject": "{{ invoice.number }}",
        "text": "a",
        "html": "<p title='{{ customer.name }}'>{{ customer.name }}",
    }
    shown = (await preview(notify, sources=sources, context=context)).json()

    assert "<script" not in shown["html"]
    assert "<img" not in shown["html"]
    assert "{{ 7 * 7 }}" in shown["html"]
    assert "49" not in shown["html"]
    assert "&#34;&gt;&lt;img" in shown["html"]


@pytest.mark.parametrize(
    "code",
    [
        "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ self.__init__.__globals__ }}",
        "{% include '/etc/passwd' %}",
        "{% import 'os' as os %}",
        "{{ customer.name.format.__globals__ }}",
        "{{ '{0.__class__}'.format(customer) }}",
        "{% set x = invoice.balance._amount.__class__ %}{{ x }}",
    ],
)
async def test_a_shortcode_with_code_is_refused_where_it_stands(notify: Notify, code: str) -> None:
    refused = await preview(notify, sources=SOURCES | {"text": f"Bonjour,\n{code}"})

    assert refused.status_code == 422, refused.text
    (error, *_) = refused.json()["errors"]
    assert (error["field"], error["line"]) == ("text", 2)


async def test_a_letter_is_seen_as_a_pdf_before_it_is_saved(notify: Notify) -> None:
    sources = SOURCES | {"html": "<p>Nous vous mettons en demeure de payer {{ invoice.balance }}.</p>"}
    letter = await preview(notify, "formal-notice", "preview.pdf", language="fr", sources=sources, context=a_real_one())

    assert letter.headers["content-type"] == "application/pdf"
    words = words_of(letter.content)
    for said in ("mettons en demeure de payer 834,50 €", "Kowalski GmbH", "F-2026-00777", "le 9 février 2026"):
        assert said in words
    assert (await notify.call("GET", "/letters", Role.VIEWER)).json()["items"] == []


async def test_the_letter_of_a_text_with_a_mistake_or_with_an_address_to_fetch_is_refused(notify: Notify) -> None:
    wrong = await preview(notify, kind="preview.pdf", sources=SOURCES | {"text": "{{ totl }}"})
    fetching = await preview(
        notify, kind="preview.pdf", sources=SOURCES | {"html": "<img src='http://169.254.169.254/latest'>"}
    )

    assert wrong.json()["type"].endswith(":template_refused")
    assert (fetching.status_code, fetching.json()["type"].rpartition(":")[2]) == (422, "unprintable")


async def test_a_list_for_a_colleague_is_shown_as_a_mail_and_is_no_letter(notify: Notify) -> None:
    body = {"language": "en"}
    shown = await notify.call("POST", "/templates/overdue-list/preview", Role.COLLECTOR, json=body)
    letter = await notify.call("POST", "/templates/overdue-list/preview.pdf", Role.COLLECTOR, json=body)

    assert shown.json()["subject"] == "Overdue on 9 February 2026: €8,234.50 on 3 invoices"
    assert (letter.status_code, letter.json()["errors"][0]["field"]) == (422, "about")
