"""A payment that was refused and came again corrected, as the judge sees it: done right, and gone wrong."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from contracts import events as e
from contracts.receivable import ReceivableStatus
from services.billing.payments.models import PaymentStatus
from tests.chaos.evidence import Evidence, Heard, KnownPayment
from tests.chaos.judge import judge, unproven
from tests.chaos.published import RECORDED, Expected, Fate, Published
from tests.chaos.test_judge import NOON, SETTING, a_receivable
from tests.chaos.test_payments import (
    APPLIED,
    BALANCES,
    ENDED,
    REFUSALS,
    a_payment,
    a_run,
    allocated,
    answered,
    paid,
    refusal,
    rejected,
    titles,
)
from tests.chaos.verdict import Setting

CORRECTED = "payments refused at first that do not count once they are corrected"
WHY = "amount: -100.00 is not more than zero"
UNREADABLE = Expected(Fate.REJECTED, "amount: -100.00 is not more than zero")
FOREIGN = Expected(Fate.REJECTED, "currency: USD, but invoice")
BESIDE = "payment_id: p was received before with other content (currency: USD instead of EUR)"

GOOD = replace(paid("100.00", 2), body={k: v for k, v in (paid("100.00").body or {}).items() if v is not None})
BAD = replace(GOOD, sequence=1, body={**(GOOD.body or {}), "amount": "-100.00"})
DOLLARS = replace(GOOD, sequence=1, body={**(GOOD.body or {}), "currency": "USD"})
MISSENT = replace(GOOD, sequence=1, subject="payments.payment.recieved.v1")


def setting_of(slip: Heard, expected: Expected) -> Setting:
    right = Published(GOOD.sequence, GOOD.subject, GOOD.body, RECORDED)
    return replace(SETTING, published=[Published(slip.sequence, slip.subject, slip.body, expected), right])


def settled(*refusals: Mapping[str, Any], moved_after: timedelta = timedelta(seconds=1), **more: Any) -> KnownPayment:
    """Refused at noon, and what it brought moved so long after that."""
    allocation = allocated("100.00") | {"made_at": NOON + moved_after}
    return a_payment(amount=Decimal(100), allocations=[allocation], refusals=list(refusals), **more)


def a_correction(slip: Heard, payment: KnownPayment, *told: Heard) -> Evidence:
    evidence = a_run(slip, GOOD, *told, payment=payment)
    return replace(evidence, receivables=[a_receivable("0.00", ReceivableStatus.SETTLED)])


def told_no(reason: str) -> Heard:
    return answered(e.PaymentRejected, reason, "no")


@pytest.mark.parametrize(
    ("slip", "expected", "reason"),
    [
        (BAD, UNREADABLE, WHY),
        (DOLLARS, FOREIGN, "currency: USD, but invoice F-2026-00001 is in EUR"),
        (DOLLARS, FOREIGN, BESIDE),
        (MISSENT, Expected(Fate.REJECTED, "type: "), "type: 'payments.payment.recieved.v1' is not an event"),
    ],
)
def test_a_payment_that_was_refused_settles_its_invoice_once_it_is_corrected(
    slip: Heard, expected: Expected, reason: str
) -> None:
    payment = settled(refusal(slip, reason))
    right = a_correction(slip, payment, told_no(reason), APPLIED)
    assert titles(right, setting_of(slip, expected)) == []
    owed = replace(right, receivables=[a_receivable()])
    assert titles(owed, setting_of(slip, expected)) == [BALANCES]


def test_what_cannot_be_read_is_refused_for_its_own_reason_whatever_was_recorded_before() -> None:
    evidence = a_correction(BAD, settled(refusal(BAD, BESIDE)), told_no(BESIDE), APPLIED)
    assert titles(evidence, setting_of(BAD, UNREADABLE)) == [ENDED]


def test_a_correction_that_is_taken_for_what_was_refused_is_found() -> None:
    still = rejected(WHY, refusal(BAD, WHY))
    evidence = replace(a_correction(BAD, still, told_no(WHY)), receivables=[a_receivable()])
    assert titles(evidence, setting_of(BAD, UNREADABLE)) == [ENDED, CORRECTED, BALANCES]


def test_a_correction_that_is_refused_for_the_slip_is_found() -> None:
    still = rejected(WHY, refusal(BAD, WHY), refusal(GOOD, WHY))
    evidence = replace(a_correction(BAD, still, told_no(WHY)), receivables=[a_receivable()])
    assert titles(evidence, setting_of(BAD, UNREADABLE)) == [ENDED, REFUSALS, CORRECTED, BALANCES]


def test_a_correction_that_keeps_the_reason_of_the_refusal_is_found() -> None:
    evidence = a_correction(BAD, settled(refusal(BAD, WHY), reason=WHY), told_no(WHY), APPLIED)
    assert titles(evidence, setting_of(BAD, UNREADABLE)) == [CORRECTED]
    (offence,) = judge(evidence, setting_of(BAD, UNREADABLE))["I4"].offences
    assert offence.invoice_id == str(evidence.receivables[0].invoice_id)


def test_a_slip_that_was_recorded_instead_of_refused_is_found() -> None:
    evidence = a_correction(DOLLARS, settled(), APPLIED)
    assert titles(evidence, setting_of(DOLLARS, FOREIGN)) == [ENDED, REFUSALS]


@pytest.mark.parametrize(("moved_after", "is_seen"), [(timedelta(seconds=1), True), (timedelta(seconds=-1), False)])
def test_a_long_run_in_which_no_refusal_came_first_says_so(moved_after: timedelta, is_seen: bool) -> None:
    payment = settled(refusal(BAD, WHY), moved_after=moved_after)
    verdicts = judge(a_correction(BAD, payment, told_no(WHY), APPLIED), setting_of(BAD, UNREADABLE))
    missing = f"I4: nothing to check for: {CORRECTED}"
    assert (missing in unproven(verdicts, in_full=True)) is not is_seen
    assert missing not in unproven(verdicts)


def test_a_malformed_reversal_that_undoes_a_payment_is_found() -> None:
    body = {"organisation": "demo", "payment_id": "p", "reversed_on": "2026-02-10"}
    slip = Heard("PAYMENTS", 1, e.PaymentReversed.type, "back", body, NOON)
    why, expected = "reason: Field required", Expected(Fate.REJECTED, "reason: Field required")
    kept = a_correction(slip, settled(refusal(slip, why)), told_no(why), APPLIED)
    assert titles(kept, setting_of(slip, expected)) == []
    undone = settled(refusal(slip, why), status=PaymentStatus.REVERSED)
    assert ENDED in titles(replace(kept, payments={undone.identity: undone}), setting_of(slip, expected))
