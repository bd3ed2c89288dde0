"""Where the rest of payments may belong: by the amount, the customer and the name of the payer."""

from typing import Any

import pytest

from chassis.auth import Role
from tests.services.billing.office import Office, Refused, a_line
from tests.services.billing.till import Till


@pytest.fixture
def till(office: Office) -> Till:
    return Till(office)


async def suggested(office: Office, *payments: str, role: Role = Role.ACCOUNTANT, **asked: str) -> Any:
    wanted = [*asked.items(), *(("payment_id", each) for each in payments)]
    return (await office.do("GET", "/payment-suggestions", None, role, params=wanted))["items"]


async def test_an_invoice_of_the_very_amount_is_suggested(office: Office, till: Till) -> None:
    customer = await office.customer()
    fits = await office.issue(customer, a_line("1", "100.00"), due="2026-02-01")
    await office.issue(customer, a_line("1", "200.00"), due="2026-02-01")
    await till.receive("P1", "120.00")

    (found,) = await suggested(office, "P1")

    assert found == {
        "payment_id": "P1",
        "invoice_id": fits["id"],
        "number": fits["number"],
        "customer_id": str(customer),
        "customer_name": "Garage Lefèvre",
        "due_date": "2026-02-01",
        "balance": "120.00",
        "because": ["same_amount"],
    }


async def test_what_more_speaks_for_comes_first(office: Office, till: Till) -> None:
    other, named = await office.customer(name="Autre"), await office.customer(name="SARL 100%_Durand\\Fils")
    by_amount = await office.issue(other, a_line("1", "100.00"), due="2026-01-20")
    by_name = await office.issue(named, a_line("1", "900.00"), due="2026-01-21")
    by_both = await office.issue(named, a_line("1", "100.00"), due="2026-03-01")
    await till.receive("P1", "120.00", payer={"name": "100%_durand\\fils"})
    await till.receive("P2", "7.00", payer={"name": "0%_Durand"})
    await till.receive("P3", "7.00", payer={"name": "0xDurand"})

    found = await suggested(office, "P1")

    assert [each["number"] for each in found] == [by_both["number"], by_amount["number"], by_name["number"]]
    assert found[0]["because"] == ["same_amount", "payer_name"]
    assert len(await suggested(office, "P2")) == 2
    assert await suggested(office, "P3") == []


@pytest.mark.parametrize("each", ["1", "2", "3"])
async def test_the_best_is_the_same_however_many_are_asked_for(office: Office, till: Till, each: str) -> None:
    garage, other = await office.customer(), await office.customer(name="Boulangerie")
    await office.issue(other, a_line("1", "100.00"), due="2026-02-01")
    await office.issue(garage, a_line("1", "500.00"), due="2026-02-05")
    best = await office.issue(garage, a_line("1", "100.00"), due="2026-02-10")
    await till.receive("P1", "120.00", payer={"name": "Garage Lefèvre"})

    found = await suggested(office, "P1", each=each)

    assert (found[0]["number"], found[0]["because"]) == (best["number"], ["same_amount", "payer_name"])
    assert len(found) == int(each)


async def test_the_customer_s_own_invoice_of_the_very_amount_comes_before_older_ones(
    office: Office, till: Till
) -> None:
    customer, namesake = await office.customer(), await office.customer(name="A Garage Lefèvre & Fils")
    paid = await office.issue(customer, due="2026-02-01")
    await office.issue(namesake, a_line("1", "100.00"), due="2026-02-02")
    await office.issue(customer, due="2026-02-03")
    best = await office.issue(customer, a_line("1", "100.00"), due="2026-02-10")
    await till.receive("P1", "1320.00", invoice_number=paid["number"], payer={"name": "Garage Lefèvre"})

    (found,) = await suggested(office, "P1", each="1")

    assert (found["number"], found["because"]) == (best["number"], ["same_customer", "same_amount", "payer_name"])


async def test_the_rest_of_a_payment_is_suggested_to_its_customer(office: Office, till: Till) -> None:
    customer = await office.customer()
    paid = await office.issue(customer, due="2026-02-01")
    following = await office.issue(customer, due="2026-02-02")
    await till.receive("P1", "1300.00", invoice_number=paid["number"])

    (found,) = await suggested(office, "P1")

    assert (found["number"], found["because"]) == (following["number"], ["same_customer"])


async def test_what_is_paid_reversed_foreign_or_in_another_currency_is_not(office: Office, till: Till) -> None:
    customer = await office.customer()
    await office.issue(customer, due="2026-02-01")
    await till.receive("P1", "1200.00", currency="USD")
    await till.receive("P2", "1200.00")
    await till.reverse("P2")
    other = office.of("other")

    assert await suggested(office, "P1", "P2", "UNKNOWN") == []
    await till.receive("P3", "1200.00")
    assert len(await suggested(office, "P3")) == 1
    assert await suggested(other, "P3") == []


async def test_several_payments_are_asked_for_at_once_and_each_has_a_few(office: Office, till: Till) -> None:
    customer = await office.customer()
    for day in range(1, 6):
        await office.issue(customer, due=f"2026-02-0{day}")
    await till.receive("P1", "1200.00")
    await till.receive("P2", "1200.00")

    assert [each["payment_id"] for each in await suggested(office, "P1", "P2", each="2")] == ["P1", "P1", "P2", "P2"]
    with pytest.raises(Refused) as refusal:
        await suggested(office)
    assert refusal.value.fields == ["payment_id"]
