"""Days of sales outstanding: what is open, as a part of what was invoiced in the days before."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from services.billing.ageing import counting
from services.billing.sales.domain import days_outstanding
from tests.services.billing.office import Office, a_line
from tests.services.billing.till import Till


async def dso(office: Office, **asked: int) -> Any:
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    return await office.do("GET", f"/receivables/dso?{query}")


async def count_in(office: Office) -> None:
    async with office.sessions() as session, session.begin():
        await counting.count_in(session, batch=1000)


@pytest.mark.parametrize("counted", [True, False])
async def test_it_is_the_open_balance_by_what_was_invoiced_in_the_days(office: Office, counted: bool) -> None:
    till, customer = Till(office), await office.customer()
    paid = await office.issue(customer, due="2026-01-31")
    await office.issue(customer, due="2026-01-31")
    await office.issue(customer, a_line("1", "500.00"), due="2026-01-31", currency="USD")
    await till.receive("P1", "800.00", invoice_number=paid["number"])
    if counted:
        await count_in(office)

    answer = await dso(office, days=30)

    assert answer["totals"] == [
        {"currency": "EUR", "balance": "1600.00", "invoiced": "2400.00", "days_outstanding": "20.0"},
        {"currency": "USD", "balance": "600.00", "invoiced": "600.00", "days_outstanding": "30.0"},
    ]
    assert (answer["days"], answer["day"]) == (30, office.now.date().isoformat())


async def test_what_was_invoiced_before_the_days_is_owed_but_not_counted_as_sold(office: Office) -> None:
    customer = await office.customer()
    await office.issue(customer, due="2026-01-31")
    issued_on = office.now
    office.now = datetime(2026, 5, 1, 10, tzinfo=UTC)
    (row,) = (await dso(office))["totals"]
    assert (row["balance"], row["invoiced"], row["days_outstanding"]) == ("1200.00", "0.00", None)

    days = (office.now.date() - issued_on.date()).days + 1
    assert (await dso(office, days=days))["totals"][0]["invoiced"] == "1200.00"
    assert (await dso(office, days=days - 1))["totals"][0]["invoiced"] == "0.00"


async def test_what_is_credited_was_no_sale_and_what_is_written_off_was_one(office: Office) -> None:
    customer = await office.customer()
    credited, lost, _ = [await office.issue(customer, due="2026-01-31") for _ in range(3)]
    await count_in(office)
    await office.do("POST", f"/invoices/{credited['id']}/credit", {"reason": "mistake"})
    await office.do("POST", f"/receivables/{lost['id']}/write-off", {"reason": "insolvent"})

    for _ in range(2):
        (row,) = (await dso(office))["totals"]
        assert (row["balance"], row["invoiced"], row["days_outstanding"]) == ("1200.00", "2400.00", "45.0")
        await count_in(office)


async def test_nobody_hears_of_another_organisations_sales(office: Office) -> None:
    await office.issue(await office.customer(), due="2026-01-31")
    assert (await dso(office.of("other")))["totals"] == []


def test_it_is_rounded_half_up_to_a_tenth() -> None:
    assert days_outstanding(Decimal("100.50"), Decimal(1000), 30) == Decimal("3.0")
    assert days_outstanding(Decimal("105.00"), Decimal(1000), 10) == Decimal("1.1")
    assert days_outstanding(Decimal("5.00"), Decimal("0.00"), 30) is None
