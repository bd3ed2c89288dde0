"""Letters that were not posted on their day: where they are found, and that what is refused about them is said."""

from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest

from services.console.pages.letters.api import SHOWN
from services.notify.letters import store
from services.notify.letters.domain import close, withdraw
from services.notify.letters.models import Letter, WithdrawalCause
from services.notify.letters.store import letter_of
from tests.services.console.browser import Browser, forms_of, hidden_fields, words_of
from tests.services.console.place import Place

pytestmark = pytest.mark.prints

WAITING = "/letters?status=prepared"


async def a_letter(place: Place, name: str, day: str) -> str:
    place.at("2026-01-05")
    invoice = await place.owes(name, due="2026-01-12")
    place.at(day)
    return str((await place.writes(invoice))["evidence"]["letter_id"])


async def copies(place: Place, letter: str, count: int) -> None:
    async with place.notify.state.sessions() as session, session.begin():
        row = (await letter_of(session, "demo", UUID(letter))).model_dump()
        session.add_all(Letter(**row | {"id": uuid4(), "key": f"copy:{number}"}) for number in range(count))


def path_of_tile(today: Any, label: str) -> str:
    return str(today.text.partition(f"{label}</a>")[0].rpartition('href="')[2].partition('"')[0])


async def test_letters_of_earlier_days_are_found_where_those_of_the_day_are(signed_in: Browser, place: Place) -> None:
    late = await a_letter(place, "Too late for the post", "2026-03-12")
    await a_letter(place, "Of today", "2026-03-16")
    await a_letter(place, "Of tomorrow", "2026-03-17")
    place.at("2026-03-16")

    page = await signed_in.get("/letters")

    of_day, _, earlier = words_of(page.text).partition("Of earlier days, still to post")
    assert ("Of today" in of_day, "Too late for the post" in of_day) == (True, False)
    assert ("Of today" in earlier, "Too late for the post" in earlier, "Of tomorrow" in earlier) == (False, True, False)
    assert 'href="/letters?day=2026-03-12"' in page.text
    answer = await signed_in.send(page, f"/letters/{late}/posted", tracking_number="1A 1")
    assert answer.headers["location"] == "/letters?day=2026-03-16"
    assert "Of earlier days" not in words_of((await signed_in.get("/letters")).text)


async def test_today_counts_the_letters_that_its_link_shows(signed_in: Browser, place: Place) -> None:
    letters = [await a_letter(place, f"Customer {day}", f"2026-03-{day}") for day in (10, 12, 16)]
    today = await signed_in.get("/today")
    assert "3 Letters to post" in words_of(today.text)
    path = path_of_tile(today, "Letters to post")

    page = await signed_in.get(path)
    assert [f"/letters/{letter}/posted" in page.text for letter in letters] == [True, True, True]
    answer = await signed_in.send(page, f"/letters/{letters[0]}/posted")

    assert answer.headers["location"] == path == WAITING
    left = (await signed_in.get(path)).text
    assert [f"/letters/{letter}/pdf" in left for letter in letters] == [False, True, True]
    assert "2 Letters to post" in words_of((await signed_in.get("/today")).text)


async def test_more_letters_than_a_page_holds_are_shown_page_by_page(signed_in: Browser, place: Place) -> None:
    await copies(place, await a_letter(place, "Many", "2026-03-16"), SHOWN)
    await a_letter(place, "Of the next day", "2026-03-17")

    day = await signed_in.get("/letters")
    first = await signed_in.get(WAITING)
    more = first.text.partition(">Show more<")[0].rpartition('href="')[2].partition('"')[0].replace("&amp;", "&")
    second = await signed_in.get(more)

    assert f'href="{WAITING}">Show all that wait' in day.text
    assert [each.text.count("/posted") for each in (first, second)] == [SHOWN, 2]


@pytest.mark.parametrize("path", ["/letters", WAITING])
async def test_a_letter_that_cannot_be_posted_any_more_says_why(signed_in: Browser, place: Place, path: str) -> None:
    letter = await a_letter(place, "Paid meanwhile", "2026-03-16")
    page = await signed_in.get(path)
    async with place.notify.state.sessions() as session, session.begin():
        close(await letter_of(session, "demo", UUID(letter)), "Paid.", now=place.office.now)

    answer = await signed_in.send(page, f"/letters/{letter}/posted", tracking_number="1A 1")

    assert answer.status_code == 422
    assert "This letter was withdrawn, since what is owed or its due date changed meanwhile." in words_of(answer.text)


async def sent_by_the_script(browser: Browser, page: httpx2.Response, path: str, **fields: str) -> httpx2.Response:
    headers = {"origin": str(browser.client.base_url).rstrip("/"), "hx-request": "true", "hx-boosted": "true"}
    return await browser.client.post(path, data=hidden_fields(page.text, path) | fields, headers=headers)


async def test_what_the_script_sends_is_answered_with_what_takes_the_place_of_the_form(
    signed_in: Browser, place: Place
) -> None:
    letter = await a_letter(place, "Of today", "2026-03-16")
    path = f"/letters/{letter}/posted"
    page = await signed_in.get("/letters")

    refused = await sent_by_the_script(signed_in, page, path, tracking_number="1" * 41)
    posted = await sent_by_the_script(signed_in, page, path, tracking_number="1A 1")
    again = await sent_by_the_script(signed_in, page, path, tracking_number="1A 2", once="another")

    assert (refused.status_code, posted.status_code, again.status_code) == (422, 200, 422)
    assert [form.action for form in forms_of(refused.text)] == [path]
    assert f'value="{"1" * 41}"' in refused.text
    assert words_of(posted.text) == "Posted 1A 1"
    assert "This letter was posted already." in words_of(again.text)


async def test_no_letter_to_post_is_said(signed_in: Browser) -> None:
    assert "No letter waits to be posted." in words_of((await signed_in.get(WAITING)).text)


async def test_a_letter_that_asks_for_what_was_paid_waits_for_a_decision(signed_in: Browser, place: Place) -> None:
    letter = await a_letter(place, "Paid in part", "2026-03-12")
    async with place.notify.state.sessions() as session, session.begin():
        row = await letter_of(session, "demo", UUID(letter))
        withdraw(row, WithdrawalCause.LESS_OWED, "Less is owed.", now=place.office.now)
    place.at("2026-03-16")

    for path in ("/letters", WAITING, "/letters?day=2026-03-12"):
        page = words_of((await signed_in.get(path)).text)
        assert page.count("It asks for more than is owed now. Decide whether another letter goes.") == 1
        assert ("Withdrawn, to decide on" in page) == (path != "/letters?day=2026-03-12")


async def test_a_day_with_very_many_letters_is_printed_part_by_part(
    signed_in: Browser, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "MOST_LETTERS", 2)
    for name in ("One", "Two"):
        await a_letter(place, name, "2026-03-16")
    assert 'href="/letters/print/2026-03-16"' in (await signed_in.get("/letters")).text

    await a_letter(place, "Three", "2026-03-16")
    page = await signed_in.get("/letters")
    printed = await signed_in.get("/letters/print/2026-03-16?part=2")

    assert "Print part 1 of 2" in words_of(page.text)
    assert 'href="/letters/print/2026-03-16?part=2"' in page.text
    assert 'href="/letters/print/2026-03-16"' not in page.text
    assert printed.content.startswith(b"%PDF")
