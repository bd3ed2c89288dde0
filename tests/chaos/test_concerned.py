"""Whose story is told: what is broken of a number, of a payment or of its events names an invoice."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from chassis.dead_letters import DeadLetter
from contracts import events as e
from tests.chaos.concerned import Concerned
from tests.chaos.evidence import Evidence
from tests.chaos.judge import judge
from tests.chaos.published import REVERSED, Expected, Fate, Published
from tests.chaos.test_judge import AN_INVOICE, GOOD, INVOICE, KEY, NOON, SETTING, an_event
from tests.chaos.test_payments import (
    APPLIED,
    MONEY,
    NUMBER,
    OTHER,
    REFUSALS,
    THEIRS,
    a_payment,
    a_run,
    allocated,
    answered,
    of_two,
    paid,
    publishing,
)
from tests.chaos.verdict import Setting

SECOND = "0197f3c2-0000-7000-8000-000000000043"
NUMBERS = "gaps and duplicates in the numbers"
GIVEN_UP = "dead letters of what can be read"
LOST = "events acknowledged to their publisher and lost"


def named(evidence: Evidence, setting: Setting, title: str) -> list[str]:
    """The invoices that the offences of this title name."""
    verdicts = judge(evidence, setting).values()
    return [
        each.invoice_id
        for verdict in verdicts
        for count in verdict.counts
        if count.title == title
        for each in count.offences
    ]


@pytest.mark.parametrize(
    ("numbers", "concerned", "said"),
    [
        ((1, 1), INVOICE, f"F-2026-00001 of demo was given 2 times: {INVOICE}, {SECOND}; the last one is 1"),
        ((1, 3), SECOND, "F-2026-00002 of demo was given 0 times: a gap; the last one is 1"),
        ((5, 2), SECOND, "F-2026-00001 of demo was given 0 times: a gap; the last one is 1"),
    ],
)
def test_a_number_given_twice_names_who_has_it_and_a_gap_who_has_the_next(
    numbers: tuple[int, int], concerned: str, said: str
) -> None:
    invoices: list[Mapping[str, Any]] = [
        AN_INVOICE | {"id": invoice, "number": f"F-2026-{number:05d}"}
        for invoice, number in zip((INVOICE, SECOND), numbers, strict=True)
    ]
    found = [count for count in judge(replace(GOOD, invoices=invoices), SETTING)["I5"].counts if count.title == NUMBERS]
    assert (found[0].offences[0].invoice_id, found[0].offences[0].what) == (concerned, said)


@pytest.mark.parametrize("kept", [[], [allocated("30.00"), allocated("30.00")]])
def test_money_that_is_lost_or_kept_twice_names_the_invoice_of_its_payment(kept: list[dict[str, Any]]) -> None:
    came = paid()
    evidence = a_run(came, APPLIED, payment=a_payment(allocations=kept), balance="70.00")
    assert named(evidence, publishing(came), MONEY) == [INVOICE]
    unheard = a_run(payment=a_payment(allocations=kept))
    assert named(unheard, SETTING, MONEY) == ([INVOICE] if kept else [""])


def test_an_event_that_was_lost_names_the_invoice_of_its_publisher_s_body() -> None:
    lost = paid()
    assert named(GOOD, publishing(lost), LOST) == [INVOICE]


def test_a_lost_reversal_names_the_invoice_of_the_payment_that_it_undoes() -> None:
    came, back = paid(), an_event(e.PaymentReversed, 2, "back", payment_id="p", reason="unpaid")
    setting = publishing(came)
    setting = replace(setting, published=[*setting.published, Published(2, back.subject, back.body, REVERSED)])
    assert named(a_run(came, APPLIED, payment=a_payment(), balance="70.00"), setting, LOST) == [INVOICE]


def test_a_refusal_that_was_not_told_once_names_the_invoice_of_its_payment() -> None:
    bad = paid(method="virement")
    setting = publishing(bad, expected=Expected(Fate.REJECTED, "method: "))
    assert named(a_run(bad), setting, REFUSALS) == [INVOICE]
    no = answered(e.PaymentRejected, OTHER, "no")
    assert named(a_run(bad, no, replace(no, identity="twice")), setting, REFUSALS) == [INVOICE]


@pytest.mark.parametrize(("stream", "sequence"), [("PAYMENTS", 7), ("BILLING", 1), ("NOTIFY", 5)])
def test_an_event_that_was_given_up_names_its_invoice(stream: str, sequence: int) -> None:
    sent = an_event(e.MessageSent, 5, "sent", key=KEY)
    dead = DeadLetter(1, NOON, stream, "a-consumer", sequence, 8, "KeyError: 'customer'")
    evidence = a_run(paid(sequence=7), sent, dead=[dead])
    assert named(evidence, publishing(paid(sequence=7)), GIVEN_UP) == [INVOICE]


def test_what_names_no_invoice_that_is_known_concerns_none() -> None:
    concerned = Concerned(GOOD)
    assert concerned.of_event(None) == []
    assert concerned.of_event({"payment_id": ["p"], "invoice_number": 7, "allocations": "x"}) == []
    assert concerned.of_event({"organisation": "another", "invoice_number": NUMBER}) == []
    assert set(concerned.of_event({"organisation": "demo", "invoice_number": NUMBER})) == {INVOICE}


def test_answers_name_the_invoices_that_got_the_money() -> None:
    allocations = [{"invoice_id": SECOND, "number": "F-2026-00002", "amount": "30.00"}]
    moved = an_event(e.PaymentApplied, identity="moved", payment_id="p", allocations=allocations)
    assert Concerned(a_run(paid(), moved)).of_payment(("demo", "p")) == [INVOICE, SECOND]


def test_a_payment_of_another_organisation_concerns_no_invoice_of_ours_whatever_its_id_and_its_number() -> None:
    evidence, setting = of_two()
    concerned = Concerned(evidence, setting.published)
    assert [concerned.of_payment((each, "p")) for each in ("demo", "neighbour")] == [[INVOICE], [str(THEIRS)]]
    assert [concerned.of_event(each.body) for each in setting.published] == [[INVOICE] * 2, [str(THEIRS)] * 2]
