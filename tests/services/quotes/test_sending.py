"""Sending: a number, a document, a fact; and nothing of it ever changes."""

import asyncio
import hashlib
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select

from chassis.outbox import OutboxMessage
from contracts.events import AuditRecorded, QuoteSent
from tests.services.quotes.shop import Refused, Shop, a_line

FACTS = (
    select(OutboxMessage).where(col(OutboxMessage.subject) != AuditRecorded.type).order_by(col(OutboxMessage.position))
)


async def facts(shop: Shop) -> list[OutboxMessage]:
    async with shop.sessions() as session:
        return list((await session.exec(FACTS)).all())


async def test_a_sent_quote_has_a_number_its_dates_and_the_hash_of_its_document(shop: Shop) -> None:
    sent = await shop.sent()

    assert (sent["status"], sent["number"]) == ("sent", "D-2026-00001")
    assert (sent["sent_on"], sent["valid_until"]) == ("2026-01-05", "2026-02-04")
    pdf = await shop.pdf(sent["id"])
    assert pdf.startswith(b"%PDF-")
    assert hashlib.sha256(pdf).hexdigest() == sent["document_sha256"]


async def test_sending_is_told_once(shop: Shop) -> None:
    sent = await shop.sent(order_reference="Chantier Nord")

    (fact,) = await facts(shop)
    assert fact.subject == QuoteSent.type
    event = QuoteSent.model_validate_json(fact.body)
    assert (str(event.quote_id), event.number, event.organisation) == (sent["id"], "D-2026-00001", "demo")
    assert (f"{event.total}", f"{event.total_without_vat}", event.order_reference) == (
        "1200.00",
        "1000.00",
        "Chantier Nord",
    )


async def test_the_day_is_that_of_paris(shop: Shop) -> None:
    shop.now = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)

    sent = await shop.sent()

    assert (sent["number"], sent["sent_on"]) == ("D-2027-00001", "2027-01-01")


async def test_a_validity_of_ones_own_is_kept(shop: Shop) -> None:
    assert (await shop.sent(valid_until="2026-01-05"))["valid_until"] == "2026-01-05"


async def test_quotes_sent_at_once_are_numbered_without_gap(shop: Shop) -> None:
    drafts = [await shop.draft() for _ in range(6)]

    sent = await asyncio.gather(*(shop.do("POST", f"/quotes/{draft['id']}/send") for draft in drafts))

    assert sorted(quote["number"] for quote in sent) == [f"D-2026-0000{n}" for n in range(1, 7)]


async def test_each_organisation_has_numbers_of_its_own(shop: Shop) -> None:
    await shop.sent()
    shop.organisation = "other"

    assert (await shop.sent())["number"] == "D-2026-00001"


async def test_the_same_key_sends_once(shop: Shop) -> None:
    draft = await shop.draft()

    answers = [
        await shop.do("POST", f"/quotes/{draft['id']}/send", headers={"Idempotency-Key": "send-1"}) for _ in range(2)
    ]

    assert answers[0] == answers[1]
    assert len(await facts(shop)) == 1


async def test_a_quote_is_sent_as_it_was_looked_at_or_not_at_all(shop: Shop) -> None:
    draft = await shop.draft()
    path, seen = f"/quotes/{draft['id']}", {"unless_changed_since": draft["created_at"]}
    shop.days_pass(1)
    changed = await shop.do("PUT", path, shop.quote(a_line("2")))

    with pytest.raises(Refused) as refusal:
        await shop.do("POST", f"{path}/send", params=seen)

    assert (refusal.value.status, refusal.value.code) == (409, "changed_meanwhile")
    assert refusal.value.problem["changed_by"] == "somebody"
    assert (await shop.do("GET", path))["status"] == "draft"
    sent = await shop.do("POST", f"{path}/send", params={"unless_changed_since": changed["changed_at"]})
    assert (sent["status"], sent["total"]) == ("sent", "2400.00")


async def test_a_sent_quote_is_neither_sent_nor_changed_again(shop: Shop) -> None:
    sent = await shop.sent()

    for method, path, body in (("POST", "/send", None), ("PUT", "", shop.quote())):
        with pytest.raises(Refused) as refusal:
            await shop.do(method, f"/quotes/{sent['id']}{path}", body)
        assert (refusal.value.status, refusal.value.code) == (409, "quote_is_not_a_draft")
    assert await shop.do("GET", f"/quotes/{sent['id']}") == sent


@pytest.mark.parametrize(
    "change", ["note = 'other'", "total = 1, total_without_vat = 1, total_vat = 0", "lines = '[]'"]
)
async def test_the_database_refuses_to_change_what_was_sent(shop: Shop, change: str) -> None:
    await shop.sent()

    with pytest.raises(DBAPIError, match="nothing of it changes"):
        async with shop.sessions() as session, session.begin():
            await (await session.connection()).execute(text(f"update quotes set {change}"))  # noqa: S608 (the cases above)


@pytest.mark.parametrize(
    ("code", "customer", "more"),
    [
        ("customer_has_no_email", {"email": None}, {}),
        ("nothing_to_sell", {}, {"lines": [a_line(unit_price="0")]}),
        ("nothing_to_sell", {}, {"lines": [a_line("-1")]}),
        ("validity_is_over", {}, {"valid_until": "2026-01-04"}),
    ],
)
async def test_what_cannot_be_sent_stays_a_draft(
    shop: Shop, code: str, customer: dict[str, object], more: dict[str, object]
) -> None:
    draft = await shop.draft(customer_id=shop.customer(**customer), **more)

    with pytest.raises(Refused) as refusal:
        await shop.do("POST", f"/quotes/{draft['id']}/send")

    assert (refusal.value.status, refusal.value.code) == (409, code)
    assert await shop.do("GET", f"/quotes/{draft['id']}") == draft
    assert (await shop.sent())["number"] == "D-2026-00001"


async def test_without_a_seller_the_answer_says_what_to_do(shop: Shop) -> None:
    draft = await shop.draft()
    shop.billing.seller = None

    with pytest.raises(Refused, match="expected `PUT /seller` of billing first"):
        await shop.do("POST", f"/quotes/{draft['id']}/send")


async def test_a_draft_has_no_document(shop: Shop) -> None:
    draft = await shop.draft()

    assert (await shop.ask("GET", f"/quotes/{draft['id']}/pdf")).status_code == 404
