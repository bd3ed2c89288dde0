"""The quotes pages, and the page on which a customer answers: what each reader sees and does."""

import re
from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI

from chassis.auth import Role
from contracts.rights import Field
from tests.services.console.browser import Browser, words_of
from tests.services.console.place import DatabaseOf, Place
from tests.services.console.quoting import a_draft, a_quotes_service, a_sent
from tests.support.lent import Pool
from tests.support.tokens import Keys

ANSWER = {"name": "Anne Lefèvre", "mention": "Bon pour accord", "language": "fr"}


@pytest.fixture
async def quotes(place: Place, database_of: DatabaseOf, keys: Keys, pool: Pool) -> AsyncIterator[FastAPI]:
    """The service of quotes, beside the others."""
    async with a_quotes_service(place, database_of, keys, pool) as app:
        yield app


def typed_in(html: str) -> dict[str, str]:
    """The fields of one line of text that a page shows, with what stands in them."""
    return dict(re.findall(r'<input id="[^"]*" name="([^"]+)"[^>]*? value="([^"]*)"', html))


def today(place: Place) -> str:
    return place.office.now.date().isoformat()


async def test_sales_sees_quotes_without_cost_and_margin(browser: Browser, place: Place, quotes: FastAPI) -> None:
    draft = await a_draft(place, quotes)
    await browser.sign_in("sales")

    listed = words_of((await browser.get("/quotes")).text)
    page = words_of((await browser.get(f"/quotes/{draft['id']}")).text)
    edited = (await browser.get(f"/quotes/{draft['id']}/edit")).text

    for shown in (listed, page, words_of(edited)):
        assert "61.37" not in shown
        assert "Margin" not in shown
        assert "Cost price" not in shown
    assert "Garage Lefèvre" in listed
    assert "cost_price" not in edited


@pytest.mark.parametrize("is_hidden", [False, True])
async def test_who_does_not_see_a_discount_reads_the_quote_without_the_link_that_shows_it(
    browser: Browser, place: Place, quotes: FastAPI, is_hidden: bool
) -> None:
    sent, path = await a_sent(place, quotes)
    place.identity.hidden = frozenset({Field.QUOTE_DISCOUNT} if is_hidden else ())
    await browser.sign_in("sales")

    page = await browser.get(f"/quotes/{sent['id']}")

    assert page.status_code == 200
    assert "Garage Lefèvre" in words_of(page.text)
    assert [shown in page.text for shown in (path, f"/quotes/{sent['id']}/link")] == [not is_hidden] * 2


@pytest.mark.parametrize("number", [130, 500])
async def test_a_draft_keeps_all_its_lines_when_it_is_edited(
    signed_in: Browser, place: Place, quotes: FastAPI, number: int
) -> None:
    line = {"quantity": "1", "unit_price": "10", "vat_rate": "20"}
    lines = [line | {"description": f"Poste {place}"} for place in range(number)]
    body = {"customer_id": str(await place.office.customer()), "lines": lines}
    path = f"/quotes/{(await place.ask(quotes, 'POST', '/quotes', body, Role.ADMIN))['id']}"

    page = await signed_in.get(f"{path}/edit")
    saved = await signed_in.send(page, f"{path}/edit", **(typed_in(page.text) | {"subject": "Corrigé"}))

    assert saved.status_code == 303, saved.text
    kept = await place.ask(quotes, "GET", path, None, Role.ADMIN)
    assert (kept["subject"], [each["description"] for each in kept["lines"]]) == (
        "Corrigé",
        [each["description"] for each in lines],
    )


async def test_a_mistake_is_said_at_its_line_though_one_before_it_is_left_out(
    signed_in: Browser, place: Place, quotes: FastAPI
) -> None:
    path = f"/quotes/{(await a_draft(place, quotes))['id']}/edit"
    page = await signed_in.get(path)
    lines = [("", "10"), ("Quatre", "0"), ("Cinq", "1")]
    typed = {
        f"lines.{at}.{name}": value
        for at, (words, quantity) in enumerate(lines)
        for name, value in (("description", words), ("quantity", quantity), ("unit_price", "9"), ("vat_rate", "20"))
    }

    answer = await signed_in.send(page, path, subject="", follow_up_days="7", **typed)

    assert answer.status_code == 422
    assert re.findall(r'id="line-(lines\.\d+\.\w+)-wrong"', answer.text) == ["lines.1.quantity"]


async def test_an_administrator_sees_and_edits_them(signed_in: Browser, place: Place, quotes: FastAPI) -> None:
    draft = await a_draft(place, quotes)
    path = f"/quotes/{draft['id']}"
    assert "Margin" in words_of((await signed_in.get(path)).text)
    page = await signed_in.get(f"{path}/edit")

    line = {"description": "Entretien", "quantity": "1", "unit_price": "50.5", "vat_rate": "20", "cost_price": "40"}
    fields = {f"lines.0.{name}": value for name, value in line.items()}
    saved = await signed_in.send(page, f"{path}/edit", subject="Autre", follow_up_days="9", **fields)

    assert saved.status_code == 303, saved.text
    kept = await place.ask(quotes, "GET", path, None, Role.ADMIN)
    assert (kept["subject"], kept["total_without_vat"], kept["margin"]["amount"]) == ("Autre", "50.50", "10.50")
    assert kept["lines"][0]["id"] == draft["lines"][0]["id"]


async def test_a_draft_is_in_its_own_currency_and_each_line_in_its_unit(
    signed_in: Browser, place: Place, quotes: FastAPI
) -> None:
    customer = await place.office.customer()
    page = await signed_in.get(f"/quotes/new?customer_id={customer}")
    hours = {"description": "Conseil", "quantity": "2.5", "unit": "HUR", "unit_price": "80.1234", "vat_rate": "20"}
    fields = {f"lines.0.{name}": value for name, value in hours.items()}

    made = await signed_in.send(page, "/quotes/new", currency="CHF", follow_up_days="7", **fields)

    shown = words_of((await signed_in.get(made.headers["location"])).text)
    assert ("2.5 h" in shown, "80.1234" in shown, "CHF" in shown) == (True, True, True)
    edited = (await signed_in.get(f"{made.headers['location']}/edit")).text
    assert '<option value="CHF" selected>' in edited
    assert '<option value="HUR" selected>h</option>' in edited


async def test_a_unit_of_the_sellers_own_is_kept(signed_in: Browser, place: Place, quotes: FastAPI) -> None:
    path = f"/quotes/{(await a_draft(place, quotes, unit='big bag'))['id']}"
    assert '<option value="big bag" selected>big bag</option>' in (await signed_in.get(f"{path}/edit")).text
    assert "10 big bag" in words_of((await signed_in.get(path)).text)


async def test_a_mistake_is_said_at_its_field_and_nothing_typed_is_lost(
    signed_in: Browser, place: Place, quotes: FastAPI
) -> None:
    path = f"/quotes/{(await a_draft(place, quotes))['id']}/edit"
    line = {"description": "Entretien", "quantity": "many", "unit_price": "50", "vat_rate": "20"}
    fields = {f"lines.0.{name}": value for name, value in line.items()}

    answer = await signed_in.send(await signed_in.get(path), path, subject="Typed", follow_up_days="7", **fields)

    assert answer.status_code == 422
    assert 'value="many"' in answer.text
    assert 'value="Typed"' in answer.text
    assert "This is not an amount" in answer.text


async def test_a_quote_is_made_moved_and_sent(signed_in: Browser, place: Place, quotes: FastAPI) -> None:
    customer = await place.office.customer(name="Boulangerie Ménard")
    found = await signed_in.get("/quotes/new?q=Boulangerie")
    assert "Boulangerie Ménard" in words_of(found.text)
    identity = str(customer)
    page = await signed_in.get(f"/quotes/new?customer_id={identity}")
    line = {"description": "Four", "quantity": "1", "unit_price": "900", "vat_rate": "20"}
    fields = {f"lines.0.{name}": value for name, value in line.items()}
    made = await signed_in.send(page, "/quotes/new", subject="", follow_up_days="7", **fields)
    path = made.headers["location"]

    moved = await signed_in.send(await signed_in.get(path), f"{path}/stage", stage="qualified")
    assert moved.status_code == 303
    assert "Qualified" in words_of((await signed_in.get(path)).text)
    await signed_in.send(await signed_in.get(path), f"{path}/send")

    sent = words_of((await signed_in.get(path)).text)
    assert "D-2026-" in sent or "D-20" in sent
    assert "Next: E-mail with the quote" in sent
    assert (await signed_in.get(f"{path}/pdf")).content.startswith(b"%PDF-")


async def test_a_customer_accepts_without_any_account(browser: Browser, place: Place, quotes: FastAPI) -> None:
    sent, path = await a_sent(place, quotes)
    page = await browser.get(path)
    shown = words_of(page.text)
    assert "Accepter ce devis" in shown
    assert "Garage Lefèvre" in shown
    assert "61.37" not in page.text

    answer = await browser.send(page, f"{path}/accept", **ANSWER, dated=today(place))

    assert (answer.status_code, answer.headers["location"]) == (303, path)
    assert "Accepté par Anne Lefèvre" in words_of((await browser.get(path)).text)
    kept = await place.ask(quotes, "GET", f"/quotes/{sent['id']}", None, Role.ADMIN)
    assert (kept["status"], kept["acceptance"]["recorded_by"]) == ("accepted", "customer")


async def test_an_english_customer_reads_english_and_refuses(browser: Browser, place: Place, quotes: FastAPI) -> None:
    sent, path = await a_sent(place, quotes, language="en")
    page = await browser.get(path)
    assert 'lang="en"' in page.text
    assert "Accept this quote" in words_of(page.text)

    await browser.send(page, f"{path}/refuse", reason="too dear")

    assert "Refused on" in words_of((await browser.get(path)).text)
    kept = await place.ask(quotes, "GET", f"/quotes/{sent['id']}", None, Role.ADMIN)
    assert kept["refusal_reason"] == "too dear"


async def test_a_wrong_mention_is_said_at_its_field(browser: Browser, place: Place, quotes: FastAPI) -> None:
    _, path = await a_sent(place, quotes)

    answer = await browser.send(
        await browser.get(path), f"{path}/accept", **ANSWER | {"mention": "ok"}, dated=today(place)
    )

    assert answer.status_code == 422
    assert 'id="accept-mention-wrong"' in answer.text
    assert 'value="Anne Lefèvre"' in answer.text


@pytest.mark.parametrize("path", [f"/q/{'x' * 43}", "/q/x", "/q/%2e%2e", f"/q/{'x' * 43}/pdf", "/q/x/pdf"])
async def test_a_link_that_opens_nothing_says_so_and_no_more(browser: Browser, quotes: FastAPI, path: str) -> None:
    answer = await browser.get(path)

    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")


async def test_the_page_of_a_customer_is_kept_by_nobody_and_runs_nothing_foreign(
    browser: Browser, place: Place, quotes: FastAPI
) -> None:
    _, path = await a_sent(place, quotes, name="<script>alert(1)</script>")

    answer = await browser.get(path)

    assert "<script>alert" not in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-robots-tag"] == "noindex"
    assert "script-src 'self'" in answer.headers["content-security-policy"]


async def test_an_answer_sent_by_another_site_is_not_taken(browser: Browser, place: Place, quotes: FastAPI) -> None:
    sent, path = await a_sent(place, quotes)

    answer = await browser.client.post(
        f"{path}/accept", data=ANSWER | {"dated": today(place)}, headers={"origin": "https://evil.example"}
    )

    assert answer.status_code == 403
    assert (await place.ask(quotes, "GET", f"/quotes/{sent['id']}", None, Role.ADMIN))["status"] == "sent"
