"""What is owed: found by what one asks, put off or given up by people, never changed behind a trigger's back."""

import csv
import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, update

from chassis.auth import Role
from contracts.events import InvoiceBalanceChanged, InvoiceCancelled, InvoiceIssued
from contracts.receivable import ReceivableView
from contracts.topology import BILLING_PAYMENT
from services.billing.payments import store
from services.billing.receivables import store as receivables
from services.billing.receivables.listing import Filters
from services.billing.receivables.models import Receivable
from services.billing.receivables.orders import Order
from services.billing.receivables.schemas import ReceivablePage
from tests.services.billing.office import Office, a_line
from tests.services.billing.till import Till

NOON = datetime(2026, 1, 15, 11, tzinfo=UTC)


@pytest.fixture
def till(office: Office) -> Till:
    return Till(office)


async def test_an_issued_invoice_opens_its_receivable_and_says_so(office: Office, till: Till) -> None:
    customer = await office.customer(scenario="gentle")
    invoice = await office.issue(customer, due="2026-01-31", scenario="firm")

    (issued,) = await till.told(InvoiceIssued)
    assert (issued.number, issued.total, issued.balance) == (invoice["number"], Decimal("1200.00"), Decimal("1200.00"))
    assert (issued.due_date, issued.status, issued.scenario, issued.version) == (
        date(2026, 1, 31),
        "open",
        "firm",
        1,
    )
    assert (issued.customer.customer_id, issued.customer.country, issued.customer.scenario) == (
        customer,
        "FR",
        "gentle",
    )


async def test_a_receivable_is_seen_with_both_parties_and_its_freshness(office: Office, till: Till) -> None:
    invoice = await office.issue(await office.customer(), order_reference="PO 7")

    view = ReceivableView.model_validate(await till.receivable(invoice))

    assert (view.contact.name, view.seller.name, view.order_reference) == ("Garage Lefèvre", "Atelier Martin", "PO 7")
    assert view.as_of == datetime(2000, 1, 1, tzinfo=UTC), "never written: too old to dun anybody"


async def test_the_freshness_never_goes_back(office: Office, till: Till) -> None:
    invoice = await office.issue(await office.customer())
    for as_of in (NOON, NOON + timedelta(seconds=2), NOON + timedelta(seconds=1)):
        async with office.sessions() as session, session.begin():
            await store.keep_as_of(session, BILLING_PAYMENT.durable, as_of)

    latest = (NOON + timedelta(seconds=2)).isoformat().replace("+00:00", "Z")
    assert (await till.receivable(invoice))["as_of"] == latest
    assert (await office.do("GET", "/receivables"))["as_of"] == latest


async def test_the_list_is_by_due_date_a_page_at_a_time(office: Office) -> None:
    customer = await office.customer()
    for due in ("2026-03-01", "2026-02-01", "2026-02-01", "2026-02-15"):
        await office.issue(customer, due=due)

    first = await office.do("GET", "/receivables?limit=3")
    second = await office.do("GET", f"/receivables?limit=3&cursor={first['next']}")

    seen = [item["due_date"] for page in (first, second) for item in page["items"]]
    assert (seen, second["next"]) == (["2026-02-01", "2026-02-01", "2026-02-15", "2026-03-01"], None)
    assert len({item["number"] for page in (first, second) for item in page["items"]}) == 4


@pytest.mark.parametrize(
    ("asked", "numbers"),
    [
        ("", "1 2 3 4"),
        ("overdue=true", "1 2"),
        ("overdue=false", "3 4"),
        ("status=settled", "4"),
        ("min_amount=600", "1 3"),
        ("max_amount=599.99", "2 4"),
        ("min_amount=500&max_amount=700", "2 3"),
        ("min_days_late=10", "1"),
        ("max_days_late=9", "2 3 4"),
        ("min_days_late=9&max_days_late=9", "2"),
        ("q=f-2026-00003", "3"),
        ("q=%25", ""),
        ("q=lefÈvre", "1 2 3 4"),
        ("sort=-due_date", "4 3 2 1"),
        ("sort=balance", "4 2 3 1"),
        ("sort=-number&overdue=true", "2 1"),
        ("customer_id=00000000-0000-0000-0000-000000000000", ""),
    ],
)
async def test_the_list_shows_what_is_asked_for(office: Office, till: Till, asked: str, numbers: str) -> None:
    customer = await office.customer()
    await office.issue(customer, due="2026-01-20")
    await office.issue(customer, a_line("1", "500.00"), due="2026-01-21")
    await office.issue(customer, a_line("1", "500.00"), due="2026-01-30")
    await office.issue(customer, due="2026-01-31")
    await till.receive("P2", "100.00", invoice_number="F-2026-00002")
    await till.receive("P4", "1200.00", invoice_number="F-2026-00004")
    office.now = datetime(2026, 1, 30, 11, tzinfo=UTC)

    page = await office.do("GET", f"/receivables?{asked}")

    assert [item["number"][-1] for item in page["items"]] == numbers.split()


@pytest.mark.parametrize("sort", Order)
async def test_each_order_goes_on_where_the_page_before_ended(office: Office, sort: Order) -> None:
    for name, price in (("Zoé", "10.00"), ("Émile", "30.00"), ("anne", "20.00")):
        customer = await office.customer(name=name)
        for due in ("2026-02-01", "2026-01-20"):
            await office.issue(customer, a_line("1", price), due=due)
    whole = await office.do("GET", f"/receivables?sort={sort}")

    seen, path = [], f"/receivables?sort={sort}&limit=2"
    page = await office.do("GET", path)
    seen += page["items"]
    while page["next"]:
        page = await office.do("GET", f"{path}&cursor={page['next']}")
        seen += page["items"]

    assert [item["number"] for item in seen] == [item["number"] for item in whole["items"]]
    assert len({item["number"] for item in seen}) == 6


async def test_totals_follow_the_filters(office: Office, till: Till) -> None:
    customer = await office.customer()
    await office.issue(customer, due="2026-01-20")
    await office.issue(customer, a_line("1", "500.00"), due="2026-02-20")
    await office.issue(customer, a_line("1", "100.00"), due="2026-02-20", currency="USD")
    await till.receive("P1", "200.00", invoice_number="F-2026-00001")
    office.now = datetime(2026, 1, 30, 11, tzinfo=UTC)

    everything = (await office.do("GET", "/receivables/totals"))["currencies"]
    late = (await office.do("GET", "/receivables/totals?overdue=true"))["currencies"]

    assert everything == [
        {"currency": "EUR", "count": 2, "balance": "1600.00", "overdue": "1000.00"},
        {"currency": "USD", "count": 1, "balance": "120.00", "overdue": "0.00"},
    ]
    assert late == [{"currency": "EUR", "count": 1, "balance": "1000.00", "overdue": "1000.00"}]
    assert (await office.of("other").do("GET", "/receivables/totals")) == {"currencies": [], "is_complete": True}


async def test_totals_that_are_counted_by_day_are_those_of_the_list(office: Office, till: Till) -> None:
    customer = await office.customer()
    paid, late, _, later = [
        await office.issue(customer, due=due) for due in ("2026-01-15", "2026-01-20", "2026-01-30", "2026-02-20")
    ]
    await till.receive("P1", invoice_number=paid["number"])
    await till.receive("P2", "200.00", invoice_number=late["number"])
    await office.issue(customer, a_line("1", "100.00"), due="2026-01-20", currency="USD")
    await office.do("POST", f"/invoices/{later['id']}/credit", {"reason": "mistake"})
    office.now = datetime(2026, 1, 30, 11, tzinfo=UTC)

    for asked in ("", "overdue=true", "overdue=false", "status=open", "status=settled", "status=open&overdue=false",
                  "status=open&min_days_late=1", "overdue=true&min_days_late=5&max_days_late=12", "max_days_late=0",
                  "status=settled&overdue=true", f"customer_id={customer}", "min_amount=0.00"):  # fmt: skip
        items = (await office.do("GET", f"/receivables?{asked}"))["items"]
        totals = await office.do("GET", f"/receivables/totals?{asked}")
        expected: dict[str, list[Decimal]] = {}
        for item in items:
            is_late = item["status"] == "open" and item["days_late"] > 0
            count, balance, overdue = expected.setdefault(item["currency"], [Decimal()] * 3)
            owed = Decimal(item["balance"])
            expected[item["currency"]] = [count + 1, balance + owed, overdue + (owed if is_late else 0)]
        found = {
            row["currency"]: [row["count"], Decimal(row["balance"]), Decimal(row["overdue"])]
            for row in totals["currencies"]
        }
        assert found == expected, asked
        assert totals["is_complete"]


async def test_totals_of_more_than_is_summed_say_so(office: Office) -> None:
    customer = await office.customer()
    for _ in range(3):
        await office.issue(customer, due="2026-01-20")
    filters = Filters(office.now.date(), customer_id=customer)

    async with office.sessions() as session:
        (some,), is_all = await receivables.totals(session, "demo", filters, most=2)
        (whole,), is_whole = await receivables.totals(session, "demo", filters, most=3)

    assert (is_all, is_whole) == (False, True)
    assert (some["count"], whole["count"]) == (3, 3)


async def test_the_list_is_had_as_a_file_for_spreadsheets_in_which_no_name_is_a_formula(office: Office) -> None:
    await office.issue(await office.customer(name="=1+1;x"), due="2026-01-20")
    await office.issue(await office.customer(), due="2026-03-20")
    office.now = datetime(2026, 1, 30, 11, tzinfo=UTC)

    answer = await office.ask("GET", "/receivables/export?overdue=true&language=fr")

    heading, row = answer.content.decode("utf-8-sig").splitlines()
    assert heading.startswith("Numéro;Client;")
    assert row == 'F-2026-00001;"\'=1+1;x";2026-01-15;2026-01-20;10;1200,00;1200,00;EUR;Ouverte'


async def test_the_file_counts_the_days_of_what_is_owed_alone_and_says_each_status_in_its_language(
    office: Office, till: Till
) -> None:
    invoices = [await office.issue(await office.customer(), due=f"2026-01-{day}") for day in (20, 21, 22, 23)]
    await till.receive("P1", invoice_number=invoices[1]["number"])
    await office.do("POST", f"/invoices/{invoices[2]['id']}/credit", {"reason": "mistake"})
    await office.do("POST", f"/receivables/{invoices[3]['id']}/write-off", {"reason": "insolvent"})
    office.now = datetime(2026, 1, 30, 11, tzinfo=UTC)

    files = [await office.ask("GET", f"/receivables/export?language={each}") for each in ("fr", "en")]

    french, english = [
        [(row[4], row[-1]) for row in csv.reader(StringIO(file.content.decode("utf-8-sig")), delimiter=separator)]
        for file, separator in zip(files, ";,", strict=True)
    ]
    assert french == [
        ("Jours de retard", "Statut"), ("10", "Ouverte"), ("", "Payée"), ("", "Avoir émis"), ("", "Passée en perte"),
    ]  # fmt: skip
    assert english == [
        ("Days late", "Status"), ("10", "Open"), ("", "Paid"), ("", "Credited"), ("", "Written off"),
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1+1", "@SUM(1)", '=cmd|"/c calc"!A1', '=HYPERLINK("http://x","y")'])
async def test_every_beginning_of_a_formula_is_disarmed(office: Office, name: str) -> None:
    await office.issue(await office.customer(name=name), due="2026-01-20")

    answer = await office.ask("GET", "/receivables/export?language=en")

    (_, row) = csv.reader(StringIO(answer.content.decode("utf-8-sig")))
    assert row[1] == f"'{name}"


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_no_separator_within_a_name_begins_a_formula(office: Office, language: str) -> None:
    names = ["ACME;=1+1", "ACME,=1+1", 'ACME;"=1+1"', 'ACME, "+1;-1;@A1"', "ACME; =1+1;;=2", "Dupont-Brun"]
    for name in names:
        await office.issue(await office.customer(name=name), due="2026-01-20")
    office.now = datetime(2026, 1, 30, 11, tzinfo=UTC)

    file = (await office.ask("GET", f"/receivables/export?language={language}")).content.decode("utf-8-sig")

    cells = [cell for each in (";", ",") for row in csv.reader(StringIO(file), delimiter=each) for cell in row]
    cells += re.split(r"[;,\t\r\n]", file)
    assert [cell for cell in cells if cell.lstrip(' \t"').startswith(("=", "+", "-", "@"))] == []
    rows = list(csv.reader(StringIO(file), delimiter=";" if language == "fr" else ","))[1:]
    assert {row[1].replace("'", "") for row in rows} == set(names)
    assert "Dupont-Brun" in {row[1] for row in rows}


async def test_an_item_of_the_list_is_written_as_its_schema_says(office: Office) -> None:
    """The list is made of columns and not of models: here the model reads it back, and writes the same."""
    await office.issue(await office.customer(scenario="gentle"), due="2026-01-31", scenario="firm")
    await office.issue(await office.customer(), due="2026-02-28")

    answer = await office.ask("GET", "/receivables")

    assert ReceivablePage.model_validate_json(answer.content).model_dump(mode="json") == answer.json()
    assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize("asked", ["overdue=true&status=settled", "min_amount=1&status=settled", "max_amount=-1"])
@pytest.mark.parametrize("sort", ["due_date", "-customer"])
async def test_what_contradicts_itself_finds_nothing(office: Office, till: Till, asked: str, sort: str) -> None:
    invoice = await office.issue(await office.customer())
    await till.receive("P1", invoice_number=invoice["number"])

    assert (await office.do("GET", f"/receivables?{asked}&sort={sort}"))["items"] == []


EACH_FILTER = "overdue=true overdue=false status=settled min_amount=0 min_amount=1 max_amount=0 q=lefèv"


@pytest.mark.parametrize("sort", Order)
async def test_filters_find_the_same_in_each_order(office: Office, till: Till, sort: Order) -> None:
    for number, due in enumerate(("2026-01-20", "2026-03-20", "2026-01-21"), start=1):
        await office.issue(await office.customer(), due=due)
        if number == 3:
            await till.receive("P1", invoice_number="F-2026-00003")
    office.now = datetime(2026, 1, 30, 11, tzinfo=UTC)
    found = {}
    for asked in EACH_FILTER.split():
        items = (await office.do("GET", f"/receivables?{asked}&sort={sort}"))["items"]
        found[asked] = sorted(item["number"][-1] for item in items)

    assert found == {
        "overdue=true": ["1"],
        "overdue=false": ["2", "3"],
        "status=settled": ["3"],
        "min_amount=0": ["1", "2", "3"],
        "min_amount=1": ["1", "2"],
        "max_amount=0": ["3"],
        "q=lefèv": ["1", "2", "3"],
    }


async def test_an_invoice_is_overdue_from_the_day_after_its_due_date_in_paris(office: Office) -> None:
    await office.issue(await office.customer(), due="2026-01-30")

    office.now = datetime(2026, 1, 30, 22, 59, tzinfo=UTC)
    assert (await office.do("GET", "/receivables?overdue=true"))["items"] == []
    office.now = datetime(2026, 1, 30, 23, 1, tzinfo=UTC)
    (item,) = (await office.do("GET", "/receivables?overdue=true"))["items"]
    assert (item["days_late"], item["customer_name"]) == (1, "Garage Lefèvre")


async def test_another_organisation_sees_nothing(office: Office) -> None:
    invoice = await office.issue(await office.customer())
    elsewhere = office.of("other")

    assert (await elsewhere.do("GET", "/receivables"))["items"] == []
    assert (await elsewhere.ask("GET", f"/receivables/{invoice['id']}")).status_code == 404
    for decision, body in DECISIONS.items():
        answer = await elsewhere.ask("POST", f"/receivables/{invoice['id']}/{decision}", body)
        assert answer.status_code == 404


DECISIONS: dict[str, dict[str, Any]] = {
    "due-date": {"due_date": "2026-03-31", "reason": "agreed by phone"},
    "write-off": {"reason": "insolvent"},
}


async def test_an_agreed_due_date_moves_the_receivable_and_not_the_invoice(office: Office, till: Till) -> None:
    invoice = await office.issue(await office.customer(), due="2026-01-31")
    path = f"/receivables/{invoice['id']}/due-date"
    for _ in range(2):
        view = await office.do("POST", path, DECISIONS["due-date"], Role.COLLECTOR)
        assert (view["due_date"], view["version"]) == ("2026-03-31", 2)

    (changed,) = await till.told(InvoiceBalanceChanged)
    assert (changed.due_date, changed.balance) == (date(2026, 3, 31), Decimal("1200.00"))
    assert (await office.do("GET", f"/invoices/{invoice['id']}"))["due_date"] == "2026-01-31"
    history = await office.do("GET", f"/receivables/{invoice['id']}/history")
    assert [(each["kind"], each["reason"], each["due_date"]) for each in history["decisions"]] == [
        ("due_date", "agreed by phone", "2026-03-31")
    ]


async def test_a_due_date_before_the_issue_date_is_refused(office: Office) -> None:
    invoice = await office.issue(await office.customer())

    answer = await office.ask(
        "POST", f"/receivables/{invoice['id']}/due-date", {"due_date": "2026-01-14", "reason": "sooner"}
    )

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "due_date"


async def test_a_written_off_receivable_is_closed_with_its_reason(office: Office, till: Till) -> None:
    invoice = await office.issue(await office.customer())
    await till.receive("P1", "200.00", invoice_number=invoice["number"])
    view = await office.do("POST", f"/receivables/{invoice['id']}/write-off", {"reason": "insolvent"}, Role.ACCOUNTANT)

    assert (view["status"], view["balance"]) == ("written_off", "0.00")
    (cancelled,) = await till.told(InvoiceCancelled)
    assert (cancelled.status, cancelled.balance) == ("written_off", Decimal(0))
    history = await office.do("GET", f"/receivables/{invoice['id']}/history")
    assert [(each["kind"], each["amount"]) for each in history["decisions"]] == [("write_off", "1000.00")]
    assert [(each["payment_id"], each["amount"]) for each in history["movements"]] == [("P1", "200.00")]


async def test_money_for_a_written_off_invoice_waits_for_a_person(office: Office, till: Till) -> None:
    invoice = await office.issue(await office.customer())
    await office.do("POST", f"/receivables/{invoice['id']}/write-off", {"reason": "insolvent"})
    await till.receive("P1", invoice_number=invoice["number"])

    assert await till.outcomes() == ["PaymentUnallocated"]
    assert (await till.payment())["reason"] == f"invoice {invoice['number']} is written_off; nothing is owed on it"


@pytest.mark.parametrize("decision", DECISIONS)
async def test_nothing_is_decided_about_a_receivable_that_is_closed(office: Office, till: Till, decision: str) -> None:
    invoice = await office.issue(await office.customer())
    await till.receive("P1", invoice_number=invoice["number"])

    answer = await office.ask("POST", f"/receivables/{invoice['id']}/{decision}", DECISIONS[decision])

    assert answer.status_code == 409
    assert answer.json()["detail"] == f"Invoice {invoice['number']} is settled; nothing is owed on it."


@pytest.mark.parametrize("table", ["allocations", "receivable_decisions", "payment_refusals", "payment_reversals"])
@pytest.mark.parametrize("change", ["update {} set organisation = 'other'", "delete from {}", "truncate {} cascade"])
async def test_what_was_written_down_is_never_changed(office: Office, table: str, change: str) -> None:
    async with office.sessions() as session:
        connection = await session.connection()
        with pytest.raises(DBAPIError, match=f"{table} is append-only"):
            await connection.execute(text(change.format(table)))


async def test_a_balance_below_zero_is_refused_by_the_database(office: Office) -> None:
    await office.issue(await office.customer())
    async with office.sessions() as session:
        with pytest.raises(DBAPIError, match="receivables_check"):
            await session.exec(update(Receivable).values(balance=col(Receivable.balance) - 1201))
