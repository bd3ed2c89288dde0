"""What is written quickly is written as the libraries write it that are asked once."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from babel.dates import format_datetime
from babel.numbers import format_currency
from hypothesis import given
from hypothesis import strategies as st

from contracts.currencies import CURRENCIES, WITHOUT_CENTS
from contracts.parties import Language
from services.console.pages.receivables.asking import in_any_language
from services.console.web.assets import Assets
from services.console.web.formats import FORMATS
from services.console.web.links import tel
from services.console.web.rendering import Renderer
from services.console.web.words import WORDS

AMOUNTS = [
    Decimal(text) for text in "0 -0.00 0.005 1.5 2.5 -12.34 999.995 1234.56 -1234567.891 9999999999999.99".split()
]


@pytest.mark.parametrize("language", Language)
def test_every_amount_of_every_currency_is_written_as_babel_writes_it(language: Language) -> None:
    """But for its decimals: two, and none of a whole amount in a currency without cents."""
    formats = FORMATS[language]

    for currency in sorted(CURRENCIES):
        for amount in AMOUNTS:
            is_whole = currency in WITHOUT_CENTS and amount == amount.to_integral_value()
            written = format_currency(amount, currency, locale=formats.locale, currency_digits=is_whole)
            assert formats.money(amount, currency) == written


def test_no_cent_that_is_owed_is_hidden_and_no_third_decimal_shown() -> None:
    formats = FORMATS[Language.ENGLISH]

    assert [formats.money(Decimal(text), "XPF") for text in ("867.00", "0.47")] == ["CFPF867", "CFPF0.47"]
    assert formats.money(Decimal("10.50"), "KWD") == "KWD10.50"


@given(st.integers(0, 4_000_000_000).map(lambda second: datetime.fromtimestamp(second, UTC)))
def test_every_moment_is_written_as_babel_writes_it(value: datetime) -> None:
    for formats in FORMATS.values():
        assert formats.moment(value) == format_datetime(value, "medium", tzinfo=formats.zone, locale=formats.locale)


@given(st.decimals(-(10**12), 10**12, places=2))
def test_an_amount_is_read_as_it_was_written(amount: Decimal) -> None:
    for formats in FORMATS.values():
        assert formats.read_amount(formats.amount(amount)) == amount


def test_a_saved_view_asks_the_same_of_who_reads_another_language() -> None:
    french, english = FORMATS[Language.FRENCH], FORMATS[Language.ENGLISH]
    kept = in_any_language({"min_amount": "1 234,50", "max_amount": "douze", "q": "12,50"}, french)

    assert kept == {"min_amount": "1234.5"}
    assert in_any_language(kept, english) == kept


@pytest.mark.parametrize(
    ("written", "dialled"),
    [
        ("01 02 03 04 05", "tel:0102030405"),
        ("+33 6 12 34 56 78", "tel:+33612345678"),
        ("+33 (0)6 12 34 56 78", "tel:+33612345678"),
        ("(+33) ( 0 ) 6.12.34.56.78", "tel:+33612345678"),
        ("0033 (0)6 12 34 56 78", "tel:0033612345678"),
        ("(0)6 12 34 56 78", "tel:0612345678"),
        ("01 02 03 04 05 poste 12", "tel:0102030405"),
        ("Tél. 01 02 03 04 05", "tel:0102030405"),
        ("01 02 03 04 05 / 06 12 34 56 78", "tel:0102030405"),
        ("01-02-03-04-05; 06 12 34 56 78", "tel:0102030405"),
        ("01 02 03 04 05, +33 6 12 34 56 78", "tel:0102030405"),
    ],
)
def test_a_number_is_dialled_as_its_country_dials_it_and_without_what_stands_after_it(
    written: str, dialled: str
) -> None:
    assert tel(written) == dialled


def test_a_word_is_that_of_its_own_kind_where_two_kinds_have_a_member_of_one_value() -> None:
    renderer = Renderer(Assets())
    for language, environment in renderer.environments.items():
        for members in WORDS.values():
            for member, english in members.items():
                assert environment.filters["word"](member) == renderer.gettext(language, english)


def test_a_sentence_of_a_template_is_translated_with_its_values_escaped() -> None:
    renderer = Renderer(Assets())
    template = '{{ _("Noted: %(name)s.", name=name) }} {{ _("Save") }} {{ _("Save") | upper }}'

    read = {
        language: environment.from_string(template).render(name="<b>")
        for language, environment in renderer.environments.items()
    }

    assert read[Language.ENGLISH] == "Noted: &lt;b&gt;. Save SAVE"
    assert read[Language.FRENCH] == "C’est noté : &lt;b&gt;. Enregistrer ENREGISTRER"
