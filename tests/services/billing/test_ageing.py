"""The aged balance: what is open, by how late it is; exact at any instant, counted in or not."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text

from chassis.auth import Role
from services.billing.ageing import counting
from tests.services.billing.office import Office, a_line
from tests.services.billing.till import Till

AGES = ("not_due", "days_1_to_30", "days_31_to_60", "days_61_to_90", "days_over_90")
FIRST_AND_LAST_DAYS = "2026-01-31 2026-02-01 2026-03-02 2026-03-03 2026-04-01 2026-04-02 2026-05-01 2026-05-02"
MARCH = datetime(2026, 3, 31, 10, tzinfo=UTC)


@pytest.fixture
def till(office: Office) -> Till:
    return Till(office)


async def aged(office: Office, path: str = "", *roles: Role) -> Any:
    return await office.do("GET", f"/receivables/aged{path}", None, *roles)


async def count_in(office: Office, batch: int = 1000) -> int:
    async with office.sessions() as session, session.begin():
        return await counting.count_in(session, batch=batch)


def ages(row: dict[str, Any]) -> list[str]:
    return [row[age] for age in AGES]


@pytest.mark.parametrize("counted", [True, False])
async def test_each_invoice_is_in_the_age_of_its_due_date(office: Office, counted: bool) -> None:
    customer = await office.customer()
    for due in ("2026-03-31", "2026-03-30", "2026-03-01", "2026-02-28", "2026-01-30", "2026-01-29", "2026-01-15"):
        await office.issue(customer, due=due)
    office.now = datetime(2026, 4, 16, 10, tzinfo=UTC)
    if counted:
        assert await count_in(office) == 7

    (row,) = (await aged(office))["totals"]
    assert ages(row) == ["0.00", "2400.00", "2400.00", "2400.00", "1200.00"]
    assert (row["total"], row["invoices"], row["currency"]) == ("8400.00", 7, "EUR")


async def test_the_day_an_age_begins(office: Office) -> None:
    customer = await office.customer()
    await office.issue(customer, due="2026-01-31")
    seen = []
    for day in FIRST_AND_LAST_DAYS.split():
        office.now = datetime.fromisoformat(f"{day}T10:00:00Z")
        (row,) = (await aged(office))["totals"]
        seen.append(AGES[ages(row).index("1200.00")])

    assert seen == [AGES[0], AGES[1], AGES[1], AGES[2], AGES[2], AGES[3], AGES[3], AGES[4]]


async def test_what_is_paid_written_off_credited_or_put_off_moves(office: Office, till: Till) -> None:
    customer = await office.customer()
    paid, part, given_up, credited, put_off = [await office.issue(customer, due="2026-01-31") for _ in range(5)]
    await count_in(office)
    await till.receive("P1", invoice_number=paid["number"])
    await till.receive("P2", "200.00", invoice_number=part["number"])
    await office.do("POST", f"/receivables/{given_up['id']}/write-off", {"reason": "insolvent"})
    await office.do("POST", f"/invoices/{credited['id']}/credit", {"reason": "mistake"})
    await office.do(
        "POST", f"/receivables/{put_off['id']}/due-date", {"due_date": "2026-03-31", "reason": "agreed by phone"}
    )
    office.now = MARCH

    for _ in range(2):
        (row,) = (await aged(office))["totals"]
        assert ages(row) == ["1200.00", "0.00", "1000.00", "0.00", "0.00"]
        assert (row["total"], row["invoices"]) == ("2200.00", 2)
        assert [ages(each) for each in (await aged(office, "/customers"))["items"]] == [ages(row)]
        await count_in(office)


async def test_days_without_anything_open_are_forgotten(office: Office, till: Till) -> None:
    invoice = await office.issue(await office.customer())
    await count_in(office)
    await till.receive("P1", invoice_number=invoice["number"])
    await count_in(office)

    assert (await aged(office))["totals"] == []
    async with office.sessions() as session:
        left = await (await session.connection()).execute(
            text("select (select count(*) from ageing_days) + (select count(*) from ageing_movements)")
        )
        assert left.scalar() == 0


async def test_currencies_are_never_added_up(office: Office) -> None:
    customer = await office.customer()
    await office.issue(customer, due="2026-01-31")
    await office.issue(customer, a_line("1", "10.00"), due="2026-01-31", currency="USD")

    totals = (await aged(office))["totals"]
    assert [(row["currency"], row["total"]) for row in totals] == [("EUR", "1200.00"), ("USD", "12.00")]
    items = (await aged(office, "/customers"))["items"]
    assert [(item["currency"], item["total"], item["customer_name"]) for item in items] == [
        ("EUR", "1200.00", "Garage Lefèvre"),
        ("USD", "12.00", "Garage Lefèvre"),
    ]


async def test_customers_come_a_page_at_a_time(office: Office) -> None:
    customers = [await office.customer() for _ in range(3)]
    for customer in (*customers, customers[0]):
        await office.issue(customer)
    await office.customer(name="owes nothing")

    first = await aged(office, "/customers?limit=2")
    second = await aged(office, f"/customers?limit=2&cursor={first['next']}")

    seen = {item["customer_id"]: item["invoices"] for page in (first, second) for item in page["items"]}
    assert seen == {str(customer): 2 if customer is customers[0] else 1 for customer in customers}
    assert (len(first["items"]), second["next"]) == (2, None)
    (one,) = (await aged(office, f"/customers?customer_id={customers[1]}"))["items"]
    assert one["customer_id"] == str(customers[1])


async def test_another_organisation_sees_nothing(office: Office) -> None:
    await office.issue(await office.customer())
    await count_in(office)
    elsewhere = office.of("other")

    assert (await aged(elsewhere))["totals"] == []
    assert (await aged(elsewhere, "/customers"))["items"] == []


async def test_a_cursor_of_another_list_is_refused(office: Office) -> None:
    answer = await office.ask("GET", "/receivables/aged/customers?cursor=x")

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "cursor")


async def test_the_sum_is_exact_while_movements_are_counted_in(office: Office) -> None:
    """Read again and again while two workers count in batches of one."""
    customer = await office.customer()
    for _ in range(12):
        await office.issue(customer)
    done = asyncio.Event()

    async def worker() -> None:
        while await count_in(office, batch=1):
            await asyncio.sleep(0)
        done.set()

    async def reader() -> list[str]:
        sums = []
        while not done.is_set():
            (row,) = (await aged(office))["totals"]
            sums.append(row["total"])
        return sums

    _, _, sums = await asyncio.gather(worker(), worker(), reader())
    assert set(sums) == {"14400.00"}


async def test_those_who_owe_most_are_ranked_a_page_at_a_time(office: Office) -> None:
    for name, owed in (("Late", "100.00"), ("Later", "300.00"), ("Latest", "200.00"), ("As late", "200.00")):
        await office.issue(await office.customer(name=name), a_line("1", owed), due="2026-01-20")
    await office.issue(await office.customer(name="Not due"), a_line("1", "900.00"), due="2026-06-20")
    office.now = MARCH

    seen, cursor = [], ""
    for _ in range(4):
        page = await aged(office, f"/customers?sort=-overdue&limit=1{cursor}")
        seen += [(row["customer_name"], row["days_61_to_90"]) for row in page["items"]]
        cursor = f"&cursor={page['next']}"
    whole = await aged(office, "/customers?sort=-total")

    assert page["next"] is None
    assert (seen[0], seen[3]) == (("Later", "360.00"), ("Late", "120.00"))
    assert {name for name, _ in seen[1:3]} == {"Latest", "As late"}
    assert whole["items"][0]["customer_name"] == "Not due"
    assert len(whole["items"]) == 5
    assert (await aged(office.of("other"), "/customers?sort=-overdue"))["items"] == []


async def test_a_cursor_of_another_order_is_refused(office: Office) -> None:
    for name in ("A", "B"):
        await office.issue(await office.customer(name=name), due="2026-01-20")
    cursor = (await aged(office, "/customers?limit=1"))["next"]
    answer = await office.ask("GET", f"/receivables/aged/customers?sort=-overdue&cursor={cursor}")
    assert answer.status_code == 422
