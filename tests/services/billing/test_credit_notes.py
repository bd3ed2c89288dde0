"""Credit notes: the whole of an issued invoice, in a series of their own, and nothing is owed any more."""

from uuid import UUID

import pytest

from chassis.auth import Role
from tests.services.billing.office import Office, Refused

REASON = {"reason": "Facture émise en double"}


async def test_a_credit_note_takes_back_the_whole_invoice(office: Office, customer: UUID) -> None:
    invoice = await office.issue(customer, order_reference="BC-1")
    office.days_pass(20)

    note = await office.do("POST", f"/invoices/{invoice['id']}/credit", REASON, Role.ACCOUNTANT)

    assert [note["kind"], note["number"], note["issue_date"]] == ["credit_note", "A-2026-00001", "2026-02-04"]
    assert [note["credited_invoice_id"], note["credited_number"]] == [invoice["id"], invoice["number"]]
    assert [note["total"], note["lines"], note["due_date"]] == [invoice["total"], invoice["lines"], None]
    assert note["customer_snapshot"] == invoice["customer_snapshot"]
    assert note["note"] == REASON["reason"]
    assert await office.do("GET", f"/invoices/{invoice['id']}") == invoice | {"status": "credited"}


async def test_nothing_is_owed_on_a_credited_invoice(office: Office, customer: UUID) -> None:
    invoice = await office.issue(customer)

    await office.do("POST", f"/invoices/{invoice['id']}/credit", REASON)

    receivable = await office.do("GET", f"/receivables/{invoice['id']}")
    assert [receivable["balance"], receivable["status"]] == ["0.00", "credited"]


async def test_credit_notes_have_numbers_without_gap_of_their_own(office: Office, customer: UUID) -> None:
    numbers = []
    for _ in range(3):
        invoice = await office.issue(customer)
        numbers.append((await office.do("POST", f"/invoices/{invoice['id']}/credit", REASON))["number"])

    assert numbers == ["A-2026-00001", "A-2026-00002", "A-2026-00003"]
    assert (await office.issue(customer))["number"] == "F-2026-00004"


async def test_only_an_issued_invoice_is_credited_and_only_once(office: Office, customer: UUID) -> None:
    draft = await office.draft(customer)
    invoice = await office.issue(customer)
    note = await office.do("POST", f"/invoices/{invoice['id']}/credit", REASON)

    for document, words in (
        (draft, "expected an issued one"),
        (invoice, "F-2026-00001 was credited before"),
        (note, "A-2026-00001 is a credit note; expected an invoice"),
    ):
        with pytest.raises(Refused, match=words) as refusal:
            await office.do("POST", f"/invoices/{document['id']}/credit", REASON)
        assert refusal.value.status == 409


async def test_a_credit_note_has_its_own_document(office: Office, customer: UUID) -> None:
    invoice = await office.issue(customer)
    note = await office.do("POST", f"/invoices/{invoice['id']}/credit", REASON)

    answer = await office.ask("GET", f"/invoices/{note['id']}/pdf")

    assert answer.content.startswith(b"%PDF")
    assert 'filename="A-2026-00001.pdf"' in answer.headers["content-disposition"]
