"""Drafts: computed when they are given, free to change, refused by the name of the field that is wrong."""

from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.auth import Role
from contracts.lines import Line, amounts_of
from services.billing.invoices import domain
from services.billing.invoices.schemas import DraftInput
from tests.services.billing.office import NOON, Office, Refused, a_draft, a_line

LARGEST = Decimal("9999999999999.99")


def digits(low: int, high: int, places: int) -> st.SearchStrategy[Decimal]:
    return st.decimals(Decimal(low), Decimal(high), places=places, allow_nan=False, allow_infinity=False)


any_line = st.builds(
    Line,
    description=st.just("Entretien"),
    quantity=digits(-10_000, 10_000, 4).filter(bool),
    unit_price=digits(0, 400, 6),
    discount_percent=digits(0, 100, 2),
    vat_rate=st.sampled_from([Decimal(rate) for rate in ("0", "2.1", "5.5", "10", "20", "20.00", "100")]),
)


@given(st.lists(any_line, min_size=1, max_size=30))
def test_a_draft_has_the_amounts_of_its_lines_to_the_cent(lines: list[Line]) -> None:
    draft = domain.draft_invoice("demo", DraftInput(customer_id=uuid4(), lines=lines), now=NOON)

    assert draft.total == draft.total_without_vat + draft.total_vat
    assert draft.total_without_vat == sum(line.net for line in draft.lines)
    assert draft.total_vat == sum(share.vat for share in draft.vat_shares)
    assert {amount.as_tuple().exponent for amount in (draft.total, draft.total_vat, draft.total_without_vat)} == {-2}
    assert abs(draft.total) < LARGEST


@given(st.lists(any_line, min_size=1, max_size=30))
def test_what_is_stored_is_read_back_as_it_was(lines: list[Line]) -> None:
    amounts = amounts_of(lines)

    assert type(amounts).model_validate_json(amounts.model_dump_json()) == amounts


async def test_a_draft_is_computed_by_line_and_vat_by_rate(office: Office, customer: UUID) -> None:
    draft = await office.draft(
        customer, a_line("3", "0.335", discount_percent="10"), a_line("1", "99.99"), a_line("2", "10", vat_rate="5.5")
    )

    assert [line["net"] for line in draft["lines"]] == ["0.90", "99.99", "20.00"]
    assert draft["vat_shares"] == [
        {"vat_rate": "20", "base": "100.89", "vat": "20.18"},
        {"vat_rate": "5.5", "base": "20.00", "vat": "1.10"},
    ]
    assert [draft["total_without_vat"], draft["total_vat"], draft["total"]] == ["120.89", "21.28", "142.17"]
    assert [draft["status"], draft["number"], draft["issue_date"]] == ["draft", None, None]
    assert await office.do("GET", f"/invoices/{draft['id']}") == draft


async def test_a_draft_in_a_currency_without_cents_has_whole_amounts(office: Office, customer: UUID) -> None:
    lines = [a_line("1", price, vat_rate="11") for price in ("333.2", "451.4")]

    draft = await office.draft(customer, *lines, currency="XPF")
    changed = await office.do("PUT", f"/invoices/{draft['id']}", a_draft(customer, *lines[:1], currency="JPY"))

    assert [line["net"] for line in draft["lines"]] == ["333.00", "451.00"]
    assert [draft["total_without_vat"], draft["total_vat"], draft["total"]] == ["784.00", "86.00", "870.00"]
    assert changed["total"] == "370.00"


async def test_a_draft_is_replaced_as_a_whole(office: Office, customer: UUID) -> None:
    draft = await office.draft(customer, order_reference="BC-1", note="Merci")

    changed = await office.do("PUT", f"/invoices/{draft['id']}", a_draft(customer, a_line("2"), currency="CHF"))

    assert [changed["total"], changed["currency"], changed["order_reference"]] == ["2400.00", "CHF", None]
    assert changed["created_at"] == draft["created_at"]


async def test_a_draft_can_be_thrown_away(office: Office, customer: UUID) -> None:
    path = f"/invoices/{(await office.draft(customer))['id']}"

    assert (await office.ask("DELETE", path, None, Role.SALES)).status_code == 204

    assert (await office.ask("GET", path)).status_code == 404


async def test_the_list_is_paged_newest_first_and_filtered(office: Office, customer: UUID) -> None:
    other = await office.customer(name="Autre")
    drafts = [await office.draft(customer) for _ in range(3)] + [await office.draft(other)]
    issued = await office.issue(other)

    first = await office.do("GET", "/invoices", params={"limit": 3})
    second = await office.do("GET", "/invoices", params={"limit": 3, "cursor": first["next"]})

    seen = [each["id"] for each in first["items"] + second["items"]]
    assert sorted(seen) == sorted(each["id"] for each in [*drafts, issued])
    assert second["next"] is None
    assert await ids(office, status="issued") == [issued["id"]]
    assert set(await ids(office, customer_id=str(other))) == {drafts[-1]["id"], issued["id"]}
    assert await ids(office, q="2026-0000") == [issued["id"]]
    assert await ids(office, q="%") == []


async def ids(office: Office, **asked: str) -> list[str]:
    return [each["id"] for each in (await office.do("GET", "/invoices", params=asked))["items"]]


WRONG: list[tuple[str, dict[str, Any]]] = [
    ("customer_id", {"customer_id": "me"}),
    ("currency", {"currency": "EURO"}),
    ("lines", {"lines": []}),
    ("lines", {"lines": [a_line("1000000000", "1000000000")]}),
    ("lines.0.quantity", {"lines": [a_line("1,5")]}),
    ("lines.0.quantity", {"lines": [a_line("0")]}),
    ("lines.0.unit_price", {"lines": [a_line("1", "-1")]}),
    ("lines.0.unit_price", {"lines": [a_line() | {"unit_price": 12.5}]}),
    ("lines.0.vat_rate", {"lines": [a_line(vat_rate="101")]}),
    ("lines.0.color", {"lines": [a_line(color="red")]}),
    ("supply_date", {"supply_date": "1926-01-01"}),
    ("payment_terms_days", {"payment_terms_days": 121}),
    ("scenario", {"scenario": "Not A Key"}),
    ("order_reference", {"order_reference": "two\nlines"}),
    ("note", {"note": "a\x00b"}),
    ("total", {"total": "1.00"}),
]


async def test_a_wrong_field_is_named_and_nothing_is_stored(office: Office, customer: UUID) -> None:
    for field, change in WRONG:
        with pytest.raises(Refused) as refusal:
            await office.do("POST", "/invoices", a_draft(customer) | change)
        assert refusal.value.status == 422, change
        assert field in refusal.value.fields, change

    assert (await office.do("GET", "/invoices"))["items"] == []


async def test_a_draft_is_for_a_customer_of_the_organisation(office: Office, customer: UUID) -> None:
    with pytest.raises(Refused, match=f"There is no customer {customer}") as refusal:
        await office.of("other").draft(customer)

    assert refusal.value.status == 404
