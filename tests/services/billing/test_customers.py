"""Customers of three kinds, found by name, written to as they are today."""

from typing import Any
from uuid import UUID

import pytest

from tests.services.billing.office import CUSTOMER, Office, Refused, a_customer


async def test_a_customer_is_kept_as_given(office: Office) -> None:
    created = await office.do("POST", "/customers", CUSTOMER)

    assert {name: created[name] for name in CUSTOMER} == CUSTOMER
    assert [created["payment_terms_days"], created["scenario"]] == [30, None]
    assert await office.do("GET", f"/customers/{created['id']}") == created


async def test_identifiers_may_be_written_with_spaces(office: Office, customer: UUID) -> None:
    body = a_customer(siren="732 829 320", vat_number="fr 44 732829320")

    changed = await office.do("PUT", f"/customers/{customer}", body)

    assert [changed["siren"], changed["vat_number"]] == ["732829320", "FR44732829320"]


async def test_a_change_replaces_the_whole_customer(office: Office, customer: UUID) -> None:
    office.days_pass(3)
    body = {"name": "Anne Durand", "kind": "consumer", "language": "en", "address": CUSTOMER["address"]}

    changed = await office.do("PUT", f"/customers/{customer}", body)

    assert [changed["kind"], changed["email"], changed["siren"]] == ["consumer", None, None]
    assert [changed["created_at"][:10], changed["changed_at"][:10]] == ["2026-01-15", "2026-01-18"]


async def test_the_contact_is_how_to_reach_them(office: Office, customer: UUID) -> None:
    contact = await office.do("GET", f"/customers/{customer}/contact")

    assert contact == {
        "customer_id": str(customer),
        "scenario": None,
        **{name: CUSTOMER[name] for name in ("name", "kind", "language", "address", "email", "phone")},
    }


async def test_customers_are_found_by_a_part_of_their_name_or_address(office: Office, customer: UUID) -> None:
    await office.customer(name="Crédit 100% Fiable", email="x_y@fiable.example")

    async def found(q: str) -> list[str]:
        return [each["name"] for each in (await office.do("GET", "/customers", params={"q": q}))["items"]]

    assert await found("lefÈvre") == ["Garage Lefèvre"]
    assert await found("fiable.example") == ["Crédit 100% Fiable"]
    assert await found("0%") == ["Crédit 100% Fiable"]
    assert await found("x_y") == ["Crédit 100% Fiable"]
    assert await found("_") == ["Crédit 100% Fiable"]
    assert len(await found("a")) == 2


async def test_pages_show_each_customer_once_the_newest_first(office: Office) -> None:
    for number in range(5):
        await office.customer(name=f"Client {number}")
        office.days_pass(number % 2)
    seen: list[str] = []
    asked = {"limit": "2"}
    while True:
        page = await office.do("GET", "/customers", params=asked)
        seen += [each["name"] for each in page["items"]]
        if page["next"] is None:
            break
        asked["cursor"] = page["next"]

    assert sorted(seen) == [f"Client {number}" for number in range(5)]
    assert seen[0] == "Client 4"


async def test_a_search_that_is_not_text_is_refused(office: Office) -> None:
    for path in ("/customers", "/invoices"):
        with pytest.raises(Refused, match="q: character 0x00 cannot be printed"):
            await office.do("GET", path, params={"q": "a\0"})


async def test_a_cursor_of_one_s_own_making_is_refused(office: Office) -> None:
    for cursor in ("x", "bm8", "W10", "WyJhIiwgImIiXQ", "WzEsIDJd"):
        with pytest.raises(Refused) as refusal:
            await office.do("GET", "/customers", params={"cursor": cursor})
        assert [refusal.value.status, refusal.value.fields] == [422, ["cursor"]], cursor


WRONG: list[tuple[str, dict[str, Any]]] = [
    ("name", {"name": " "}),
    ("name", {"name": "a\nb"}),
    ("kind", {"kind": "friend"}),
    ("language", {"language": "de"}),
    ("address.city", {"address": {"lines": ["1 rue"], "city": ""}}),
    ("address.lines", {"address": {"lines": [], "city": "Dijon"}}),
    ("address.street", {"address": {"lines": ["1 rue"], "city": "Dijon", "street": "x"}}),
    ("address.country", {"address": {"lines": ["1 rue"], "city": "Dijon", "country": "France"}}),
    ("email", {"email": "anne"}),
    ("siren", {"siren": "732829321"}),
    ("vat_number", {"vat_number": "44732829320"}),
    ("payment_terms_days", {"payment_terms_days": -1}),
    ("excluded", {"excluded": True}),
]


async def test_a_wrong_field_is_named_and_nothing_is_stored(office: Office) -> None:
    for field, change in WRONG:
        with pytest.raises(Refused) as refusal:
            await office.do("POST", "/customers", a_customer(**change))
        assert refusal.value.status == 422, change
        assert field in refusal.value.fields, change

    assert (await office.do("GET", "/customers"))["items"] == []
