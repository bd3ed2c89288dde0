"""Planned calls in a calendar program, by an address that needs no session."""

import re

import httpx2
import pytest

from tests.services.console.browser import Browser, words_of
from tests.services.console.place import Place


def address_in(text: str, place: Place) -> str:
    found = re.search(r'value="([^"]+\.ics)"', text)
    assert found, words_of(text)
    assert found[1].startswith(f"{place.url}/calendar/")
    return found[1].removeprefix(place.url)


@pytest.mark.prints
async def test_an_address_is_made_renewed_and_revoked(signed_in: Browser, place: Place) -> None:
    place.at("2026-01-05")
    invoice = await place.owes("Garage Lefèvre", due="2026-01-12")
    place.at("2026-02-23")
    await place.calls(invoice, due="2026-02-25")
    page = await signed_in.get("/tasks/calendar")

    first = address_in((await signed_in.send(page, "/tasks/calendar", assignee="")).text, place)
    told = (await as_a_program(signed_in, first)).text
    page = await signed_in.get("/tasks/calendar")
    assert ".ics" not in page.text
    second = address_in((await signed_in.send(page, "/tasks/calendar", assignee="collector")).text, place)

    assert "SUMMARY:Call Garage Lefèvre" in told
    assert "DTSTART;VALUE=DATE:20260225" in told
    assert (await as_a_program(signed_in, first)).status_code == 404
    answer = await as_a_program(signed_in, second)
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert (answer.headers["cache-control"], answer.headers["referrer-policy"]) == ("no-store", "same-origin")
    page = await signed_in.get("/tasks/calendar")
    await signed_in.send(page, "/tasks/calendar/revoke")
    assert (await as_a_program(signed_in, second)).status_code == 404


@pytest.mark.parametrize("secret", ["x", "a" * 43, "a" * 44, "..;x"])
@pytest.mark.prints
async def test_what_opens_nothing_says_nothing(browser: Browser, secret: str) -> None:
    answer = await browser.get(f"/calendar/{secret}.ics")
    assert (answer.status_code, answer.text) == (404, "")


async def test_an_address_is_made_by_those_who_may_read_calls(browser: Browser) -> None:
    answer = await browser.post("/tasks/calendar", assignee="")
    assert answer.status_code == 401


async def as_a_program(browser: Browser, path: str) -> httpx2.Response:
    """As a program that has no cookies."""
    return await browser.client.get(path, headers={"cookie": ""})
