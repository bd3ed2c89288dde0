"""Issuing: dates, frozen parties, a receivable, and a database that lets nothing of it change."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from chassis.outbox import OutboxMessage
from contracts.events import AuditRecorded, InvoiceIssued
from services.billing.issuing.store import SET_BY_ISSUING
from tests.services.billing.office import Office, Refused, a_customer, a_draft, a_line


async def test_an_issued_invoice_has_a_number_its_dates_and_both_parties(office: Office, customer: UUID) -> None:
    invoice = await office.issue(customer, a_line("2", "600.00"))

    assert invoice["status"] == "issued"
    assert invoice["number"] == "F-2026-00001"
    assert [invoice["issue_date"], invoice["due_date"]] == ["2026-01-15", "2026-02-14"]
    assert [invoice["total_without_vat"], invoice["total_vat"], invoice["total"]] == ["1200.00", "240.00", "1440.00"]
    assert invoice["seller_snapshot"]["siren"] == "404833048"
    assert invoice["customer_snapshot"]["name"] == "Garage Lefèvre"


async def test_what_issuing_answers_is_what_is_kept(office: Office, customer: UUID) -> None:
    draft = await office.draft(customer)

    issued = await office.do("POST", f"/invoices/{draft['id']}/issue")

    assert issued == await office.do("GET", f"/invoices/{draft['id']}")
    kept = {name for name in draft if issued[name] == draft[name]}
    assert set(draft) - kept <= set(SET_BY_ISSUING)


async def test_issuing_tells_the_house_in_the_same_transaction(office: Office, customer: UUID) -> None:
    invoice = await office.issue(customer, scenario="gentle")

    async with office.sessions() as session:
        (message,) = (
            await session.exec(select(OutboxMessage).where(col(OutboxMessage.subject) != AuditRecorded.type))
        ).all()
    event = InvoiceIssued.model_validate_json(message.body)
    assert [str(event.invoice_id), event.number, event.scenario] == [invoice["id"], invoice["number"], "gentle"]
    assert event.balance == event.total == 1200


async def test_the_due_date_is_the_one_given_else_the_terms_of_the_invoice_else_of_the_customer(
    office: Office,
) -> None:
    customer = await office.customer(payment_terms_days=45)

    assert (await office.issue(customer))["due_date"] == "2026-03-01"
    assert (await office.issue(customer, payment_terms_days=0))["due_date"] == "2026-01-15"
    assert (await office.issue(customer, payment_terms_days=10, due="2026-06-30"))["due_date"] == "2026-06-30"


async def test_the_year_turns_at_midnight_in_paris(office: Office, customer: UUID) -> None:
    office.now = datetime(2026, 12, 31, 22, 59, tzinfo=UTC)
    assert (await office.issue(customer))["number"] == "F-2026-00001"

    office.now = datetime(2026, 12, 31, 23, 1, tzinfo=UTC)
    invoice = await office.issue(customer)

    assert [invoice["number"], invoice["issue_date"]] == ["F-2027-00001", "2027-01-01"]


async def test_issue_dates_never_go_back_within_a_series(office: Office, customer: UUID) -> None:
    await office.issue(customer)
    office.days_pass(-1)

    assert (await office.issue(customer))["issue_date"] == "2026-01-15"


async def test_each_organisation_has_its_own_numbers(office: Office, customer: UUID) -> None:
    other = office.of("other")
    await other.sells()

    await office.issue(customer)

    assert (await other.issue(await other.customer()))["number"] == "F-2026-00001"


async def test_what_customer_and_seller_become_later_leaves_the_invoice_as_it_was(
    office: Office, customer: UUID
) -> None:
    invoice = await office.issue(customer)

    await office.sells(name="Atelier Martin et Fils")
    await office.do("PUT", f"/customers/{customer}", a_customer(name="Garage du Port"))

    assert await office.do("GET", f"/invoices/{invoice['id']}") == invoice


async def test_an_issued_invoice_is_neither_changed_nor_deleted_nor_issued_again(
    office: Office, customer: UUID
) -> None:
    path = f"/invoices/{(await office.issue(customer))['id']}"

    for method, address, body in (
        ("PUT", path, a_draft(customer)),
        ("DELETE", path, None),
        ("POST", f"{path}/issue", None),
    ):
        with pytest.raises(Refused, match="F-2026-00001 is issued: it never changes again") as refusal:
            await office.do(method, address, body)
        assert refusal.value.status == 409


CHANGES = (
    "update invoices set total = 1, total_without_vat = 1, total_vat = 0",
    "update invoices set due_date = due_date + 1",
    "update invoices set customer_snapshot = '{}'",
    "update invoices set number = 'F-2026-00002'",
    "update invoices set note = 'x'",
    "update invoices set status = 'draft'",
    "delete from invoices",
    "truncate invoices cascade",
    "update invoice_series set last = 7",
    "delete from invoice_series",
)


async def test_the_database_itself_refuses_to_change_what_is_issued(office: Office, customer: UUID) -> None:
    invoice = await office.issue(customer)

    for statement in CHANGES:
        with pytest.raises(IntegrityError):
            async with office.sessions() as session, session.begin():
                await (await session.connection()).execute(text(statement))

    assert await office.do("GET", f"/invoices/{invoice['id']}") == invoice


async def test_without_a_seller_nothing_is_issued(office: Office) -> None:
    newcomer = office.of("newcomer")
    draft = await newcomer.draft(await newcomer.customer())

    with pytest.raises(Refused, match="legal identity of newcomer is not set; expected `PUT /seller` first") as refusal:
        await newcomer.do("POST", f"/invoices/{draft['id']}/issue")

    assert refusal.value.status == 409
    assert (await newcomer.do("GET", f"/invoices/{draft['id']}"))["status"] == "draft"


async def test_a_due_date_before_the_issue_date_is_refused_and_takes_no_number(office: Office, customer: UUID) -> None:
    with pytest.raises(Refused, match=r"due_date.*expected the issue date \(2026-01-15\) or later") as refusal:
        await office.issue(customer, due="2026-01-14")

    assert refusal.value.status == 422
    assert (await office.issue(customer))["number"] == "F-2026-00001"


@pytest.mark.parametrize("quantity", ["-1", "0.0001"])
async def test_an_invoice_of_nothing_is_not_issued(office: Office, customer: UUID, quantity: str) -> None:
    with pytest.raises(Refused, match="expected more than 0"):
        await office.issue(customer, a_line(quantity, "1.00"))


async def test_issuing_twice_with_one_idempotency_key_is_issuing_once(office: Office, customer: UUID) -> None:
    path = f"/invoices/{(await office.draft(customer))['id']}/issue"
    headers = {"Idempotency-Key": "issue-1"}

    first = await office.ask("POST", path, headers=headers)
    second = await office.ask("POST", path, headers=headers)

    assert first.status_code == 200
    assert second.content == first.content
