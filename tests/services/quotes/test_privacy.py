"""What quotes holds on a customer is exported, erased as far as the law lets go, and lapses."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chassis.auth import Role
from chassis.personal.pruning import prune
from contracts.events import CustomerErased, QuoteExpired
from services.quotes.handlers import erasures
from services.quotes.privacy.store import prunings
from services.quotes.settings import QuotesSettings
from tests.services.quotes.shop import Shop, a_line
from tests.services.quotes.test_sending import facts
from tests.support.leaks import columns_with

WORDS = ("Lefèvre", "garage-lefevre", "secret-note", "rue des Ateliers")


async def erase(shop: Shop, customer: str) -> None:
    event = CustomerErased(organisation="demo", customer_id=customer, asked_by="1", asked_by_name="A")
    async with shop.sessions() as session, session.begin():
        await erasures(lambda: shop.now).handle(event, session)


async def leaks(shop: Shop) -> set[str]:
    async with shop.sessions() as session:
        return await columns_with(session, WORDS)


async def a_quote(shop: Shop, customer: str) -> Any:
    body = shop.quote(customer_id=customer, note="secret-note")
    return await shop.do("POST", "/quotes", body)


async def sent(shop: Shop, customer: str) -> Any:
    quote = await a_quote(shop, customer)
    return await shop.do("POST", f"/quotes/{quote['id']}/send")


async def refused(shop: Shop, customer: str) -> Any:
    quote = await sent(shop, customer)
    return await shop.do("POST", f"/quotes/{quote['id']}/refuse", {"reason": "secret-note: Lefèvre says no"})


async def accepted(shop: Shop, customer: str) -> Any:
    quote = await sent(shop, customer)
    return await shop.accept(quote)


async def test_erasing_deletes_drafts_and_empties_what_came_to_nothing(shop: Shop) -> None:
    customer = shop.customer()
    draft, no, waits = await a_quote(shop, customer), await refused(shop, customer), await sent(shop, customer)
    assert "quote_documents.content" in await leaks(shop)
    await erase(shop, customer)
    await erase(shop, customer)

    assert await leaks(shop) == set()
    assert (await shop.ask("GET", f"/quotes/{draft['id']}")).status_code == 404
    assert (await shop.do("GET", f"/quotes/{no['id']}"))["status"] == "refused"
    assert (await shop.do("GET", f"/quotes/{waits['id']}"))["status"] == "expired"
    assert QuoteExpired.type in [fact.subject for fact in await facts(shop)]


async def test_an_accepted_quote_stays_for_ten_years_and_its_mails_do_not(shop: Shop) -> None:
    customer = shop.customer()
    quote = await accepted(shop, customer)
    await erase(shop, customer)

    view = await shop.do("GET", f"/customers/{customer}/erasure", None, Role.ADMIN)
    assert view["erased"] == []
    assert view["kept"] == [{"table": "quotes", "rows": 1, "until": "2036-12-31"}]
    assert "quote_mails.recipient" not in await leaks(shop)
    assert (await shop.ask("GET", f"/quotes/{quote['id']}/pdf")).status_code == 200


async def test_an_export_has_every_quote_without_what_it_costs_us(shop: Shop) -> None:
    customer = shop.customer()
    line = a_line(description="Pneus d'hiver", cost_price="417.83")
    await shop.do("POST", "/quotes", shop.quote(line, customer_id=customer), Role.ADMIN)
    quote = await accepted(shop, customer)
    page = await shop.do("GET", f"/customers/{customer}/export", None, Role.ADMIN)

    shown = [each for each in page["items"] if each["table"] == "quotes"]
    assert len(shown) == 2
    offered = {line["description"]: line for each in shown for line in each["data"]["lines"]}
    assert offered["Pneus d'hiver"]["unit_price"] == "1000.00"
    assert "Entretien annuel" in offered
    assert "cost_price" not in str(page)
    assert "417.83" not in str(page)
    assert f"/quotes/{quote['id']}/pdf" in [each["pdf"] for each in page["items"]]


@pytest.mark.parametrize(("days", "left"), [(364, 1), (366, 0)])
async def test_a_draft_that_is_never_sent_lapses(shop: Shop, days: int, left: int) -> None:
    await a_quote(shop, shop.customer())
    for each in prunings(_settings(shop)):
        await prune(shop.sessions, each, now=shop.now + timedelta(days=days))

    assert len((await shop.do("GET", "/quotes"))["items"]) == left


@pytest.mark.parametrize(("days", "left"), [(364, 1), (366, 0)])
async def test_a_draft_is_kept_while_it_is_worked_on(shop: Shop, days: int, left: int) -> None:
    draft = await a_quote(shop, shop.customer())
    shop.days_pass(300)
    await shop.do("PUT", f"/quotes/{draft['id']}", shop.quote(customer_id=draft["customer_id"], note="other"))
    for each in prunings(_settings(shop)):
        await prune(shop.sessions, each, now=shop.now + timedelta(days=days))

    assert len((await shop.do("GET", "/quotes"))["items"]) == left


async def test_a_draft_that_is_moved_from_stage_to_stage_is_worked_on(shop: Shop) -> None:
    draft = await a_quote(shop, shop.customer())
    shop.days_pass(300)
    await shop.do("PUT", f"/quotes/{draft['id']}/stage", {"stage": "qualified"})
    for each in prunings(_settings(shop)):
        await prune(shop.sessions, each, now=shop.now + timedelta(days=364))

    assert len((await shop.do("GET", "/quotes"))["items"]) == 1


async def test_words_of_closed_quotes_lapse_once_the_law_lets_go(shop: Shop) -> None:
    quote = await accepted(shop, shop.customer())
    await refused(shop, shop.customer())
    before = await leaks(shop)
    assert "quotes.acceptance" in before
    for each in prunings(_settings(shop)):
        await prune(shop.sessions, each, now=datetime(2036, 12, 31, tzinfo=UTC))
    assert await leaks(shop) == before

    for each in prunings(_settings(shop)):
        await prune(shop.sessions, each, now=datetime(2038, 1, 10, tzinfo=UTC))
    assert await leaks(shop) == set()
    kept = (await shop.do("GET", f"/quotes/{quote['id']}"))["acceptance"]
    nobody = {"name": "-", "role": "", "mention": "", "ip_address": None, "user_agent": None}
    assert kept == quote["acceptance"] | nobody


def _settings(shop: Shop) -> QuotesSettings:
    settings: QuotesSettings = shop.app.state.settings
    return settings
