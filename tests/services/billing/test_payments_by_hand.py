"""People record payments, match what is left of them, and undo them; the bus is not needed."""

import json
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from chassis.auth import Role
from contracts.events import PaymentApplied, PaymentRejected
from tests.services.billing.office import Office, Refused
from tests.services.billing.till import Till, a_payment

ACCOUNTANT = Role.ACCOUNTANT


@pytest.fixture
def till(office: Office) -> Till:
    return Till(office)


@pytest.fixture
async def invoice(office: Office) -> Any:
    """F-2026-00001, of 1200.00 EUR."""
    return await office.issue(await office.customer())


def typed_in(payment_id: str | None = "P1", amount: str = "1200.00", **changes: Any) -> dict[str, Any]:
    body = a_payment(payment_id or "", amount, **changes)
    return {name: value for name, value in body.items() if name != "organisation" and value != ""}


async def test_a_payment_typed_in_is_taken_like_an_event(office: Office, till: Till, invoice: Any) -> None:
    answer = await office.ask("POST", "/payments", typed_in(invoice_number=invoice["number"]), ACCOUNTANT)

    assert answer.status_code == 201
    assert answer.json()["status"] == "applied"
    (movement,) = answer.json()["allocations"]
    assert (movement["made_by"], movement["made_by_name"]) == ("somebody", "somebody")
    assert await till.outcomes() == ["PaymentApplied"]

    again = await office.ask("POST", "/payments", typed_in(invoice_number=invoice["number"]), ACCOUNTANT)
    assert (again.status_code, again.json()) == (200, answer.json())


async def test_the_event_after_the_same_payment_was_typed_in_changes_nothing(
    office: Office, till: Till, invoice: Any
) -> None:
    await office.do("POST", "/payments", typed_in(invoice_number=invoice["number"]), Role.SERVICE)
    await till.receive(invoice_number=invoice["number"])

    assert await till.outcomes() == ["PaymentApplied"]


async def test_a_payment_without_an_id_gets_one(office: Office) -> None:
    first = await office.do("POST", "/payments", typed_in(None, "10.00"))
    second = await office.do("POST", "/payments", typed_in(None, "10.00"))

    assert first["payment_id"] != second["payment_id"]


async def test_a_rejected_payment_is_answered_with_the_reason_which_is_kept_and_told(
    office: Office, till: Till, invoice: Any
) -> None:
    for _ in range(2):
        answer = await office.ask("POST", "/payments", typed_in(currency="USD", invoice_number=invoice["number"]))
        assert answer.status_code == 409
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["type"] == "urn:relance:problem:payment_rejected"
        assert answer.json()["detail"] == f"currency: USD, but invoice {invoice['number']} is in EUR"

    (rejected,) = await till.told(PaymentRejected)
    assert rejected.payment_id == "P1"
    assert (await till.payment())["status"] == "rejected"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amount": "-1.00"}, "amount"),
        ({"amount": 12.5}, "amount"),
        ({"amount": "12,50"}, "amount"),
        ({"currency": "EURO"}, "currency"),
        ({"received_on": "1926-02-03"}, "received_on"),
        ({"payment_id": "with space"}, "payment_id"),
        ({"organisation": "demo"}, "organisation"),
        ({"remittance": "nul \0 byte"}, "remittance"),
    ],
)
async def test_what_is_malformed_is_refused_by_field_and_nothing_is_kept(
    office: Office, changes: dict[str, Any], field: str
) -> None:
    answer = await office.ask("POST", "/payments", typed_in() | changes)

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert (await office.do("GET", "/payments"))["items"] == []


async def test_half_a_character_is_refused(office: Office) -> None:
    body = json.dumps(typed_in(remittance="\ud800")).encode()
    headers = {"content-type": "application/json"}
    answer = await office.ask("POST", "/payments", content=body, headers=headers)

    assert answer.status_code == 422
    assert (await office.do("GET", "/payments"))["items"] == []


async def test_the_same_idempotency_key_has_one_effect(office: Office) -> None:
    headers = {"Idempotency-Key": "k1"}
    first = await office.do("POST", "/payments", typed_in(None), headers=headers)
    second = await office.do("POST", "/payments", typed_in(None), headers=headers)

    assert first == second
    assert len((await office.do("GET", "/payments"))["items"]) == 1


async def test_what_is_left_of_a_payment_is_matched_to_invoices_by_hand(
    office: Office, till: Till, invoice: Any
) -> None:
    other = await office.issue(invoice["customer_id"])
    await till.receive("P1", "1500.00", remittance="thanks")

    await match(office, invoice, "1200.00")
    payment = await match(office, other, "200.00")

    assert (payment["status"], payment["unallocated"], payment["customer_id"]) == (
        "applied",
        "100.00",
        invoice["customer_id"],
    )
    assert await till.balances([invoice, other]) == [Decimal(0), Decimal("1000.00")]
    assert [each["cause"] for each in payment["allocations"]] == ["matched", "matched"]
    told = (await till.told(PaymentApplied))[-1]
    assert [(each.number, each.amount) for each in told.allocations] == [(other["number"], Decimal("200.00"))]


async def test_a_reversal_takes_back_what_was_matched_by_hand(office: Office, till: Till, invoice: Any) -> None:
    other = await office.issue(invoice["customer_id"])
    await till.receive("P1", "1500.00")
    await match(office, invoice, "1200.00")
    await match(office, other, "300.00")

    answer = await office.ask("POST", "/payments/P1/reverse", {"reversed_on": "2026-02-10", "reason": "bounced"})

    assert (answer.status_code, answer.json()["status"]) == (201, "reversed")
    assert await till.balances([invoice, other]) == [Decimal("1200.00"), Decimal("1200.00")]
    assert sorted((await till.invoice_facts())[-2:]) == [
        ("InvoiceBalanceChanged", Decimal("1200.00")),
        ("InvoiceReopened", Decimal("1200.00")),
    ]
    again = await office.ask("POST", "/payments/P1/reverse", {"reversed_on": "2026-02-10", "reason": "bounced"})
    assert again.status_code == 200
    other_reason = await office.ask("POST", "/payments/P1/reverse", {"reversed_on": "2026-02-10", "reason": "no"})
    assert other_reason.status_code == 409


@pytest.mark.parametrize(
    ("amount", "detail"),
    [
        ("1500.01", "amount: 1500.01 is more than is left of payment P1; expected at most 1500.00"),
        ("1200.01", "amount: 1200.01 is more than is owed on invoice F-2026-00001; expected at most 1200.00"),
    ],
)
async def test_no_more_is_matched_than_is_left_or_owed(
    office: Office, till: Till, invoice: Any, amount: str, detail: str
) -> None:
    await till.receive("P1", "1500.00")

    with pytest.raises(Refused) as refused:
        await match(office, invoice, amount)

    assert (refused.value.status, refused.value.problem["detail"]) == (409, detail)
    assert await till.balances([invoice]) == [Decimal("1200.00")]


async def test_only_open_invoices_in_the_same_currency_are_matched(office: Office, till: Till, invoice: Any) -> None:
    await till.receive("P1", "100.00", currency="USD")
    assert await code_of(office, "P1", invoice) == "different_currency"

    await till.receive("P2", "1300.00", invoice_number=invoice["number"])
    assert await code_of(office, "P2", invoice) == "receivable_closed"


async def test_a_payment_that_is_rejected_awaited_or_reversed_is_not_matched(
    office: Office, till: Till, invoice: Any
) -> None:
    await till.receive("P1", "-1.00")
    await till.reverse("P2")
    await till.receive("P3", "10.00")
    await till.reverse("P3")

    assert await code_of(office, "P1", invoice) == "payment_not_recorded"
    assert await code_of(office, "P2", invoice) == "payment_not_recorded"
    assert await code_of(office, "P3", invoice) == "payment_was_reversed"
    body = {"reversed_on": "2026-02-10", "reason": "bounced"}
    assert (await office.ask("POST", "/payments/P1/reverse", body)).status_code == 409


async def test_the_payment_and_the_invoice_must_be_ones_own(office: Office, till: Till, invoice: Any) -> None:
    elsewhere = office.of("other")
    await till.receive("P1", "10.00")
    await Till(elsewhere).receive("P9", "10.00")

    for path in ("/payments/P1", f"/receivables/{invoice['id']}", f"/receivables/{invoice['id']}/history"):
        assert (await elsewhere.ask("GET", path)).status_code == 404
    body = {"invoice_id": invoice["id"], "amount": "1.00"}
    assert (await elsewhere.ask("POST", "/payments/P1/allocations", body)).status_code == 404
    assert (await elsewhere.ask("POST", "/payments/P9/allocations", body)).status_code == 404
    reversal = {"reversed_on": "2026-02-10", "reason": "bounced"}
    assert (await elsewhere.ask("POST", "/payments/P1/reverse", reversal)).status_code == 404
    assert (await office.ask("POST", f"/payments/{uuid4()}/reverse", reversal)).status_code == 404
    assert [each["payment_id"] for each in (await elsewhere.do("GET", "/payments"))["items"]] == ["P9"]


async def test_an_id_with_slashes_is_read_and_reversed(office: Office, till: Till) -> None:
    await till.receive("BNP/2026/02?03#1", "10.00")

    payment = await office.do("GET", "/payments/BNP%2F2026%2F02%3F03%231")
    assert payment["payment_id"] == "BNP/2026/02?03#1"
    body = {"reversed_on": "2026-02-10", "reason": "bounced"}
    assert (await office.do("POST", "/payments/BNP%2F2026%2F02%3F03%231/reverse", body))["status"] == "reversed"


@pytest.mark.parametrize(
    "path",
    ["/payments/%00", "/payments/a%20b", "/receivables?q=%00", "/receivables?min_amount=12,5", "/payments?cursor=x"],
)
async def test_what_no_payment_or_number_can_be_is_refused_as_malformed(office: Office, path: str) -> None:
    assert (await office.ask("GET", path)).status_code == 422


async def test_the_list_is_newest_first_a_page_at_a_time_and_by_status(office: Office, till: Till) -> None:
    for number in range(5):
        await till.receive(f"P{number}", "10.00" if number else "-1.00")
        office.days_pass(1)

    first = await office.do("GET", "/payments?limit=2")
    second = await office.do("GET", f"/payments?limit=2&cursor={first['next']}")
    third = await office.do("GET", f"/payments?limit=2&cursor={second['next']}")
    seen = [each["payment_id"] for page in (first, second, third) for each in page["items"]]
    assert (seen, third["next"]) == (["P4", "P3", "P2", "P1", "P0"], None)
    rejected = await office.do("GET", "/payments?status=rejected")
    assert [each["payment_id"] for each in rejected["items"]] == ["P0"]
    assert (await office.ask("GET", "/payments?cursor=nonsense")).status_code == 422


async def match(office: Office, invoice: Any, amount: str, payment_id: str = "P1") -> Any:
    body = {"invoice_id": invoice["id"], "amount": amount}
    return await office.do("POST", f"/payments/{payment_id}/allocations", body, ACCOUNTANT)


async def code_of(office: Office, payment_id: str, invoice: Any) -> str:
    with pytest.raises(Refused) as refused:
        await match(office, invoice, "1.00", payment_id)
    return str(refused.value.problem["type"]).rsplit(":", 1)[-1]
