"""Drafts: their amounts, their changes, what is refused."""

from typing import Any
from uuid import uuid4

import pytest

from chassis.outbox import message_of
from contracts.parties import Contact
from contracts.rights import Access
from services.quotes.quotes import domain
from services.quotes.quotes.schemas import AcceptInput, QuoteInput
from tests.services.quotes.shop import MONDAY, Refused, Shop, a_contact, a_line


async def test_a_draft_shows_its_amounts_and_has_no_number(shop: Shop) -> None:
    draft = await shop.draft(
        a_line("3", "0.335"), a_line("7", "14.29", discount_percent="12.5"), a_line(unit_price="10", vat_rate="5.5")
    )

    assert [line["net"] for line in draft["lines"]] == ["1.01", "87.53", "10.00"]
    assert draft["vat_shares"] == [
        {"vat_rate": "20", "base": "88.54", "vat": "17.71"},
        {"vat_rate": "5.5", "base": "10.00", "vat": "0.55"},
    ]
    assert (draft["total_without_vat"], draft["total_vat"], draft["total"]) == ("98.54", "18.26", "116.80")
    assert (draft["status"], draft["number"], draft["sent_on"]) == ("draft", None, None)
    assert await shop.do("GET", f"/quotes/{draft['id']}") == draft


async def test_a_draft_can_be_replaced(shop: Shop) -> None:
    draft = await shop.draft(note="à revoir")

    changed = await shop.do("PUT", f"/quotes/{draft['id']}", shop.quote(a_line("2")))

    assert (changed["total"], changed["note"], changed["created_at"]) == ("2400.00", "", draft["created_at"])


async def test_a_customer_unknown_to_billing_is_named_and_nothing_is_stored(shop: Shop) -> None:
    stranger = str(uuid4())

    with pytest.raises(Refused) as refusal:
        await shop.draft(customer_id=stranger)

    assert refusal.value.status == 422
    expected = {"field": "customer_id", "value": stranger, "expected": "the id of a customer of billing"}
    assert refusal.value.problem["errors"] == [expected]
    assert (await shop.do("GET", "/quotes"))["items"] == []


async def test_lines_that_no_event_could_carry_are_refused_when_they_are_drafted(shop: Shop) -> None:
    with pytest.raises(Refused) as refusal:
        await shop.draft(*[a_line(description="я" * 1000)] * 500)

    assert refusal.value.status == 422
    (error,) = refusal.value.problem["errors"]
    assert error["field"] == "lines"
    assert error["expected"].endswith("expected at most 900000: fewer, or shorter descriptions")
    assert (await shop.do("GET", "/quotes"))["items"] == []


@pytest.mark.parametrize("character", ["я", '"', "x"])
def test_what_may_be_drafted_can_be_accepted_with_the_longest_words(character: str) -> None:
    contact = Contact.model_validate(a_contact())
    size = {"я": 827, '"': 827, "x": 1000}[character]
    given = QuoteInput.model_validate(
        {
            "customer_id": str(contact.customer_id),
            "lines": [a_line(unit="я" * 20, description=character * size)] * 500,
            "subject": "𝄞" * 200,
            "order_reference": "𝄞" * 100,
            "note": "𝄞" * 1000,
        }
    )
    quote = domain.draft_quote("demo", given, contact, lambda _: Access.EDITABLE, now=MONDAY)
    domain.freeze(quote, "D-2026-00001", now=MONDAY)
    domain.send(quote, "0" * 64)
    words = AcceptInput(name="𝄞" * 200, role="𝄞" * 200, mention="𝄞" * 200)
    event = domain.accept(quote, words, recorded_by="somebody", ip=None, agent=None, now=MONDAY)

    message_of(event, at=MONDAY)


async def test_without_billing_nothing_is_stored_and_the_answer_says_to_try_again(shop: Shop) -> None:
    body = shop.quote()
    shop.billing.is_away = True

    with pytest.raises(Refused) as refusal:
        await shop.do("POST", "/quotes", body)

    assert (refusal.value.status, refusal.value.code) == (503, "billing_unavailable")
    assert (await shop.do("GET", "/quotes"))["items"] == []


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("lines", {"lines": []}),
        ("lines.0.quantity", {"lines": [a_line("1,5")]}),
        ("lines.0.unit_price", {"lines": [a_line(unit_price="-1")]}),
        ("lines.0.colour", {"lines": [a_line(colour="red")]}),
        ("lines", {"lines": [a_line("1000000", "10000")]}),
        ("currency", {"currency": "EURO"}),
        ("valid_until", {"valid_until": "1926-01-01"}),
        ("follow_up_days", {"follow_up_days": 0}),
        ("subject", {"subject": "a\x00b"}),
        ("note", {"note": "\x1b[31m"}),
        ("customer_id", {"customer_id": "me"}),
        ("colour", {"colour": "red"}),
    ],
)
async def test_a_wrong_field_is_named(shop: Shop, field: str, changes: dict[str, Any]) -> None:
    with pytest.raises(Refused) as refusal:
        await shop.draft(**changes)

    assert refusal.value.status == 422
    assert [error["field"] for error in refusal.value.problem["errors"]] == [field]


async def test_a_list_is_paged_newest_first_and_filtered(shop: Shop) -> None:
    drafts = []
    for _ in range(3):
        drafts.append(await shop.draft())
        shop.days_pass(1)
    sent = await shop.sent()

    first = await shop.do("GET", "/quotes?limit=2")
    second = await shop.do("GET", f"/quotes?limit=2&cursor={first['next']}")

    ids = [item["id"] for item in first["items"] + second["items"]]
    assert ids == [sent["id"], *(draft["id"] for draft in reversed(drafts))]
    assert second["next"] is None
    assert [item["id"] for item in (await shop.do("GET", "/quotes?status=sent"))["items"]] == [sent["id"]]
    of_one = await shop.do("GET", f"/quotes?customer_id={drafts[0]['customer_id']}")
    assert [item["id"] for item in of_one["items"]] == [drafts[0]["id"]]


@pytest.mark.parametrize("cursor", ["x", "WzEsMl0", "WyJhIiwiYiJd"])
async def test_a_foreign_cursor_is_refused(shop: Shop, cursor: str) -> None:
    with pytest.raises(Refused) as refusal:
        await shop.do("GET", f"/quotes?cursor={cursor}")

    assert refusal.value.problem["errors"][0]["field"] == "cursor"
