"""The judge of money is judged: each published event, and each answer to it that is missing or wrong."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from chassis.dead_letters import DeadLetter
from contracts import events as e
from contracts.receivable import ReceivableStatus
from services.billing.payments.models import PaymentStatus
from tests.chaos.evidence import Evidence, Heard, KnownPayment
from tests.chaos.judge import judge
from tests.chaos.progress import overdue_invoices
from tests.chaos.published import RECORDED, REVERSED, Expected, Fate, Published
from tests.chaos.test_judge import GOOD, INVOICE, ISSUED, NOON, OPENED, SETTING, a_receivable, an_event, broken
from tests.chaos.verdict import Setting

NUMBER = "F-2026-00001"
OTHER = "payment_id: p was received before with other content (amount: 1.00 instead of 30.00)"


def paid(amount: str = "30.00", sequence: int = 1, **changes: Any) -> Heard:
    return an_event(
        e.PaymentReceived, sequence, f"paid-{sequence}", payment_id="p", invoice_number=NUMBER, amount=amount, **changes
    )


def answered(kind: type[e.Event], reason: str | None = None, identity: str = "answer") -> Heard:
    return an_event(kind, 20, identity, payment_id="p", reason=reason)


def a_payment(**changes: Any) -> KnownPayment:
    facts: dict[str, Any] = {
        "organisation": "demo",
        "payment_id": "p",
        "status": PaymentStatus.APPLIED,
        "reason": None,
        "amount": Decimal(30),
        "unallocated": Decimal(0),
        "currency": "EUR",
        "received_on": None,
        "method": None,
        "invoice_number": NUMBER,
        "remittance": None,
        "payer": {},
        "customer_id": None,
        "recorded_at": NOON,
        "allocations": [allocated("30.00")],
        "refusals": [],
    }
    return KnownPayment.model_validate(facts | changes)


def allocated(amount: str) -> dict[str, Any]:
    money = {"invoice_id": UUID(INVOICE), "number": NUMBER, "amount": amount}
    return money | {"cause": "received", "made_by": "event", "made_by_name": None, "made_at": NOON}


def refusal(of: Heard, reason: str = OTHER) -> dict[str, Any]:
    return {"type": of.subject, "reason": reason, "content": json.dumps(of.body), "refused_at": NOON}


def rejected(reason: str, *refusals: Mapping[str, Any]) -> KnownPayment:
    nothing = {"amount": None, "allocations": [], "refusals": list(refusals)}
    return a_payment(status=PaymentStatus.REJECTED, reason=reason, **nothing)


def a_run(
    *heard: Heard, payment: KnownPayment | None = None, balance: str = "100.00", dead: Sequence[DeadLetter] = ()
) -> Evidence:
    return replace(
        GOOD,
        heard=(ISSUED, OPENED, *heard),
        payments={payment.identity: payment} if payment else {},
        receivables=[a_receivable(balance)],
        dead=dead,
    )


def publishing(*heard: Heard, expected: Expected = RECORDED) -> Setting:
    published = [Published(each.sequence, each.subject, each.body, expected) for each in heard]
    return replace(SETTING, published=published)


def titles(evidence: Evidence, setting: Setting) -> list[str]:
    """What is broken of I4."""
    return [count.title for count in judge(evidence, setting)["I4"].counts if count.offences]


ENDED = "payment events that did not end as they must, or of which nobody was told"
REFUSALS = "payments refused for nothing, or whose publisher was not told exactly once"
BALANCES = "balances that the events do not explain"
MONEY = "payments of which money is lost, or was counted twice"
APPLIED = answered(e.PaymentApplied)


def test_a_payment_that_was_recorded_and_told_is_right_however_often_it_came() -> None:
    first, again = paid(), paid(sequence=2)
    evidence = a_run(first, again, APPLIED, payment=a_payment(), balance="70.00")
    assert broken(evidence, publishing(first)) == set()


def test_what_can_be_read_and_was_given_up_is_found_though_its_repetition_was_recorded() -> None:
    first, again = paid(), paid(sequence=2)
    evidence = a_run(first, again, APPLIED, payment=a_payment(), balance="70.00")
    of_a_payment = DeadLetter(1, NOON, "PAYMENTS", "billing-payment", 2, 8, "KeyError: 'customer'")
    of_our_own = DeadLetter(2, NOON, "BILLING", "dunning-invoice", 1, 8, "KeyError: 'due_date'")
    for letter in (of_a_payment, of_our_own):
        assert broken(replace(evidence, dead=[letter]), publishing(first)) == {"I6"}


def test_a_valid_payment_that_died_of_an_error_of_ours_is_found() -> None:
    lost = paid()
    dead = DeadLetter(1, NOON, "PAYMENTS", "billing-payment", 1, 8, "KeyError: 'customer'")
    assert titles(a_run(lost, dead=[dead]), publishing(lost)) == [ENDED, BALANCES]
    assert titles(a_run(lost, dead=[dead], balance="70.00"), publishing(lost)) == [ENDED]


def test_a_valid_payment_that_is_refused_is_found_and_counts() -> None:
    lost, why = paid(), "currency: EUR, but invoice F-2026-00001 is in USD"
    told = answered(e.PaymentRejected, why)
    evidence = a_run(lost, told, payment=rejected(why, refusal(lost, why)))
    assert titles(evidence, publishing(lost)) == [ENDED, REFUSALS, BALANCES]


def test_a_payment_that_is_unknown_counts() -> None:
    lost = paid()
    assert titles(a_run(lost), publishing(lost)) == [ENDED, BALANCES]


def test_of_two_contents_the_one_that_was_dropped_in_silence_is_found() -> None:
    one, other = paid(), paid("1.00", sequence=2)
    other = replace(other, body={name: value for name, value in (other.body or {}).items() if value is not None})
    dropped = a_run(one, other, APPLIED, payment=a_payment(), balance="70.00")
    setting = publishing(one, other)
    assert titles(dropped, setting) == [ENDED, REFUSALS]
    kept = replace(dropped, payments={("demo", "p"): a_payment(refusals=[refusal(other)])})
    assert titles(kept, setting) == [ENDED, REFUSALS]
    told = replace(kept, heard=(*kept.heard, answered(e.PaymentRejected, OTHER, "no")))
    assert titles(told, setting) == []
    assert titles(replace(told, heard=(*told.heard, answered(e.PaymentRejected, OTHER, "twice"))), setting) == [
        REFUSALS
    ]


def test_of_two_contents_either_may_have_been_read_first() -> None:
    one, other = paid(), paid("1.00", sequence=2)
    no = answered(e.PaymentRejected, OTHER, "no")
    small = a_payment(amount=Decimal(1), allocations=[allocated("1.00")], refusals=[refusal(one)])
    evidence = a_run(one, other, APPLIED, no, payment=small, balance="99.00")
    assert titles(evidence, publishing(one, other)) == []
    assert titles(replace(evidence, receivables=[a_receivable("70.00")]), publishing(one, other)) == [BALANCES]
    assert titles(replace(evidence, receivables=[a_receivable("69.00")]), publishing(one, other)) == [BALANCES]


def test_a_malformed_event_is_rejected_for_its_own_reason_or_dies_for_it() -> None:
    bad = paid(method="virement")
    rejection = Expected(Fate.REJECTED, "method: ")
    why = "method: Input should be 'transfer' (got 'virement')"
    right = a_run(bad, answered(e.PaymentRejected, why), payment=rejected(why, refusal(bad, why)))
    assert titles(right, publishing(bad, expected=rejection)) == []
    assert titles(a_run(bad), publishing(bad, expected=rejection)) == [ENDED, REFUSALS]
    mute = replace(right, heard=right.heard[:-1])
    assert titles(mute, publishing(bad, expected=rejection)) == [ENDED, REFUSALS]
    other = a_run(bad, answered(e.PaymentRejected, "amount: no"), payment=rejected("", refusal(bad, "amount: no")))
    assert titles(other, publishing(bad, expected=rejection)) == [ENDED]


@pytest.mark.parametrize(
    ("reason", "is_right"), [("body: Invalid JSON: EOF", True), ("KeyError: 'x'", False), ("", False)]
)
def test_what_nobody_can_read_becomes_a_dead_letter_that_says_so(reason: str, is_right: bool) -> None:
    bytes_ = Heard("PAYMENTS", 3, e.PaymentReceived.type, "PAYMENTS-3", None, NOON)
    dead = [DeadLetter(1, NOON, "PAYMENTS", "billing-payment", 3, 1, reason)] if reason else []
    setting = publishing(bytes_, expected=Expected(Fate.DEAD, "body: "))
    assert titles(a_run(bytes_, dead=dead), setting) == ([] if is_right else [ENDED])


def test_a_reversal_undoes_its_payment_and_says_so() -> None:
    came = paid()
    back = an_event(e.PaymentReversed, 2, "back", payment_id="p", reason="unpaid")
    setting = publishing(came)
    setting = replace(setting, published=[*setting.published, Published(2, back.subject, back.body, REVERSED)])
    told = answered(e.PaymentApplied, "reversed on 2026-02-10: unpaid", "undone")
    undone = a_payment(status=PaymentStatus.REVERSED, allocations=[allocated("30.00"), allocated("-30.00")])
    assert titles(a_run(came, back, APPLIED, told, payment=undone), setting) == []
    assert titles(a_run(came, back, APPLIED, payment=undone), setting) == [ENDED]
    applied = a_run(came, back, APPLIED, payment=a_payment(), balance="70.00")
    assert titles(applied, setting) == [ENDED, BALANCES]
    awaited = a_payment(status=PaymentStatus.AWAITED, amount=None, allocations=[])
    assert titles(a_run(came, back, payment=awaited), setting) == [ENDED]
    assert titles(a_run(came, told, payment=undone, balance="70.00"), publishing(came)) == [ENDED]


def test_money_that_is_kept_twice_or_not_at_all_is_found() -> None:
    came = paid()
    for kept in ([], [allocated("30.00"), allocated("30.00")]):
        evidence = a_run(came, APPLIED, payment=a_payment(allocations=kept), balance="70.00")
        assert titles(evidence, publishing(came)) == [MONEY]


def test_a_payment_that_finds_no_invoice_is_kept_for_a_person_with_the_reason() -> None:
    came = replace(paid(), body={**(paid().body or {}), "invoice_number": "F-1999-00001"})
    why = "invoice_number: no invoice F-1999-00001"
    kept = {"status": PaymentStatus.UNALLOCATED, "unallocated": Decimal(30), "allocations": []}
    setting = publishing(came, expected=Expected(Fate.UNALLOCATED, why))
    right = a_run(came, answered(e.PaymentUnallocated, why), payment=a_payment(**kept, reason=why))
    assert titles(right, setting) == []
    assert titles(a_run(came, payment=a_payment(**kept, reason=why)), setting) == [ENDED]
    assert titles(a_run(came, answered(e.PaymentUnallocated), payment=a_payment(**kept)), setting) == [ENDED]


def test_an_event_that_was_acknowledged_and_is_gone_or_that_nobody_published_is_found() -> None:
    came = paid()
    evidence = a_run(came, APPLIED, payment=a_payment(), balance="70.00")
    gone = replace(
        publishing(came), published=[*publishing(came).published, replace(publishing(came).published[0], sequence=8)]
    )
    assert titles(evidence, gone) == ["events acknowledged to their publisher and lost"]
    assert titles(evidence, SETTING)[0] == "payment events that nobody published"


THEIRS = UUID("0197f3c2-0000-7000-8000-000000000043")


def of_two(first: str = "70.00", second: str = "60.00") -> tuple[Evidence, Setting]:
    """Two organisations with the same invoice number, paid 30 and 40 under one payment id."""
    theirs = {"organisation": "neighbour"}
    one, other = paid(), paid("40.00", sequence=2, **theirs)
    told = {**theirs, "allocations": [{"invoice_id": str(THEIRS)}]}
    answer = replace(APPLIED, identity="theirs", body={**(APPLIED.body or {}), **told})
    owed = a_receivable(second).model_copy(update={"invoice_id": THEIRS, **theirs})
    went = [allocated("40.00") | {"invoice_id": THEIRS}]
    known = [a_payment(), a_payment(amount=Decimal(40), allocations=went, **theirs)]
    evidence = replace(
        a_run(one, other, APPLIED, answer),
        receivables=[a_receivable(first), owed],
        payments={each.identity: each for each in known},
    )
    return evidence, publishing(one, other)


def test_the_payments_of_two_organisations_are_told_apart_whatever_their_ids_and_numbers() -> None:
    assert titles(*of_two()) == []
    assert titles(*of_two("60.00", "70.00")) == [BALANCES]
    assert titles(*of_two("30.00", "100.00")) == [BALANCES]
    evidence, setting = of_two()
    ours = {identity: each for identity, each in evidence.payments.items() if identity == ("demo", "p")}
    assert titles(replace(evidence, payments=ours), setting) == [ENDED]
    assert titles(replace(evidence, heard=evidence.heard[:-1]), setting) == [ENDED]


def test_what_is_overdue_of_two_invoices_of_one_number_is_told_apart() -> None:
    told = {"organisation": "neighbour", "invoice_id": str(THEIRS)}
    issued = replace(ISSUED, identity="theirs", body={**(ISSUED.body or {}), **told})
    evidence, setting = of_two()
    evidence = replace(evidence, heard=[*evidence.heard, issued])
    assert overdue_invoices(evidence, setting) == [INVOICE, str(THEIRS)]
    whole = publishing(paid("100.00"))
    assert overdue_invoices(replace(evidence, payments={}), whole) == [str(THEIRS)]


def test_a_balance_that_its_status_denies_is_found() -> None:
    assert "I4" in broken(replace(GOOD, receivables=[a_receivable(status=ReceivableStatus.SETTLED)]))
