"""A reversal makes owed again what its payment had paid, whichever of the two comes first."""

from decimal import Decimal
from typing import Any

import pytest

from contracts.events import InvoiceReopened, PaymentApplied, PaymentRejected, PaymentReversed, PaymentUnallocated
from tests.services.billing.office import Office
from tests.services.billing.till import Till, a_reversal

TOTAL = Decimal("1200.00")
ZERO = Decimal("0.00")


@pytest.fixture
def till(office: Office) -> Till:
    return Till(office)


@pytest.fixture
async def invoice(office: Office) -> Any:
    """F-2026-00001, of 1200.00 EUR."""
    return await office.issue(await office.customer())


async def test_a_reversal_reopens_the_invoice_that_the_payment_had_settled(till: Till, invoice: Any) -> None:
    await till.receive("P1", "1250.00", invoice_number=invoice["number"])
    await till.reverse("P1")

    (reopened,) = await till.told(InvoiceReopened)
    assert (reopened.balance, reopened.status, reopened.version) == (TOTAL, "open", 3)
    payment = await till.payment()
    assert (payment["status"], payment["unallocated"]) == ("reversed", "0.00")
    assert payment["reason"] == "reversed on 2026-02-10: insufficient funds"
    assert [each["amount"] for each in payment["allocations"]] == ["1200.00", "-1200.00"]
    told = (await till.told(PaymentApplied))[-1]
    assert [each.amount for each in told.allocations] == [-TOTAL]
    assert (told.unallocated, told.reason) == (ZERO, payment["reason"])


async def test_the_reversal_of_a_part_raises_the_balance(till: Till, invoice: Any) -> None:
    await till.receive("P1", "500.00", invoice_number=invoice["number"])
    await till.receive("P2", "300.00", invoice_number=invoice["number"])
    await till.reverse("P1")

    assert (await till.invoice_facts())[-1] == ("InvoiceBalanceChanged", Decimal("900.00"))


async def test_the_same_reversal_twice_counts_once(till: Till, invoice: Any) -> None:
    await till.receive("P1", invoice_number=invoice["number"])
    for _ in range(3):
        await till.reverse("P1")

    assert await till.outcomes() == ["PaymentApplied", "PaymentApplied"]
    assert await till.balances([invoice]) == [TOTAL]


async def test_another_reversal_of_the_same_payment_is_rejected(till: Till, invoice: Any) -> None:
    await till.receive("P1", invoice_number=invoice["number"])
    await till.reverse("P1")
    for _ in range(2):
        await till.reverse("P1", reason="chargeback")

    (rejected,) = await till.told(PaymentRejected)
    assert rejected.reason == (
        "payment_id: P1 was reversed before with other content (reversed_on: 2026-02-10, reason: insufficient funds)"
    )
    assert (await till.payment())["status"] == "reversed"


async def test_a_reversed_payment_that_is_delivered_again_stays_reversed(till: Till, invoice: Any) -> None:
    await till.receive("P1", invoice_number=invoice["number"])
    await till.reverse("P1")
    await till.receive("P1", invoice_number=invoice["number"])

    assert await till.balances([invoice]) == [TOTAL]
    assert (await till.payment())["status"] == "reversed"


async def test_a_reversal_that_comes_before_its_payment_undoes_it_on_arrival(till: Till, invoice: Any) -> None:
    for _ in range(2):
        await till.reverse("P1")
    awaited = await till.payment()
    assert (awaited["status"], awaited["amount"]) == ("awaited", None)
    assert "no payment P1 was recorded yet" in awaited["reason"]

    for _ in range(2):
        await till.receive("P1", invoice_number=invoice["number"])

    payment = await till.payment()
    assert (payment["status"], payment["amount"], payment["unallocated"]) == ("reversed", "1200.00", "0.00")
    assert await till.balances([invoice]) == [TOTAL]
    assert await till.invoice_facts() == []
    reasons = [told.reason for told in await till.told(PaymentUnallocated)]
    assert reasons == [awaited["reason"], "reversed on 2026-02-10: insufficient funds"]


async def test_a_reversal_after_a_rejected_payment_undoes_the_corrected_one(till: Till, invoice: Any) -> None:
    await till.receive("P1", "-1.00", invoice_number=invoice["number"])
    await till.reverse("P1")
    await till.receive("P1", invoice_number=invoice["number"])

    assert (await till.payment())["status"] == "reversed"
    assert await till.balances([invoice]) == [TOTAL]


async def test_a_reversal_that_is_not_well_formed_is_rejected_and_changes_nothing(till: Till, invoice: Any) -> None:
    await till.receive("P1", invoice_number=invoice["number"])
    await till.take(PaymentReversed.type, a_reversal("P1", reversed_on="yesterday"))

    (rejected,) = await till.told(PaymentRejected)
    assert "reversed_on: 'yesterday' is not a date" in (rejected.reason or "")
    payment = await till.payment()
    assert (payment["status"], len(payment["refusals"])) == ("applied", 1)
    assert await till.balances([invoice]) == [ZERO]


async def test_who_paid_twice_owes_nothing_when_one_of_the_two_bounces(till: Till, invoice: Any) -> None:
    await till.receive("P1", invoice_number=invoice["number"])
    await till.receive("P2", invoice_number=invoice["number"])
    await till.reverse("P1")

    assert await till.invoice_facts() == [("InvoiceSettled", ZERO)]
    second = await till.payment("P2")
    assert (second["status"], second["unallocated"]) == ("applied", "0.00")
    assert [each["cause"] for each in second["allocations"]] == ["covered"]


async def test_what_was_too_much_of_one_payment_covers_a_part_of_the_one_that_bounced(till: Till, invoice: Any) -> None:
    await till.receive("P1", "1000.00", invoice_number=invoice["number"])
    await till.receive("P2", "500.00", invoice_number=invoice["number"])
    await till.reverse("P1")

    assert (await till.invoice_facts())[-1] == ("InvoiceReopened", Decimal("700.00"))


async def test_credit_meant_for_another_invoice_covers_nothing(till: Till, invoice: Any) -> None:
    other = await till.office.issue(invoice["customer_id"])
    await till.receive("P1", invoice_number=invoice["number"])
    await till.receive("P2", "1300.00", invoice_number=other["number"])
    await till.reverse("P1")

    assert await till.balances([invoice, other]) == [TOTAL, ZERO]
    assert (await till.payment("P2"))["unallocated"] == "100.00"


async def test_a_bounced_cheque_reopens_what_it_paid_and_not_the_rest_that_was_written_off(
    till: Till, invoice: Any
) -> None:
    await till.receive("P1", "1199.95", invoice_number=invoice["number"])
    await till.office.do("POST", f"/receivables/{invoice['id']}/write-off", {"reason": "5 cents"})
    await till.reverse("P1")

    assert (await till.invoice_facts())[-1] == ("InvoiceReopened", Decimal("1199.95"))
    assert (await till.receivable(invoice))["status"] == "open"


async def test_what_was_paid_on_an_invoice_becomes_credit_when_it_is_credited_and_its_reversal_reopens_nothing(
    till: Till, invoice: Any
) -> None:
    await till.receive("P1", "500.00", invoice_number=invoice["number"])
    await till.office.do("POST", f"/invoices/{invoice['id']}/credit", {"reason": "wrong customer"})

    receivable = await till.receivable(invoice)
    assert (receivable["status"], receivable["balance"]) == ("credited", "0.00")
    payment = await till.payment()
    assert (payment["status"], payment["unallocated"]) == ("unallocated", "500.00")
    assert payment["reason"] == f"invoice {invoice['number']} was credited"

    await till.reverse("P1")

    assert (await till.receivable(invoice))["status"] == "credited"
    assert await till.invoice_facts() == [("InvoiceBalanceChanged", Decimal("700.00")), ("InvoiceSettled", ZERO)]
