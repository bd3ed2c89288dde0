"""Planned calls in a calendar program, by an address that needs no session."""

import re

import httpx2
import pytest
from sqlmodel import select

from chassis.outbox import OutboxMessage
from contracts.events import AuditRecorded
from tests.services.console.browser import Browser, hidden_fields, words_of
from tests.services.console.identity import id_of
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


@pytest.mark.prints
async def test_an_administrator_sees_whose_calendars_read_the_calls_and_ends_one(
    browser: Browser, place: Place
) -> None:
    """Names are no part of a page, and the audit tells who ended what of whom, and no secret."""
    await browser.sign_in("collector")
    address = address_in((await browser.send(await browser.get("/tasks/calendar"), "/tasks/calendar")).text, place)
    assert (await browser.get("/people/calendars")).status_code == 403
    csrf = hidden_fields((await browser.get("/tasks/calendar")).text, "/tasks/calendar")
    collector = id_of("collector@demo.example")
    assert (await browser.post(f"/people/calendars/{collector}/revoke", **csrf)).status_code == 403
    browser.client.cookies.clear()
    await browser.sign_in()

    page = await browser.get("/people/calendars")
    assert "collector@demo.example Everyone's" in words_of(page.text)
    (path,) = re.findall(r'action="(/people/calendars/[^"]+/revoke)"', page.text)
    answer = await browser.send(page, path)

    assert (answer.status_code, answer.headers["location"]) == (303, "/people/calendars")
    assert "Nobody has such an address." in words_of((await browser.get("/people/calendars")).text)
    assert (await as_a_program(browser, address)).status_code == 404
    async with place.notify.state.sessions() as session:
        query = select(OutboxMessage.body).where(OutboxMessage.subject == AuditRecorded.type)
        told = [AuditRecorded.model_validate_json(body) for body in (await session.exec(query)).all()]
    (ended,) = [each for each in told if each.action == "notify.revoke_feed_of"]
    assert (ended.actor, ended.object) == (str(id_of("admin@demo.example")), f"calendar_feeds/demo:{collector}")
    (change,) = ended.changes
    assert change.before is not None
    assert (change.before["owner_name"], change.before["digest"], change.after) == (
        "collector@demo.example", "(hidden)", None,
    )  # fmt: skip


async def as_a_program(browser: Browser, path: str) -> httpx2.Response:
    """As a program that has no cookies."""
    return await browser.client.get(path, headers={"cookie": ""})
