"""What a mise en demeure says to whom, in both languages."""

import pytest

from contracts.parties import Language
from services.notify.rendering.samples import Sample
from tests.services.notify.actions.speaking import Notify, a_context, text_of

NOT_PROFESSIONAL = (Sample.CONSUMER, Sample.NON_PROFESSIONAL)


async def letter_to(notify: Notify, sample: Sample, language: Language) -> str:
    return text_of(await notify.pdf(await notify.prepared(context=a_context(sample, language=language))))


@pytest.mark.parametrize("sample", [Sample.PROFESSIONAL, *NOT_PROFESSIONAL])
async def test_everybody_reads_the_debt_the_delay_and_the_consequence(notify: Notify, sample: Sample) -> None:
    text = await letter_to(notify, sample, Language.FRENCH)

    for words in (
        "Mise en demeure de payer",
        "mettons en demeure",
        "F-2026-00042",
        "1er janvier 2026",
        "31 janvier 2026",
        "Principal restant dû 1 234,50 €",
        "huit jours à compter de la réception",
        "IBAN FR14 2004 1010 0505 0001 3M02 606, BIC PSSTFRPPXXX",
        "article 1344 du Code civil",
        "article 1344-1",
        "nous nous réservons le droit de saisir la juridiction compétente",
        "Atelier Brun, créancier",
        "Nantes, le 1er avril 2026",
        "RCS Nantes 732 829 320",
    ):
        assert words in text


async def test_a_professional_reads_of_penalties_and_of_the_indemnity(notify: Notify) -> None:
    text = await letter_to(notify, Sample.PROFESSIONAL, Language.FRENCH)

    assert "pénalités de retard à compter du 1er février 2026" in text
    assert "indemnité forfaitaire de 40 € pour frais de recouvrement (article D441-5)" in text
    assert "ne s’ajoutent pas à l’intérêt au taux légal" in text


@pytest.mark.parametrize("sample", NOT_PROFESSIONAL)
@pytest.mark.parametrize("language", list(Language))
async def test_nobody_else_is_asked_for_penalties_or_costs(notify: Notify, sample: Sample, language: Language) -> None:
    text = await letter_to(notify, sample, language)

    for forbidden in ("40 €", "€40", "40,00", "L441", "D441", "pénalité", "indemnité", "penalt", "indemnity"):
        assert forbidden not in text
    assert "Aucuns frais de recouvrement" in text or "not asked for any recovery costs" in text


async def test_an_english_reader_gets_the_same_in_english(notify: Notify) -> None:
    text = await letter_to(notify, Sample.PROFESSIONAL, Language.ENGLISH)

    for words in (
        "formal notice (mise en demeure)",
        "€1,234.50",
        "eight days",
        "article 1344",
        "article 1344-1",
        "€40",
        "31 January 2026",
        "order for payment (injonction de payer)",
    ):
        assert words in text


async def test_a_part_already_paid_is_told(notify: Notify) -> None:
    text = await letter_to(notify, Sample.BARE, Language.FRENCH)

    assert "demeure en partie impayée" in text
    assert "Montant TTC 1 234,50 €" in text
    assert "Déjà réglé ou crédité 400,00 €" in text
    assert "Principal restant dû 834,50 €" in text
