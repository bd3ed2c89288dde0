"""The figures of the overdue list, read from the real billing."""

import csv
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from decimal import Decimal
from io import StringIO

import pytest

from chassis.http import Peer
from contracts.parties import Language
from tests.services.billing.office import Office, a_line, an_office
from tests.support.tokens import Keys
from workflows.overdue_list.figures import Figures


@pytest.fixture
async def office(database_of: Callable[[str], Awaitable[str]], keys: Keys) -> AsyncIterator[Office]:
    """On Monday 2026-04-20: an invoice of the week before, two older ones, one that is not due, one that is paid."""
    async with an_office(await database_of("billing"), keys) as office:
        office.now = datetime(2026, 1, 5, 10, tzinfo=UTC)
        await office.sells()
        garage, cafe = await office.customer(name="Garage Lefèvre"), await office.customer(name="=Café du Port")
        await office.issue(garage, a_line("1", "1000.00"), due="2026-04-13")  # late since the 14th
        await office.issue(garage, a_line("1", "100.00"), due="2026-04-12")  # late since the 13th, a Monday
        await office.issue(cafe, a_line("1", "5000.00"), due="2026-01-10")
        await office.issue(cafe, a_line("1", "7000.00"), due="2026-04-20")  # due today
        paid = await office.issue(cafe, a_line("1", "10.00"), due="2026-01-10")
        office.now = datetime(2026, 4, 20, 6, tzinfo=UTC)
        payment = {
            "payment_id": "VIR-1", "amount": "12.00", "currency": "EUR", "received_on": "2026-04-17",
            "method": "transfer", "invoice_number": paid["number"],
        }  # fmt: skip
        await office.do("POST", "/payments", payment)
        office.app.state.now = lambda: office.now
        yield office


def figures_of(office: Office, organisation: str = "demo") -> Figures:
    return Figures(Peer(office.client, "", office.keys.mint(), "workflows"), organisation)


async def test_amounts_by_age_counts_and_what_is_new(office: Office) -> None:
    figures = figures_of(office)
    aged = await figures.aged()

    (euros,) = await figures.amounts(aged)

    assert aged.day.isoformat() == "2026-04-20"
    assert (euros.currency, euros.invoices, euros.total) == ("EUR", 3, Decimal("7320.00"))
    assert (euros.days_1_to_30, euros.days_over_90) == (Decimal("1320.00"), Decimal("6000.00"))
    assert {euros.days_31_to_60, euros.days_61_to_90} == {Decimal("0.00")}
    assert (euros.newly_invoices, euros.newly) == (1, Decimal("1200.00"))


async def test_late_payers_the_largest_first(office: Office) -> None:
    payers, customers = await figures_of(office).late_payers()

    assert customers == 2
    assert [(each.name, each.overdue) for each in payers] == [
        ("=Café du Port", Decimal("6000.00")),
        ("Garage Lefèvre", Decimal("1320.00")),
    ]


async def test_invoices_those_late_for_longest_first(office: Office) -> None:
    invoices = await figures_of(office).invoices()

    assert [(each.customer_name, each.days_late, each.balance) for each in invoices] == [
        ("=Café du Port", 100, Decimal("6000.00")),
        ("Garage Lefèvre", 8, Decimal("120.00")),
        ("Garage Lefèvre", 7, Decimal("1200.00")),
    ]


async def test_the_file_is_for_french_spreadsheets_and_runs_nothing_there(office: Office) -> None:
    file = await figures_of(office).file(Language.FRENCH)

    assert file is not None
    heading, *rows = csv.reader(StringIO(file.decode("utf-8-sig")), delimiter=";")
    assert heading[:2] == ["Numéro", "Client"]
    assert [(row[1], row[6]) for row in rows] == [
        ("'=Café du Port", "6000,00"),
        ("Garage Lefèvre", "120,00"),
        ("Garage Lefèvre", "1200,00"),
    ]


async def test_another_organisation_has_nothing_overdue(office: Office) -> None:
    figures = figures_of(office, "other")

    assert await figures.amounts(await figures.aged()) == []
    assert await figures.late_payers() == ([], 0)
    assert await figures.invoices() == []
