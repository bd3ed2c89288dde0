"""The address shows in the window of a French DL envelope, and nothing else does."""

import pytest

from tests.services.notify.actions.speaking import Notify, Words, a_context, words_of

A_LONG_ONE = {
    "name": "Société d’exploitation des établissements Lefèvre et fils",
    "address": {
        "lines": ["Bâtiment C, escalier 4", "Zone des Prés Verts", "Chemin du Moulin", "CS 41234", "B1"],
        "postal_code": "6900",
        "city": "Saint-Rémy-en-Bouzemont",
        "country": "BE",
    },
}


def in_window(words: Words) -> bool:
    """What the window can show wherever the folded sheet has slid to."""
    return words.left > 90 and 44 < words.baseline < 91


def always_shows(words: Words) -> bool:
    """What shows however the folded sheet (210 x 99 mm) lies in the envelope (220 x 110 mm)."""
    return 100 <= words.left <= 190 and 55 + 2 <= words.baseline <= 79 - 0.5


async def window_of(notify: Notify, **contact: object) -> list[Words]:
    outcome = await notify.prepared(context=a_context(contact=dict(contact)))
    return [words for words in words_of(await notify.pdf(outcome)) if in_window(words)]


async def test_the_window_shows_the_address_and_nothing_else(notify: Notify) -> None:
    window = await window_of(notify)

    assert [words.text for words in window] == ["Garage Lefèvre & Fils", "12, rue des Ateliers", "69003 Lyon"]
    assert all(always_shows(words) for words in window)
    assert {round(words.left) for words in window} == {110}


@pytest.mark.parametrize("lines", [1, 3, 4])
async def test_up_to_six_lines_always_show(notify: Notify, lines: int) -> None:
    address = {"lines": ["Bâtiment des Grands Ateliers du Sud-Est"] * lines, "postal_code": "69003", "city": "Lyon"}
    window = await window_of(notify, address=address | {"country": "FR"})

    assert len(window) == lines + 2
    assert all(always_shows(words) for words in window)


async def test_a_foreign_address_of_eight_lines_is_printed_smaller(notify: Notify) -> None:
    window = await window_of(notify, **A_LONG_ONE)

    assert window[0].text.startswith("Société d’exploitation")
    assert window[-1].text == "BELGIQUE"
    assert window[-2].text == "6900 Saint-Rémy-en-Bouzemont"
    assert len(window) == 8
    assert all(always_shows(words) for words in window)
