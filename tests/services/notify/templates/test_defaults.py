"""The default texts: complete, in both languages, firm with professionals and free of fees for the others."""

import re

import pytest

from contracts.parties import Language
from services.notify.rendering.check import problems_of
from services.notify.rendering.jobs import Rendering
from services.notify.rendering.samples import Sample, sample_context
from services.notify.rendering.sandbox import render
from services.notify.rendering.variables import variables_of
from services.notify.templates.defaults import ABOUT, default_templates

FEES = re.compile(r"40,00|40 ?€|€ ?40|EUR 40|40 EUR|L441-10|D441-5|pénalité|penalt|indemni", re.IGNORECASE)
TO_CUSTOMERS = [key for key in ABOUT if key != "call"]


def rendered(key: str, language: Language, sample: Sample) -> Rendering:
    context = sample_context(ABOUT[key], sample, language)
    return render(default_templates()[key].sources[language], variables_of(context, language))


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("key", ABOUT)
def test_every_default_passes_the_check_of_saving(key: str, language: Language) -> None:
    assert problems_of(default_templates()[key].sources[language], ABOUT[key], language) == []


@pytest.mark.parametrize("sample", [Sample.CONSUMER, Sample.NON_PROFESSIONAL])
@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("key", TO_CUSTOMERS)
def test_nobody_but_a_professional_is_ever_told_of_fees(key: str, language: Language, sample: Sample) -> None:
    texts = rendered(key, language, sample)

    for text in (texts.subject, texts.text, texts.html):
        assert not FEES.search(text.replace("\xa0", " "))


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("key", ["second-reminder", "third-reminder", "formal-notice"])
def test_a_professional_is_told_of_penalties_and_of_the_indemnity(key: str, language: Language) -> None:
    texts = rendered(key, language, Sample.PROFESSIONAL)

    for text in (texts.text, texts.html):
        assert "L441-10" in text
        assert re.search(r"\b40\b", text)


@pytest.mark.parametrize("language", Language)
def test_the_first_reminder_speaks_of_no_fee(language: Language) -> None:
    assert not FEES.search(rendered("first-reminder", language, Sample.PROFESSIONAL).text)


@pytest.mark.parametrize("sample", Sample)
@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("key", ABOUT)
def test_texts_have_no_gap_where_something_is_unknown(key: str, language: Language, sample: Sample) -> None:
    texts = rendered(key, language, sample)

    assert "None" not in texts.text + texts.html
    assert "\n\n\n" not in texts.text
    assert not re.search(r" [,.]|\(\)|: *$", texts.subject)
    assert not re.search(r"[^\S\n]+[,.](?=\s)", texts.text)


@pytest.mark.parametrize("key", TO_CUSTOMERS)
def test_html_loads_nothing_from_outside(key: str) -> None:
    html = rendered(key, Language.FRENCH, Sample.PROFESSIONAL).html

    loaded = re.sub(r'<a href="https://relance\.example/[^"]*"', "<a", html)  # followed by the reader alone
    assert html
    assert not re.search(r"<img|<script|<link|url\(|https?://", loaded)


def test_the_mails_of_a_quote_lead_to_its_page_where_it_has_one() -> None:
    for key in ("quote", "quote-follow-up"):
        with_page, without = (rendered(key, Language.FRENCH, each) for each in (Sample.PROFESSIONAL, Sample.BARE))
        assert "https://relance.example/q/" in with_page.text
        assert '<a href="https://relance.example/q/' in with_page.html
        assert "/q/" not in without.text + without.html


def test_the_partly_paid_invoice_says_what_was_received() -> None:
    text = rendered("first-reminder", Language.FRENCH, Sample.BARE).text

    assert "Déjà réglé      400,00\xa0€" in text
    assert "Reste à régler  834,50\xa0€" in text
