"""The print batch of a day with many letters: each letter is in one part, and stays in it."""

import re

import pytest

from services.notify.letters import store
from tests.services.notify.actions.speaking import Notify, a_context, pages_of, text_of
from tests.services.notify.actions.test_closings import close
from tests.services.notify.actions.test_reopenings import alter, reopen

DAY = "/letters/batches/2026-04-01"


@pytest.fixture(autouse=True)
def at_most_two_a_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "MOST_LETTERS", 2)


async def prepare(notify: Notify, *numbers: int, at: str = "2026-04-01T07:00:00Z") -> None:
    """A letter each, of an invoice whose number ends so, all of the same moment."""
    for number in numbers:
        facts = {"number": f"F-2026-0000{number}", "invoice_id": f"0197f3c2-0000-7000-8000-00000000000{number}"}
        await notify.prepared(key=f"letter-{number}", at=at, context=a_context(receivable=facts))


async def part(notify: Notify, number: int) -> set[int]:
    """The last figures of the numbers in it."""
    printed = await notify.get(f"{DAY}.pdf", part=str(number))
    assert printed.status_code == 200, printed.text
    return {int(found) for found in re.findall(r"F-2026-000\d(\d)", text_of(printed.content))}


async def parts(notify: Notify) -> list[set[int]]:
    count = (await notify.get(DAY)).json()["parts"]
    return [await part(notify, number + 1) for number in range(count)]


async def test_a_day_with_many_letters_is_printed_in_parts(notify: Notify) -> None:
    numbers = [f"F-2026-0000{number}" for number in (2, 1, 3, 5, 4)]
    for hour, number in enumerate(numbers):
        at = f"2026-04-01T{hour + 7:02}:00:00Z"
        facts = {"number": number, "invoice_id": f"0197f3c2-0000-7000-8000-00000000000{hour}"}
        await notify.prepared(key=number, at=at, context=a_context(receivable=facts))

    assert (await notify.get("/letters/batches/2026-04-01")).json() == {"day": "2026-04-01", "letters": 5, "parts": 3}
    parts = [await notify.get("/letters/batches/2026-04-01.pdf", part=str(part)) for part in (1, 2, 3)]
    found = [sorted(set(re.findall(r"F-2026-0000\d", text_of(part.content)))) for part in parts]
    assert found == [sorted(numbers[:2]), sorted(numbers[2:4]), numbers[4:]]
    assert [pages_of(part.content) for part in parts] == [2, 2, 1]
    assert 'filename="letters-2026-04-01-2.pdf"' in parts[1].headers["content-disposition"]
    undivided = await notify.get("/letters/batches/2026-04-01.pdf")
    assert (undivided.status_code, undivided.json()["type"]) == (409, "urn:relance:problem:batch_in_parts")
    assert "part: 1 to 3" in undivided.json()["detail"]
    assert (await notify.get("/letters/batches/2026-04-01.pdf", part="4")).status_code == 404

    await close(notify, invoice_id="0197f3c2-0000-7000-8000-000000000000")
    again = await notify.get("/letters/batches/2026-04-01.pdf", part="2")
    assert text_of(again.content) == text_of(parts[1].content)
    assert (await notify.get("/letters/batches/2026-04-01")).json()["letters"] == 4


async def test_a_letter_that_comes_back_goes_behind_those_that_were_printed(notify: Notify) -> None:
    await notify.prepared(at="2026-03-31T07:00:00Z")
    await close(notify)
    await prepare(notify, 1, 2, 3)
    printed = await part(notify, 1)
    await reopen(notify)

    assert (printed, await parts(notify)) == ({1, 2}, [{1, 2}, {2, 3}])


async def test_a_letter_that_leaves_the_day_moves_no_other(notify: Notify) -> None:
    await prepare(notify, 1, 2, 3, 4, 5, at="2026-03-31T07:00:00Z")
    first = "0197f3c2-0000-7000-8000-000000000001"
    await close(notify, invoice_id=first)
    await reopen(notify, invoice_id=first)

    assert await parts(notify) == [{1}]
    before = [await notify.get("/letters/batches/2026-03-31.pdf", part=str(number)) for number in (1, 2, 3)]
    assert [pages_of(each.content) for each in before] == [1, 2, 1]


async def test_letters_of_one_moment_have_their_places_in_the_order_in_which_they_come(notify: Notify) -> None:
    await prepare(notify, 4, 3, 2)
    assert await parts(notify) == [{3, 4}, {2}]
    await prepare(notify, 1, 5, 6)

    assert await parts(notify) == [{3, 4}, {1, 2}, {5, 6}]


async def test_a_day_of_the_release_before_is_printed_in_parts_too(notify: Notify) -> None:
    for number in range(1, 6):
        await prepare(notify, number, at=f"2026-04-01T0{number}:00:00Z")
    await alter(notify, "update letters set part = null")
    assert await parts(notify) == [{1, 2}, {3, 4}, {5}]

    await prepare(notify, 6, 7)
    assert await parts(notify) == [{1, 2}, {3, 4}, {5, 6}, {7}]


async def test_a_part_of_which_nothing_is_left_to_print_is_none(notify: Notify) -> None:
    await prepare(notify, 1, 2, 3)
    await close(notify, invoice_id="0197f3c2-0000-7000-8000-000000000003")

    assert (await notify.get(DAY)).json() == {"day": "2026-04-01", "letters": 2, "parts": 1}
    assert pages_of((await notify.get(f"{DAY}.pdf")).content) == 2
    await prepare(notify, 4)
    assert await parts(notify) == [{1, 2}, {4}]
