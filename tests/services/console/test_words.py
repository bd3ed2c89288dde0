"""Every sentence exists in every language; every fixed value and every refusal has its words."""

import ast
import string
from collections.abc import Iterator

import pytest
from babel.messages.catalog import Message

import services.billing.invoices.models
import services.billing.main
import services.billing.payments.models
import services.billing.suggestions.schemas
import services.dunning.main
import services.identity.main
import services.notify.actions.listing
import services.notify.letters.models
import services.notify.main
import services.notify.messages.models
import services.notify.rendering.jobs
import services.notify.rendering.samples
import services.notify.tasks.models
import services.notify.trials.models
import services.quotes.main
from chassis.problems import DomainError
from contracts.parties import Language
from services.console.catalogues import ROOM, collected
from services.console.peers import billing, notify, templates
from services.console.web.catalogues import read_catalogue
from services.console.web.formats import FORMATS
from services.console.web.problems import WORDS as REFUSALS
from services.console.web.words import WORDS


def sentences(language: Language) -> dict[object, Message]:
    return {message.id: message for message in read_catalogue(language) if message.id}


@pytest.mark.parametrize("language", Language)
def test_no_catalogue_misses_a_sentence_or_keeps_one_that_nobody_says(language: Language) -> None:
    said = {message.id for message in collected() if message.id}

    assert len(said) > 200
    assert set(sentences(language)) == said


def test_a_sentence_is_collected_wherever_it_is_said() -> None:
    """Inside an f-string it would not be, and every reader would meet it in English."""
    collecting = {message.id for message in collected()}
    said = {text: file.name for file in ROOM.rglob("*.py") for text in said_in(file.read_text())}

    assert len(said) > 200
    assert {text: file for text, file in said.items() if text not in collecting} == {}


def said_in(code: str) -> Iterator[str]:
    """What stands in the brackets of `say` and `mark`."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Call) and node.args and isinstance(text := node.args[0], ast.Constant):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in ("say", "mark") and isinstance(text.value, str):
                yield text.value


@pytest.mark.parametrize("language", Language)
def test_every_sentence_is_translated_with_the_same_places_for_values(language: Language) -> None:
    for said, message in sentences(language).items():
        translations = message.string if isinstance(message.string, tuple) else (message.string,)
        assert all(translations), f"{said!r} is not translated"
        originals = said if isinstance(said, tuple) else (said,)
        for translation in translations:
            assert set(places(str(translation))) == set(places(str(originals[0]))), said


def places(text: str) -> Iterator[str]:
    """The names in `%(name)s`."""
    yield from (part.partition(")")[0] for part in text.split("%(")[1:])


def test_sentences_are_french_in_french() -> None:
    same = [said for said, message in sentences(Language.FRENCH).items() if message.string == said]
    assert len(same) < 15, same


def test_every_fixed_value_has_a_word() -> None:
    for kind, words in WORDS.items():
        assert set(words) == set(kind), kind


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (billing.Because, services.billing.suggestions.schemas.Because),
        (notify.ActionKind, services.notify.actions.listing.ActionKind),
        (billing.InvoiceStatus, services.billing.invoices.models.InvoiceStatus),
        (billing.PaymentStatus, services.billing.payments.models.PaymentStatus),
        (notify.LetterStatus, services.notify.letters.models.LetterStatus),
        (notify.MessageStatus, services.notify.messages.models.MessageStatus),
        (notify.TaskStatus, services.notify.tasks.models.TaskStatus),
        (notify.CallOutcome, services.notify.tasks.models.CallOutcome),
        (templates.MistakeKind, services.notify.rendering.jobs.Mistake),
        (templates.Sample, services.notify.rendering.samples.Sample),
        (templates.TrialStatus, services.notify.trials.models.TrialStatus),
    ],
)
def test_the_console_knows_the_values_that_the_services_use(ours: type[str], theirs: type[str]) -> None:
    assert [str(value) for value in ours] == [str(value) for value in theirs]  # type: ignore[attr-defined]  # enums


WITHOUT_A_CLASS = {"payment_rejected", "malformed", "request_entity_too_large"}
NEVER_ASKED_BY_A_PAGE = {"quote_cannot_be_invoiced", "form_is_foreign", "not_a_mail", "mail_too_large"}
PASSING = {429, 503}
"""What may be tried again is said by a page of its own, whatever its code."""


def test_every_refusal_of_a_service_has_words_and_there_are_no_others() -> None:
    kinds = {kind for kind in all_kinds(DomainError) if kind.status not in PASSING and is_ours(kind)}
    codes = {code_of(kind) for kind in kinds} | WITHOUT_A_CLASS

    assert len(codes) > 60
    assert set(REFUSALS) == codes - NEVER_ASKED_BY_A_PAGE


def is_ours(kind: type[DomainError]) -> bool:
    return kind.__module__.startswith(("services.", "chassis."))


def all_kinds(kind: type[DomainError]) -> Iterator[type[DomainError]]:
    for each in kind.__subclasses__():
        yield each
        yield from all_kinds(each)


def code_of(kind: type[DomainError]) -> str:
    return "".join(f"_{c.lower()}" if c in string.ascii_uppercase else c for c in kind.__name__).lstrip("_")


@pytest.mark.parametrize(
    ("language", "typed", "amount"),
    [
        (Language.FRENCH, "1 234,50", "1234.50"),
        (Language.FRENCH, "1234.5", "1234.50"),
        (Language.FRENCH, "1 234,5", "1234.50"),
        (Language.ENGLISH, "1,234.50", "1234.50"),
        (Language.FRENCH, "1234,", "1234.00"),
        (Language.FRENCH, ",5", "0.50"),
        (Language.FRENCH, "-12,5", "-12.50"),
        (Language.FRENCH, "1 234 567,89", "1234567.89"),
        (Language.FRENCH, "1\u202f234,5", "1234.50"),
        (Language.FRENCH, "12,345", None),
        (Language.FRENCH, "1.234", None),
        (Language.FRENCH, "1.234,50", None),
        (Language.FRENCH, "12 34,50", None),
        (Language.FRENCH, "1e5", None),
        (Language.FRENCH, "", None),
        (Language.FRENCH, ",", None),
        (Language.ENGLISH, "1 234.50", "1234.50"),
        (Language.ENGLISH, "1,234", "1234.00"),
        (Language.ENGLISH, "12,50", None),
        (Language.ENGLISH, "1 234,50", None),
        (Language.ENGLISH, "1,2,3", None),
        (Language.ENGLISH, "1,234 567", None),
        (Language.ENGLISH, "1.2.3", None),
        (Language.ENGLISH, "٣", None),
        (Language.FRENCH, "douze", None),
        (Language.ENGLISH, "NaN", None),
        (Language.ENGLISH, "9,999,999,999,999.99", "9999999999999.99"),
        (Language.ENGLISH, "99999999999999", None),
    ],
)
def test_amounts_are_read_as_they_are_written_in_the_readers_country(
    language: Language, typed: str, amount: str | None
) -> None:
    read = FORMATS[language].read_amount(typed)
    assert (None if read is None else f"{read:f}") == amount
