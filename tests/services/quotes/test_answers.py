"""The customer's answer: accepted with its evidence, refused, or the validity ends."""

import asyncio
from dataclasses import replace

import pytest

from chassis.auth import Role
from chassis.caller import with_default_profiles
from contracts.events import QuoteAccepted, QuoteExpired, QuoteRefused
from tests.services.quotes.shop import Refused, Shop, a_line
from tests.services.quotes.test_sending import facts


async def test_an_acceptance_keeps_who_when_and_the_hash_of_what_was_shown(shop: Shop) -> None:
    sent = await shop.sent()
    shop.days_pass(3)

    accepted = await shop.accept(sent)

    assert (accepted["status"], accepted["closed_at"]) == ("accepted", "2026-01-08T10:00:00Z")
    assert accepted["acceptance"] == {
        "name": "Anne Lefèvre",
        "role": "gérante",
        "mention": "Bon pour accord",
        "accepted_on": "2026-01-08",
        "dated": None,
        "document_sha256": sent["document_sha256"],
        "accepted_at": "2026-01-08T10:00:00Z",
        "recorded_by": "somebody",
        "ip_address": "127.0.0.1",
        "user_agent": accepted["acceptance"]["user_agent"],
    }
    assert accepted["acceptance"]["user_agent"].startswith("python-httpx")


async def test_an_acceptance_that_a_person_records_holds_the_address_of_their_token(shop: Shop) -> None:
    seller = replace(with_default_profiles("somebody", "demo", [Role.SALES]), address="203.0.113.9")
    headers = {"authorization": f"Bearer {shop.keys.mint().sign(seller)}"}
    path = f"/quotes/{(await shop.sent())['id']}/accept"

    accepted = await shop.do("POST", path, {"name": "Anne Lefèvre"}, headers=headers)

    assert accepted["acceptance"]["ip_address"] == "203.0.113.9"


async def test_an_acceptance_tells_what_billing_needs_to_draft_the_invoice(shop: Shop) -> None:
    hourly = a_line("2.5", "40", unit="HUR", discount_percent="5")
    await shop.accept(await shop.sent(hourly, note="Garantie : un an."))

    fact = (await facts(shop))[-1]
    event = QuoteAccepted.model_validate_json(fact.body)
    assert fact.subject == QuoteAccepted.type
    (line,) = event.lines
    assert (f"{line.quantity}", line.unit, f"{line.unit_price}", f"{line.discount_percent}") == (
        "2.5",
        "HUR",
        "40",
        "5",
    )
    assert event.acceptance.name == "Anne Lefèvre"
    assert event.note == "Garantie : un an."
    assert f"{event.total}" == "114.00"


async def test_a_refusal_keeps_its_reason(shop: Shop) -> None:
    sent = await shop.sent()

    refused = await shop.do("POST", f"/quotes/{sent['id']}/refuse", {"reason": "trop cher"})

    assert (refused["status"], refused["refusal_reason"]) == ("refused", "trop cher")
    event = QuoteRefused.model_validate_json((await facts(shop))[-1].body)
    assert event.reason == "trop cher"


async def test_two_acceptances_at_once_are_one(shop: Shop) -> None:
    sent = await shop.sent()

    answers = await asyncio.gather(*(shop.accept(sent) for _ in range(4)), return_exceptions=True)

    refusals = [answer for answer in answers if isinstance(answer, Refused)]
    assert [refusal.code for refusal in refusals] == ["quote_already_answered"] * 3
    assert [fact.subject for fact in await facts(shop)].count(QuoteAccepted.type) == 1


@pytest.mark.parametrize("path", ["accept", "refuse"])
async def test_an_answer_stands(shop: Shop, path: str) -> None:
    sent = await shop.sent()
    await shop.accept(sent)

    with pytest.raises(Refused) as refusal:
        await shop.do("POST", f"/quotes/{sent['id']}/{path}", {"name": "Paul"} if path == "accept" else {})

    assert refusal.value.code == "quote_already_answered"


async def test_a_draft_cannot_be_answered(shop: Shop) -> None:
    draft = await shop.draft()

    with pytest.raises(Refused) as refusal:
        await shop.accept(draft)

    assert (refusal.value.status, refusal.value.code) == (409, "quote_was_not_sent")


async def test_the_last_day_counts_until_midnight_in_paris(shop: Shop) -> None:
    sent, other = await shop.sent(), await shop.sent()
    shop.now = shop.now.replace(month=2, day=4, hour=22, minute=59)
    await shop.accept(sent)
    shop.now = shop.now.replace(hour=23, minute=0)

    with pytest.raises(Refused) as refusal:
        await shop.accept(other)

    assert refusal.value.code == "quote_no_longer_valid"


async def test_a_quote_expires_once_its_validity_is_over_and_not_before(shop: Shop) -> None:
    path = f"/quotes/{(await shop.sent())['id']}/expire"
    shop.days_pass(30)
    with pytest.raises(Refused) as refusal:
        await shop.do("POST", path, None, Role.SERVICE)
    assert (refusal.value.status, refusal.value.code) == (409, "quote_still_valid")
    shop.days_pass(1)

    for _ in range(2):
        assert (await shop.do("POST", path, None, Role.SERVICE))["status"] == "expired"

    assert [fact.subject for fact in await facts(shop)].count(QuoteExpired.type) == 1


async def test_an_accepted_quote_never_expires(shop: Shop) -> None:
    sent = await shop.sent()
    await shop.accept(sent)
    shop.days_pass(60)

    expired = await shop.do("POST", f"/quotes/{sent['id']}/expire", {}, Role.SERVICE)

    assert expired["status"] == "accepted"
