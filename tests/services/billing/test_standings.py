"""How customers stand: what is overdue and since when, for a whole list in one answer."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from chassis.auth import Role
from tests.services.billing.office import Office, Refused


async def standings(office: Office, *customers: UUID, role: Role = Role.SALES) -> Any:
    asked = [("customer_id", str(each)) for each in customers]
    return (await office.do("GET", "/standings", None, role, params=asked))["items"]


async def test_a_standing_says_what_is_overdue_and_for_how_long(office: Office, customer: UUID) -> None:
    await office.issue(customer, due="2026-02-01")
    await office.issue(customer, due="2026-02-10")
    await office.issue(customer, due="2026-06-01")
    office.days_pass(30)

    (standing,) = await standings(office, customer)

    assert standing == {
        "customer_id": str(customer),
        "currency": "EUR",
        "balance": "3600.00",
        "overdue": "2400.00",
        "overdue_invoices": 2,
        "days_late": 13,
    }


async def test_who_owes_in_time_is_not_late_and_who_owes_nothing_has_no_standing(office: Office) -> None:
    in_time, free = await office.customer(name="In time"), await office.customer(name="Free")
    await office.issue(in_time, due="2026-01-15")

    (standing,) = await standings(office, in_time, free, uuid4())

    assert (standing["overdue"], standing["days_late"]) == ("0.00", 0)


async def test_a_payment_ends_it_at_once(office: Office, customer: UUID) -> None:
    invoice = await office.issue(customer, due="2026-01-20")
    office.days_pass(30)
    paid = {"amount": "1200.00", "currency": "EUR", "received_on": "2026-02-14", "method": "cheque"}
    await office.do("POST", "/payments", paid | {"invoice_number": invoice["number"]})

    assert await standings(office, customer) == []


async def test_customers_of_others_stand_nowhere(office: Office, customer: UUID) -> None:
    await office.issue(customer, due="2026-01-16")
    office.days_pass(5)

    assert await standings(office.of("other"), customer) == []


async def test_as_many_are_asked_for_as_stand_on_a_page(office: Office) -> None:
    for customers in ([], [uuid4() for _ in range(201)]):
        with pytest.raises(Refused) as refusal:
            await standings(office, *customers)
        assert (refusal.value.status, refusal.value.fields) == (422, ["customer_id"])
