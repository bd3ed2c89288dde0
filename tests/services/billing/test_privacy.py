"""Customers are exported whole, and erased as far as the law lets go."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from chassis.outbox import OutboxMessage
from chassis.personal.pruning import prune
from contracts.events import AuditRecorded, CustomerErased, InvoiceIssued
from services.billing.comments.models import Comment
from services.billing.forgotten.domain import forgotten
from services.billing.lapsing.store import prunings
from tests.services.billing.office import Office, Refused, settings_of
from tests.services.billing.till import Till
from tests.support.leaks import columns_with
from tests.support.tokens import Keys
from tests.test_privacy import listed

WORDS = ("Lefèvre", "garage-lefevre", "quai du Port", "85 00 00 00", "732829320", "secret-note", "Payer Lefevre")


async def a_life(office: Office, customer: UUID) -> Any:
    """An invoice that was put off and paid, a draft, a comment; the invoice is returned."""
    invoice = await office.issue(customer, subject="secret-note of the work")
    await office.draft(customer, note="secret-note on a draft")
    await office.do("POST", f"/customers/{customer}/comments", {"text": "secret-note: call Anne Lefèvre"})
    agreed = {"due_date": "2026-03-01", "reason": "secret-note: is ill"}
    await office.do("POST", f"/receivables/{invoice['id']}/due-date", agreed)
    await Till(office).receive(
        "P1", invoice["total"], invoice_number=invoice["number"], payer={"name": "Payer Lefevre"}
    )
    return invoice


async def mistakes(office: Office, customer: UUID) -> None:
    """What went wrong with their money: refused, reversed, matched by hand, given up; each with a word on it."""
    till, payer = Till(office), {"name": "Payer Lefevre", "iban": "FR7630006000011234567890189"}
    undone, by_hand = await office.issue(customer), await office.issue(customer)
    await till.receive("P2", undone["total"], invoice_number=undone["number"], payer=payer)
    await till.receive("P2", undone["total"], invoice_number=undone["number"], remittance="secret-note")
    await till.reverse("P2", reason="secret-note: no money")
    await till.receive("P3", currency="USD", invoice_number=undone["number"], payer=payer)
    await till.receive("P4", "secret-note", payer=payer)
    await office.do("POST", f"/receivables/{undone['id']}/write-off", {"reason": "secret-note: has nothing"})
    await till.receive("P5", by_hand["total"], payer=payer, remittance="secret-note")
    matched = {"invoice_id": by_hand["id"], "amount": by_hand["total"]}
    await office.do("POST", "/payments/P5/allocations", matched)


async def erase(office: Office, customer: UUID) -> Any:
    return await office.do("POST", f"/customers/{customer}/erasure")


async def events_of(office: Office, kind: str) -> list[OutboxMessage]:
    async with office.sessions() as session:
        return [row for row in (await session.exec(select(OutboxMessage))).all() if row.subject == kind]


async def exported(office: Office, customer: UUID, limit: str) -> list[Any]:
    records: list[Any] = []
    asked = {"limit": limit}
    while True:
        page = await office.do("GET", f"/customers/{customer}/export", params=asked)
        assert len(page["items"]) <= int(limit)
        records += page["items"]
        if page["next"] is None:
            return records
        asked["cursor"] = page["next"]


async def test_an_export_has_every_row_of_the_customer_once_whatever_the_size_of_its_pages(
    office: Office, customer: UUID
) -> None:
    invoice = await a_life(office, customer)
    for number in range(5):
        await office.do("POST", f"/customers/{customer}/comments", {"text": f"note {number}"})
    await office.do("POST", f"/customers/{await office.customer(name='Other')}/comments", {"text": "not theirs"})

    whole = await exported(office, customer, "200")

    assert await exported(office, customer, "1") == whole
    assert await exported(office, customer, "3") == whole
    tables = [record["table"] for record in whole]
    assert {table: tables.count(table) for table in tables} == {
        "customers": 1,
        "customer_comments": 6,
        "invoices": 2,
        "receivable_decisions": 1,
        "receivables": 1,
        "payments": 1,
        "allocations": 1,
    }
    (issued,) = [each for each in whole if each["pdf"]]
    assert issued["pdf"] == f"/invoices/{invoice['id']}/pdf"
    assert issued["data"]["number"] == invoice["number"]


async def test_an_export_tells_what_went_wrong_with_their_money_and_what_a_person_brought_to_their_invoices(
    office: Office, customer: UUID
) -> None:
    await mistakes(office, customer)
    other = await office.issue(await office.customer(name="Other"))
    await Till(office).receive("P9", other["total"], invoice_number=other["number"])
    await Till(office).reverse("P9", reason="not theirs")
    shown = await exported(office, customer, "200")

    def of(table: str) -> list[Any]:
        return [each["data"] for each in shown if each["table"] == table]

    assert [each["reason"] for each in of("payment_reversals")] == ["secret-note: no money"]
    (refusal,) = of("payment_refusals")
    assert (refusal["payment_id"], "secret-note" in refusal["content"]) == ("P2", True)
    assert {each["payment_id"] for each in of("payments")} == {"P2", "P5"}
    assert [(each["payment_id"], each["cause"]) for each in of("allocations")] == [
        *(("P2", "received"), ("P2", "reversed"), ("P5", "matched"))
    ]
    assert sorted(each["status"] for each in of("receivables")) == ["settled", "written_off"]


async def test_an_export_has_the_invoices_that_a_restored_database_forgot(office: Office, customer: UUID) -> None:
    event = InvoiceIssued.model_validate(InvoiceIssued.example | {"organisation": "demo"})
    theirs = event.customer.model_copy(update={"customer_id": customer})
    lost = forgotten(event.model_copy(update={"customer": theirs}), now=office.now)
    assert lost is not None
    async with office.sessions() as session, session.begin():
        session.add(lost)

    (row,) = [each for each in await exported(office, customer, "200") if each["table"] == "forgotten_invoices"]
    assert row["data"]["number"] == event.number


async def test_the_audit_hears_of_an_export_once_and_not_of_its_content(office: Office, customer: UUID) -> None:
    await a_life(office, customer)
    await exported(office, customer, "2")

    told = [AuditRecorded.model_validate_json(row.body) for row in await events_of(office, AuditRecorded.type)]
    (entry,) = [each for each in told if each.action == "billing.export_customer"]
    assert (entry.object, entry.changes) == (f"customers/{customer}", [])


async def test_erasing_is_refused_while_an_invoice_is_open(office: Office, customer: UUID) -> None:
    invoice = await office.issue(customer)
    with pytest.raises(Refused) as refusal:
        await erase(office, customer)

    assert refusal.value.status == 409
    assert refusal.value.problem["in_the_way"] == [f"invoices are open: {invoice['number']}"]
    assert await events_of(office, CustomerErased.type) == []
    preview = await office.do("GET", f"/customers/{customer}/erasure")
    assert preview["in_the_way"] == refusal.value.problem["in_the_way"]


async def test_erasing_is_refused_while_money_is_theirs(office: Office, customer: UUID) -> None:
    invoice = await office.issue(customer)
    await Till(office).receive("P9", "5000.00", invoice_number=invoice["number"])
    with pytest.raises(Refused) as refusal:
        await erase(office, customer)

    assert refusal.value.problem["in_the_way"] == ["payments have money left that is theirs: P9"]


async def test_after_erasing_their_words_stand_only_where_the_law_keeps_them(office: Office, customer: UUID) -> None:
    await a_life(office, customer)
    before = await office.do("GET", f"/customers/{customer}/erasure")
    after = await erase(office, customer)

    assert {each["table"]: each["rows"] for each in before["erased"]} == {
        "customers": 1,
        "customer_comments": 1,
        "invoices": 1,
        "receivable_decisions": 1,
    }
    assert after["erased"] == []
    assert {each["table"]: each["until"] for each in after["kept"]} == dict.fromkeys(
        ("invoices", "receivables", "payments", "allocations"), "2036-12-31"
    )
    async with office.sessions() as session:
        left = await columns_with(session, WORDS)
    law = {column.removeprefix("billing.") for column, mark in listed().items() if mark == "law"}
    assert left <= law
    assert "invoices.customer_snapshot" in left


async def test_an_erased_customer_is_a_pseudonym_for_which_nothing_new_is_kept(office: Office, customer: UUID) -> None:
    draft = await office.draft(customer)
    await erase(office, customer)

    seen = await office.do("GET", f"/customers/{customer}")
    assert (seen["name"], seen["email"], seen["phone"]) == (f"Client {str(customer)[:8]}", None, None)
    assert (await office.ask("GET", f"/invoices/{draft['id']}")).status_code == 404
    for method, path, body in (
        ("POST", f"/customers/{customer}/comments", {"text": "again"}),
        ("POST", "/invoices", {"customer_id": str(customer), "lines": [_line()]}),
        ("PUT", f"/customers/{customer}", _customer()),
    ):
        with pytest.raises(Refused) as refusal:
            await office.do(method, path, body)
        assert (refusal.value.status, refusal.value.problem["type"]) == (409, "urn:relance:problem:customer_is_erased")


def _line() -> dict[str, str]:
    return {"description": "Work", "quantity": "1", "unit_price": "10.00", "vat_rate": "20"}


def _customer() -> dict[str, Any]:
    address = {"lines": ["1 rue"], "postal_code": "21000", "city": "Dijon", "country": "FR"}
    return {"name": "Again", "kind": "consumer", "address": address}


async def test_erasing_twice_changes_nothing_and_tells_the_others_again(office: Office, customer: UUID) -> None:
    first = await erase(office, customer)
    office.days_pass(1)
    second = await erase(office, customer)

    assert first == second
    assert len(await events_of(office, CustomerErased.type)) == 2


async def test_the_audit_of_an_erasure_names_the_rows_without_a_word_of_them(office: Office, customer: UUID) -> None:
    invoice = await a_life(office, customer)
    async with office.sessions() as session, session.begin():
        await (await session.connection()).execute(text("delete from outbox"))
    await erase(office, customer)

    bodies = [row.body for row in await events_of(office, AuditRecorded.type)]
    assert not any(word in body for body in bodies for word in WORDS)
    told = [AuditRecorded.model_validate_json(body) for body in bodies]
    assert {each.action for each in told} == {"billing.erase_customer", "billing.erased_customer"}
    objects = {change.object for each in told for change in each.changes}
    assert {f"customers/{customer}", f"invoices/{invoice['id']}"} <= objects


async def test_a_customer_that_is_not_ours_is_not_found(office: Office, customer: UUID) -> None:
    for other in (office.of("another").ask("POST", f"/customers/{customer}/erasure"),
                  office.ask("POST", f"/customers/{uuid4()}/erasure")):  # fmt: skip
        assert (await other).status_code == 404
    assert (await office.of("another").do("GET", f"/customers/{customer}/export"))["items"] == []


async def test_what_the_law_keeps_is_locked_until_its_last_day_and_goes_after_it(
    office: Office, customer: UUID, keys: Keys
) -> None:
    invoice = await a_life(office, customer)
    await office.ask("GET", f"/invoices/{invoice['id']}/pdf")
    await erase(office, customer)
    rules = prunings(settings_of("postgresql+asyncpg://unused", keys))

    for each in rules:
        await prune(office.sessions, each, now=datetime(2036, 12, 31, 12, tzinfo=UTC))
    async with office.sessions() as session:
        assert "invoices.customer_snapshot" in await columns_with(session, WORDS)

    for each in rules:
        await prune(office.sessions, each, now=datetime(2037, 1, 1, 12, tzinfo=UTC))
    async with office.sessions() as session:
        assert await columns_with(session, WORDS) == set()
        assert (
            await (await session.connection()).execute(text("select count(*) from invoice_documents"))
        ).scalar() == 0


async def test_nothing_that_was_said_of_their_money_outlives_the_law(
    office: Office, customer: UUID, keys: Keys
) -> None:
    await a_life(office, customer)
    await mistakes(office, customer)
    await erase(office, customer)
    said = {
        *("receivable_decisions.reason", "payment_reversals.reason"),
        *("payment_refusals.reason", "payment_refusals.content"),
        *("payments.reason", "payments.remittance", "payments.payer_name"),
    }

    async def left(now: datetime) -> set[str]:
        for each in prunings(settings_of("postgresql+asyncpg://unused", keys)):
            await prune(office.sessions, each, now=now)
        async with office.sessions() as session:
            return await columns_with(session, WORDS)

    assert said <= await left(datetime(2036, 12, 31, 12, tzinfo=UTC))
    assert await left(datetime(2037, 1, 1, 12, tzinfo=UTC)) == set()
    assert [each["status"] for each in (await office.do("GET", "/payments"))["items"]] == [
        *("applied", "rejected", "rejected", "reversed", "applied")
    ]


async def test_what_was_said_of_the_money_of_others_stays(office: Office, customer: UUID, keys: Keys) -> None:
    await mistakes(office, customer)
    await Till(office).receive("P6", "5.00", remittance="secret-note, whose it is nobody knows")
    for each in prunings(settings_of("postgresql+asyncpg://unused", keys)):
        await prune(office.sessions, each, now=datetime(2037, 1, 1, 12, tzinfo=UTC))

    async with office.sessions() as session:
        assert {"payment_reversals.reason", "receivable_decisions.reason"} <= await columns_with(session, WORDS)
    assert (await Till(office).payment("P6"))["remittance"] == "secret-note, whose it is nobody knows"
    assert (await Till(office).payment("P2"))["payer"]["name"] == "Payer Lefevre"


@pytest.mark.parametrize("table", ["receivable_decisions", "payment_reversals", "payment_refusals"])
async def test_the_database_refuses_to_empty_a_reason_before(office: Office, customer: UUID, table: str) -> None:
    await a_life(office, customer)
    await mistakes(office, customer)
    async with office.sessions() as session:
        connection = await session.connection()
        await connection.execute(text("select set_config('relance.erasing', '2036-12-31', true)"))
        with pytest.raises(IntegrityError, match=f"{table} is append-only"):
            await connection.execute(text(f"update {table} set reason = '-'"))  # noqa: S608 (of this test)


async def test_the_database_refuses_to_let_an_invoice_go_before(office: Office, customer: UUID) -> None:
    await a_life(office, customer)
    async with office.sessions() as session:
        connection = await session.connection()
        await connection.execute(text("select set_config('relance.erasing', '2036-12-31', true)"))
        with pytest.raises(IntegrityError, match="it never changes again"):
            await connection.execute(text("update invoices set subject = '' where status <> 'draft'"))


async def test_comments_go_after_their_time_in_batches(office: Office, customer: UUID, keys: Keys) -> None:
    for _ in range(5):
        await office.do("POST", f"/customers/{customer}/comments", {"text": "old"})
    office.days_pass(10)
    await office.do("POST", f"/customers/{customer}/comments", {"text": "young"})
    kept = settings_of("postgresql+asyncpg://unused", keys, comments_kept=timedelta(days=5))

    assert await prune(office.sessions, prunings(kept)[0], now=office.now, batch=2) == 5
    async with office.sessions() as session:
        assert list((await session.exec(select(Comment.text))).all()) == ["young"]
