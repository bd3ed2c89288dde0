"""A payment ends applied, unallocated or rejected, once, and says why."""

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text

from contracts.events import InvoiceSettled, PaymentApplied, PaymentReceived, PaymentRejected, PaymentUnallocated
from tests.services.billing.office import Office
from tests.services.billing.till import Till, a_payment

TOTAL = Decimal("1200.00")


@pytest.fixture
def till(office: Office) -> Till:
    return Till(office)


@pytest.fixture
async def invoice(office: Office) -> Any:
    """F-2026-00001, of 1200.00 EUR."""
    return await office.issue(await office.customer())


async def test_an_exact_payment_settles_its_invoice(till: Till, invoice: Any) -> None:
    await till.receive(invoice_number=invoice["number"])

    receivable = await till.receivable(invoice)
    assert (receivable["balance"], receivable["status"], receivable["version"]) == ("0.00", "settled", 2)
    (settled,) = await till.told(InvoiceSettled)
    assert (settled.balance, settled.status, settled.version) == (Decimal(0), "settled", 2)
    (applied,) = await till.told(PaymentApplied)
    assert [(each.number, each.amount) for each in applied.allocations] == [(invoice["number"], TOTAL)]
    assert applied.unallocated == Decimal(0)


async def test_a_partial_payment_leaves_the_rest_to_be_paid(till: Till, invoice: Any) -> None:
    await till.receive("P1", "500.00", invoice_number=invoice["number"])
    assert await till.balances([invoice]) == [Decimal("700.00")]

    await till.receive("P2", "700.00", invoice_number=invoice["number"])

    assert await till.invoice_facts() == [
        ("InvoiceBalanceChanged", Decimal("700.00")),
        ("InvoiceSettled", Decimal("0.00")),
    ]


async def test_what_is_too_much_is_kept_as_the_customers_credit(till: Till, invoice: Any) -> None:
    await till.receive("P1", "1250.00", invoice_number=invoice["number"])

    payment = await till.payment()
    assert (payment["status"], payment["unallocated"]) == ("applied", "50.00")
    assert payment["reason"] == f"amount: 50.00 more than was owed on invoice {invoice['number']}"
    credits = await till.office.do("GET", f"/payments?has_credit=true&customer_id={invoice['customer_id']}")
    assert [each["payment_id"] for each in credits["items"]] == ["P1"]
    (applied,) = await till.told(PaymentApplied)
    assert applied.unallocated == Decimal("50.00")


async def test_a_payment_of_an_unknown_invoice_waits_for_a_person(till: Till) -> None:
    await till.receive(invoice_number="F-2026-99999")

    (told,) = await till.told(PaymentUnallocated)
    assert (told.unallocated, told.reason) == (TOTAL, "invoice_number: no invoice F-2026-99999")
    payment = await till.payment()
    assert (payment["status"], payment["unallocated"], payment["reason"]) == ("unallocated", "1200.00", told.reason)


async def test_a_payment_of_a_settled_invoice_is_all_credit(till: Till, invoice: Any) -> None:
    await till.receive("P1", invoice_number=invoice["number"])
    await till.receive("P2", "80.00", invoice_number=invoice["number"])

    assert await till.outcomes() == ["PaymentApplied", "PaymentUnallocated"]
    assert (await till.payment("P2"))["reason"] == f"invoice {invoice['number']} is settled; nothing is owed on it"
    assert await till.invoice_facts() == [("InvoiceSettled", Decimal("0.00"))]


async def test_the_same_payment_twice_counts_once_and_is_told_once(till: Till, invoice: Any) -> None:
    await till.receive("P1", "500", invoice_number=invoice["number"])
    await till.receive("P1", "500.00", invoice_number=invoice["number"], remittance=None)

    assert await till.balances([invoice]) == [Decimal("700.00")]
    assert await till.outcomes() == ["PaymentApplied"]
    assert (await till.payment())["refusals"] == []


@pytest.mark.parametrize("nobody", [{}, {"name": None, "iban": None}])
async def test_a_payer_of_whom_nothing_is_known_is_no_other_content(
    till: Till, invoice: Any, nobody: dict[str, None]
) -> None:
    await till.receive("P1", "500.00", invoice_number=invoice["number"])
    await till.receive("P1", "500.00", invoice_number=invoice["number"], payer=nobody)
    await till.receive("P2", "100.00", invoice_number=invoice["number"], payer=nobody)
    await till.receive("P2", "100.00", invoice_number=invoice["number"])

    assert await till.outcomes() == ["PaymentApplied", "PaymentApplied"]


async def test_a_payment_whose_fingerprint_was_made_otherwise_is_known_by_what_it_says(
    till: Till, invoice: Any
) -> None:
    await till.receive("P1", "500.00", invoice_number=invoice["number"])
    async with till.office.sessions() as session, session.begin():
        await (await session.connection()).execute(text("update payments set fingerprint = 'of before'"))

    await till.receive("P1", "500.00", invoice_number=invoice["number"])

    assert await till.outcomes() == ["PaymentApplied"]


async def test_the_same_identity_with_other_content_is_rejected_and_the_first_one_stands(
    till: Till, invoice: Any
) -> None:
    await till.receive("P1", "500.00", invoice_number=invoice["number"])
    for _ in range(3):
        await till.receive("P1", "501.00", invoice_number=invoice["number"], method="card")

    reason = (
        "payment_id: P1 was received before with other content "
        "(amount: 501.00 instead of 500.00; method: card instead of transfer)"
    )
    (rejected,) = await till.told(PaymentRejected)
    assert rejected.reason == reason
    payment = await till.payment()
    assert (payment["status"], payment["amount"]) == ("applied", "500.00")
    assert [refusal["reason"] for refusal in payment["refusals"]] == [reason]
    assert '"amount":"501.00"' in payment["refusals"][0]["content"]
    assert await till.balances([invoice]) == [Decimal("700.00")]


async def test_one_identity_in_two_organisations_is_two_payments(till: Till, invoice: Any) -> None:
    elsewhere = Till(till.office.of("other"))
    await till.receive("P1", "500.00", invoice_number=invoice["number"])
    await elsewhere.receive("P1", "600.00", invoice_number=invoice["number"])

    assert (await till.payment())["amount"] == "500.00"
    assert (await elsewhere.payment())["reason"] == f"invoice_number: no invoice {invoice['number']}"
    assert await till.balances([invoice]) == [Decimal("700.00")]


async def test_a_payment_in_another_currency_than_its_invoice_is_rejected(till: Till, invoice: Any) -> None:
    for _ in range(2):
        await till.receive("P1", currency="USD", invoice_number=invoice["number"])

    (rejected,) = await till.told(PaymentRejected)
    assert rejected.reason == f"currency: USD, but invoice {invoice['number']} is in EUR"
    payment = await till.payment()
    assert (payment["status"], payment["amount"], payment["reason"]) == ("rejected", None, rejected.reason)
    assert await till.balances([invoice]) == [TOTAL]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"amount": "-5.00"}, "amount: -5.00 is not more than zero"),
        ({"amount": "0"}, "amount: 0.00 is not more than zero"),
        ({"amount": "12,50"}, "amount: '12,50' is not a decimal string"),
        ({"amount": 12.5}, "amount: 12.5 is not a decimal string"),
        ({"amount": "1.005"}, "amount: 1.005 has more than two decimals"),
        ({"currency": "EURO"}, "currency: 'EURO' is not an ISO 4217 currency code"),
        ({"received_on": "1926-02-03"}, "received_on: 1926-02-03 is out of range"),
        ({"received_on": "03/02/2026"}, "received_on: '03/02/2026' is not a date"),
        ({"method": "barter"}, "method: "),
        ({"ammount": "1.00"}, "ammount: "),
        ({"method": None}, "method: "),
        ({"remittance": "nul \0 byte"}, "remittance: "),
        ({"remittance": "half \ud800 of a character"}, ""),
        ({"remittance": "x" * 1001}, "remittance: "),
        ({"payer": {"name": "A", "bic": "B"}}, "payer.bic: "),
    ],
)
async def test_a_payment_that_is_not_well_formed_is_rejected_with_field_and_expectation(
    till: Till, invoice: Any, changes: dict[str, Any], reason: str
) -> None:
    body = a_payment(invoice_number=invoice["number"], **changes)
    for _ in range(2):
        await till.take(PaymentReceived.type, body)

    (rejected,) = await till.told(PaymentRejected)
    assert reason in (rejected.reason or "")
    payment = await till.payment()
    assert (payment["status"], payment["amount"], payment["reason"]) == ("rejected", None, rejected.reason)
    assert await till.balances([invoice]) == [TOTAL]


async def test_a_reason_stays_short_however_much_is_wrong(till: Till) -> None:
    await till.take(PaymentReceived.type, a_payment(**{f"field{number}": "x" for number in range(5_000)}))

    (rejected,) = await till.told(PaymentRejected)
    assert len(rejected.reason or "") <= 1000


async def test_a_rejected_payment_may_come_again_corrected(till: Till, invoice: Any) -> None:
    await till.receive("P1", "-1200.00", invoice_number=invoice["number"])
    await till.receive("P1", "1200.00", invoice_number=invoice["number"])

    payment = await till.payment()
    assert (payment["status"], payment["reason"], len(payment["refusals"])) == ("applied", None, 1)
    assert await till.outcomes() == ["PaymentRejected", "PaymentApplied"]


async def test_a_number_in_the_remittance_is_as_good_as_a_field(till: Till, invoice: Any) -> None:
    await till.receive("P1", "200.00", remittance=f"VIR SEPA/FACT {invoice['number']}. merci")
    await till.receive("P2", "200.00", remittance=f"fact {invoice['number'].lower()}")
    await till.receive("P3", "200.00", remittance=f"FACT {invoice['number'].replace('-', ' ')} LEFEVRE")

    assert await till.outcomes() == ["PaymentApplied"] * 3
    assert await till.balances([invoice]) == [Decimal("600.00")]


async def test_a_remittance_that_names_two_open_invoices_waits_for_a_person(till: Till, invoice: Any) -> None:
    other = await till.office.issue(invoice["customer_id"])
    await till.receive("P1", remittance=f"{invoice['number']} {other['number']}")

    (told,) = await till.told(PaymentUnallocated)
    assert told.reason == (
        f"remittance: names several open invoices ({invoice['number']}, {other['number']}); expected one"
    )


async def test_of_two_numbers_in_the_remittance_the_one_still_open_counts(till: Till, invoice: Any) -> None:
    other = await till.office.issue(invoice["customer_id"])
    await till.receive("P1", invoice_number=invoice["number"])
    await till.receive("P2", "200.00", remittance=f"{invoice['number']} {other['number']}")

    assert await till.balances([invoice, other]) == [Decimal(0), Decimal("1000.00")]


@pytest.mark.parametrize(
    ("remittance", "reason"),
    [
        (None, "invoice_number: none given, and no open invoice is named in remittance"),
        ("merci", "invoice_number: none given, and no open invoice is named in remittance"),
        ("F-2026-000011", "invoice_number: none given, and no open invoice is named in remittance"),
    ],
)
async def test_a_payment_that_names_nothing_waits_for_a_person(
    till: Till, invoice: Any, remittance: str | None, reason: str
) -> None:
    await till.receive("P1", remittance=remittance)

    (told,) = await till.told(PaymentUnallocated)
    assert told.reason == reason


async def test_a_remittance_in_another_currency_is_only_a_guess_and_waits_for_a_person(
    till: Till, invoice: Any
) -> None:
    await till.receive("P1", currency="USD", remittance=invoice["number"])

    (told,) = await till.told(PaymentUnallocated)
    assert told.reason == f"currency: USD, but invoice {invoice['number']} is in EUR"
