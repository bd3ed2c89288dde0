"""What someone may try: to lead a reader elsewhere, to send files and floods, to have scripts run or addresses read."""

import json
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

import services.billing.main
import services.dunning.main
import services.identity.main
import services.notify.main
import services.quotes.main
from chassis.app import Service, routes_of
from services.console.web import kept
from tests.services.console.browser import Browser, hidden_fields, words_of
from tests.services.console.identity import PASSWORD
from tests.services.console.place import Place
from tests.services.console.quoting import a_draft, a_sent
from tests.services.console.test_pages import PAGES, csrf_of
from tests.services.console.test_quotes import quotes as quotes  # the service of quotes, as a fixture

ELSEWHERE = (
    *("https://evil.example/", "//evil.example/", "/\\evil.example", "\\\\evil.example", "http:evil.example"),
    *("javascript:alert(1)", "data:text/html,x", "/\t/evil.example", "/%0d%0aset-cookie:x=1\r\nx", "evil.example"),
)
NASTY = '"><img src=x onerror=alert(1)><script>alert("x")</script>{{ 7*7 }}'


def is_ours(location: str) -> bool:
    return location.startswith("/") and not location.startswith(("//", "/\\"))


@pytest.mark.parametrize("there", ELSEWHERE)
async def test_nobody_is_led_to_another_site(browser: Browser, there: str) -> None:
    page = await browser.get("/sign-in")
    credentials = {"email": "admin@demo.example", "password": PASSWORD}
    after = await browser.send(page, "/sign-in", next=there, **credentials)
    again = await browser.client.get("/sign-in", params={"next": there})
    page = await browser.get("/receivables")
    preferred = await browser.send(page, "/preferences", language="fr", theme="dark", next=there)

    for answer in (after, again, preferred):
        assert answer.status_code == 303
        assert is_ours(answer.headers["location"]), answer.headers["location"]


@pytest.mark.parametrize("there", ELSEWHERE)
async def test_a_kept_form_goes_to_no_other_site(browser: Browser, there: str) -> None:
    page = await browser.get("/sign-in")
    credentials = {"email": "admin@demo.example", "password": PASSWORD}

    answer = await browser.send(page, "/sign-in", kept=json.dumps([there, {"amount": "1"}, ""]), **credentials)

    assert answer.status_code == 303
    assert is_ours(answer.headers["location"])
    assert kept.unpack(json.dumps([there, {}, ""])) is None


async def test_a_file_where_a_text_is_expected_is_no_text(signed_in: Browser, place: Place) -> None:
    """Whatever its name, type and content: it is neither kept nor unpacked."""
    path = f"/customers/{await place.office.customer()}"
    page = await signed_in.get(path)
    for name, content in (("bomb.zip", b"PK\x03\x04" + b"\0" * 1000), ("a.xml", b"<!DOCTYPE x [<!ENTITY a 'b'>]>")):
        answer = await signed_in.client.post(
            f"{path}/comments",
            data=hidden_fields(page.text, f"{path}/comments"),
            files={"text": (f"../../{name}", content)},
            headers={"origin": place.url},
        )
        assert answer.status_code == 422, words_of(answer.text)
        assert 'id="comment-text-wrong"' in answer.text
    assert (await place.office.do("GET", f"{path}/comments"))["items"] == []


async def test_what_is_too_large_or_too_much_is_refused_unread(signed_in: Browser, place: Place) -> None:
    page = await signed_in.get("/payments")
    headers = {"origin": place.url, "content-type": "application/x-www-form-urlencoded"}
    files = {f"file{number}": b"x" for number in range(2)}
    large = f"csrf={csrf_of(page)}&q=" + "x" * (2 * 1024 * 1024)
    many = f"csrf={csrf_of(page)}&" + "&".join(f"f{number}=" for number in range(5000))

    assert (await signed_in.client.post("/payments", content=large, headers=headers)).status_code == 413
    flooded = await signed_in.client.post("/payments", content=many, headers=headers)
    several = await signed_in.client.post("/payments", files=files, headers={"origin": place.url})
    for answer in (flooded, several):
        assert answer.status_code == 400
        assert "This request cannot be read" in answer.text


async def test_who_is_not_signed_in_sends_no_long_form(browser: Browser) -> None:
    page = await browser.get("/sign-in")

    flooded = await browser.send(page, "/sign-in", **{f"f{number}": "" for number in range(1000)})

    assert flooded.status_code == 400


@pytest.mark.prints
async def test_no_name_and_no_text_becomes_a_part_of_a_page(signed_in: Browser, place: Place, quotes: FastAPI) -> None:
    place.at("2026-01-05")
    invoice = await place.owes(NASTY, due="2026-01-12")
    customer = f"/customers/{invoice['customer_id']}"
    await place.office.do("POST", f"{customer}/comments", {"text": NASTY})
    await place.pays(None, "1200.00", "".join(NASTY.split()))
    draft = await a_draft(place, quotes, NASTY)
    _, public = await a_sent(place, quotes, name=NASTY)
    offered = await signed_in.get(public)
    assert "&lt;script&gt;" in offered.text
    assert "<script>alert" not in offered.text
    place.at("2026-02-23")
    task = (await place.calls(invoice, due="2026-02-23", assignee=NASTY))["evidence"]["task_id"]
    await place.writes(invoice)
    page = await signed_in.get("/tasks")
    await signed_in.send(page, f"/tasks/{task}", outcome="other", note=NASTY)
    await place.calls(await place.owes(NASTY, due="2026-03-12"), due="2026-02-23", assignee=NASTY)
    paths = (*PAGES, "/tasks/calendar", f"/invoices/{invoice['id']}", customer, f"{customer}/said")
    quoted = ("/quotes", "/quotes/new", f"/quotes/{draft['id']}", f"/quotes/{draft['id']}/edit")
    asked = "<script>alert(1)</script>"

    for path in (
        *paths,
        *quoted,
        f"/payments/proposals?q={asked}",
        f"/receivables?q={asked}",
        f"/tasks?assignee={asked}",
    ):
        answer = await signed_in.get(path)
        assert answer.status_code == 200, path
        for broken in ("<img src=x", "<script>alert", "49</", 'onerror=alert(1)">'):
            assert broken not in answer.text, (path, broken)


async def test_a_header_takes_no_line_of_its_own(signed_in: Browser) -> None:
    answer = await signed_in.client.get("/customers?q=a%0d%0aset-cookie:%20x=1")
    assert "x=1" not in str(answer.headers)
    assert answer.status_code in (200, 422)


SERVICES: tuple[Service, ...] = (
    services.billing.main.SERVICE,
    services.dunning.main.SERVICE,
    services.identity.main.SERVICE,
    services.notify.main.SERVICE,
    services.quotes.main.SERVICE,
)
PRINTED_ALONE = {"link"}
"""Addresses that callers give and that no service ever asks: they stand in an e-mail."""
COMPARED_ALONE = {"redirect_uri"}
"""What must be the console's own address."""
ADDRESSES = ("url", "uri", "link", "logo", "href", "webhook", "callback", "endpoint", "image", "picture", "avatar")


def fields_of(schema: Any) -> Iterator[str]:
    """The names of all properties within a JSON Schema."""
    if isinstance(schema, dict):
        for name, value in schema.items():
            if name == "properties":
                yield from value
            yield from fields_of(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from fields_of(value)


def test_no_service_takes_an_address_that_it_would_fetch() -> None:
    """Neither of a logo nor of a calendar: whoever adds such a field has to say here why nothing asks it."""
    asked: set[str] = set()
    for service in SERVICES:
        for route in routes_of(service):
            if route.body_field is not None:
                asked |= set(fields_of(route.body_field._type_adapter.json_schema()))
    assert len(asked) > 80
    suspicious = {name for name in asked if any(word in name.lower().split("_") for word in ADDRESSES)}
    assert suspicious <= PRINTED_ALONE | COMPARED_ALONE


async def test_a_secret_link_stands_in_no_other_page_s_referrer(browser: Browser) -> None:
    answer: httpx2.Response = await browser.get("/q/" + "a" * 43)
    assert answer.headers["referrer-policy"] == "same-origin"
