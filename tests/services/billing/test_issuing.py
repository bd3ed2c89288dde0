"""Issuing: a number without gap, frozen parties, and a document that never changes again."""

from uuid import UUID

from tests.services.billing.office import Office, a_line


async def test_an_issued_invoice_has_a_number_its_dates_and_both_parties(office: Office, customer: UUID) -> None:
    invoice = await office.issue(customer, a_line("2", "600.00"))

    assert invoice["status"] == "issued"
    assert invoice["number"] == "F-2026-00001"
    assert [invoice["issue_date"], invoice["due_date"]] == ["2026-01-15", "2026-02-14"]
    assert [invoice["total_without_vat"], invoice["total_vat"], invoice["total"]] == ["1200.00", "240.00", "1440.00"]
    assert invoice["seller_snapshot"]["siren"] == "404833048"
    assert invoice["customer_snapshot"]["name"] == "Garage Lefèvre"
