"""The judge of credit notes is judged: what is taken back is owed no more, is followed no more, and is told once."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from contracts import events as e
from contracts.dunning import CaseFact, CaseState, ClosingReason, Outcome, Reason
from contracts.receivable import ReceivableStatus
from tests.chaos.evidence import Credited, Evidence, Mail, Movement, Paper, Run
from tests.chaos.judge import judge, unproven
from tests.chaos.paid import paid_spans, settled_spans
from tests.chaos.progress import overdue_invoices
from tests.chaos.test_judge import (
    AN_INVOICE,
    GOOD,
    INVOICE,
    KEY,
    NOON,
    SETTING,
    a_case,
    a_receivable,
    an_event,
    broken,
    seconds,
)
from tests.chaos.test_numbers import ANSWER
from tests.chaos.test_punctuality import an_entry
from tests.chaos.test_steps import LEFT_OUT, decided, titles
from tests.chaos.timeline import timeline
from tests.chaos.verdict import Setting

NOTE: dict[str, Any] = ANSWER | {
    "id": "0197f3c2-0000-7000-8000-0000000000aa",
    "kind": "credit_note",
    "number": "A-2026-00001",
    "due_date": None,
    "credited_invoice_id": INVOICE,
}
LISTED = {name: NOTE[name] for name in AN_INVOICE}
TOLD = an_event(e.InvoiceSettled, sequence=2, identity="credited", invoice_id=INVOICE, status="credited")
CLOSED = a_case(CaseState.CLOSED, closing_reason=ClosingReason.CREDITED)
CREDIT = Credited(INVOICE, seconds(0))
CREDITED = replace(
    GOOD,
    invoices=[AN_INVOICE | {"status": "credited"}, LISTED],
    in_whole={INVOICE: ANSWER | {"status": "credited"}, NOTE["id"]: NOTE},
    series={**GOOD.series, ("demo", "A-2026"): 1},
    credited=[CREDIT],
    heard=[*GOOD.heard, TOLD],
    receivables=[a_receivable("0.00", ReceivableStatus.CREDITED)],
    cases=[CLOSED],
    runs=[Run(INVOICE, "COMPLETED", (), 0, NOON)],
    journal=[an_entry(CaseFact.CLOSED, "credited", 1)],
)
ASKED = replace(SETTING, answers=[ANSWER, NOTE])
CASES = "credited invoices whose case is not closed for that"
ONCE = "invoices not credited as asked, or told so more or less than once"
UNASKED = "invoices issued twice, or that nobody asked for"
AFTER = "invoices of which a reminder left over 1 s after the credit note's commit"


def found(evidence: Evidence, setting: Setting = ASKED) -> list[str]:
    counts = [count for verdict in judge(evidence, setting).values() for count in verdict.counts]
    return [count.title for count in counts if count.offences]


def test_an_invoice_that_is_credited_is_owed_no_more_and_its_case_is_closed() -> None:
    assert broken(CREDITED, ASKED) == set()
    assert overdue_invoices(CREDITED, ASKED) == []
    assert overdue_invoices(GOOD, SETTING) == [INVOICE]


@pytest.mark.parametrize(
    "changes",
    [
        {"cases": [a_case(CaseState.CLOSED, closing_reason=ClosingReason.EXHAUSTED)]},
        {"cases": [a_case(CaseState.CLOSED, closing_reason=ClosingReason.SETTLED)]},
        {"cases": []},
        {"journal": []},
        {"journal": [an_entry(CaseFact.CLOSED, "settled", 1)]},
        {"journal": [an_entry(CaseFact.CLOSED, "credited", 1, 1), an_entry(CaseFact.NOT_OPENED, "exhausted", 2, 2)]},
    ],
)
def test_a_case_that_is_not_closed_as_credited_is_found(changes: Mapping[str, Any]) -> None:
    assert CASES in found(replace(CREDITED, **changes))


def test_a_case_that_was_never_opened_for_a_credited_invoice_is_right() -> None:
    never = replace(CREDITED, journal=[an_entry(CaseFact.NOT_OPENED, "credited", 1)])
    assert found(replace(never, heard=[each for each in CREDITED.heard if each.subject != e.CaseOpened.type])) == []


def test_a_case_that_goes_on_after_the_credit_note_is_found() -> None:
    running = [Run(INVOICE, "RUNNING", (), 0, NOON)]
    assert broken(replace(CREDITED, cases=[a_case()], runs=running), ASKED) == {"I3", "I6"}
    assert broken(replace(CREDITED, runs=running), ASKED) == {"I6"}


@pytest.mark.parametrize(
    ("balance", "status"),
    [("100.00", ReceivableStatus.OPEN), ("0.00", ReceivableStatus.SETTLED), ("5.00", ReceivableStatus.CREDITED)],
)
def test_a_balance_that_the_credit_note_does_not_explain_is_found(balance: str, status: ReceivableStatus) -> None:
    assert "I4" in broken(replace(CREDITED, receivables=[a_receivable(balance, status)]), ASKED)


def test_what_nobody_took_back_is_not_credited() -> None:
    assert broken(CREDITED, replace(ASKED, answers=[ANSWER])) == {"I3", "I4", "I5"}
    assert ONCE in found(CREDITED, replace(ASKED, answers=[ANSWER]))


@pytest.mark.parametrize(
    "changes",
    [
        {"credited": []},
        {"credited": [CREDIT, CREDIT]},
        {"heard": GOOD.heard},
        {"heard": [*CREDITED.heard, replace(TOLD, identity="twice", sequence=3)]},
        {"invoices": [AN_INVOICE, LISTED]},
    ],
)
def test_a_credit_note_that_took_nothing_back_or_was_told_twice_is_found(changes: Mapping[str, Any]) -> None:
    assert found(replace(CREDITED, **changes)) == [ONCE]


def test_a_credit_note_is_a_document_of_a_series_of_its_own() -> None:
    gone = replace(CREDITED, invoices=[AN_INVOICE | {"status": "credited"}])
    assert found(gone) == ["gaps and duplicates in the numbers"]
    changed = {**CREDITED.in_whole, NOTE["id"]: NOTE | {"mentions": []}}
    assert found(replace(CREDITED, in_whole=changed)) == [
        "issued documents that are read otherwise than they were answered"
    ]
    issued = an_event(e.InvoiceIssued, identity="note", invoice_id=NOTE["id"])
    assert UNASKED in found(replace(CREDITED, heard=[*CREDITED.heard, issued]))
    assert UNASKED in found(CREDITED, replace(ASKED, answers=[ANSWER]))


@pytest.mark.parametrize(("began", "is_late"), [(-5, False), (0.9, False), (1.1, True), (60, True)])
def test_a_reminder_may_leave_a_second_after_the_credit_note_s_commit(began: float, is_late: bool) -> None:
    evidence = replace(CREDITED, mails=[Mail(KEY, seconds(began), seconds(began + 0.5))])
    assert (AFTER in found(evidence)) is is_late
    assert AFTER not in found(replace(evidence, credited=[]))


@pytest.mark.parametrize(("status", "stands"), [("prepared", True), ("withdrawn", False)])
def test_a_letter_for_a_credited_invoice_is_withdrawn(status: str, stands: bool) -> None:
    key = KEY.replace("first-reminder", "formal-notice")
    told = an_event(e.LetterPrepared, identity="told", key=key)
    letter = Paper(key, INVOICE, status, seconds(-5), seconds(-4))
    evidence = replace(CREDITED, papers=[letter], heard=[*CREDITED.heard, told])
    assert ("letters and calls that stand although nothing is owed" in found(evidence)) is stands
    late = replace(evidence, papers=[replace(letter, asked_at=seconds(20), committed=seconds(21))])
    assert "letters and calls begun long after the payment's commit, or on a stale balance" in found(late)


@pytest.mark.parametrize(("at", "is_true"), [(-2, False), (-0.5, True), (300, True)])
@pytest.mark.parametrize(
    ("reason", "detail"), [(Reason.CREDITED, ""), (Reason.EXCLUDED, "the case was closed: credited")]
)
def test_a_step_is_left_out_as_credited_once_the_invoice_is(
    reason: Reason, detail: str, at: float, is_true: bool
) -> None:
    entry = decided(Outcome.SKIPPED, reason, at=at, detail=detail)
    assert titles(replace(GOOD, journal=[entry], credited=[CREDIT])) == ([] if is_true else [LEFT_OUT])
    assert titles(replace(GOOD, journal=[entry])) == [LEFT_OUT]


def test_a_credited_invoice_is_not_paid_but_what_lay_ready_for_it_is_withdrawn() -> None:
    entry = decided(Outcome.SKIPPED, Reason.SETTLED, at=60)
    withdrawn = entry.model_copy(update={"evidence": {"status": "withdrawn"}})
    assert titles(replace(GOOD, journal=[entry], credited=[CREDIT])) == [LEFT_OUT]
    assert titles(replace(GOOD, journal=[withdrawn], credited=[CREDIT])) == []
    assert titles(replace(GOOD, journal=[withdrawn])) == [LEFT_OUT]


def test_nothing_is_owed_from_the_payment_or_from_the_credit_note_on() -> None:
    paid = replace(CREDITED, movements=[Movement(INVOICE, Decimal(100), seconds(-9))])
    assert settled_spans(paid) == {INVOICE: [(seconds(-9), None), (seconds(0), None)]}
    assert settled_spans(CREDITED) == {INVOICE: [(seconds(0), None)]}
    assert paid_spans(CREDITED) == {}


def test_the_story_of_a_credited_invoice_tells_when_that_was_committed() -> None:
    told = [str(moment) for moment in timeline(CREDITED, ASKED, INVOICE, [])]
    assert [line.partition(" ")[2] for line in told if "credit note" in line] == ["database  a credit note committed"]
    assert not [line for line in map(str, timeline(CREDITED, ASKED, NOTE["id"], [])) if "credit note" in line]


def test_a_long_run_without_a_credit_note_proves_nothing() -> None:
    nothing = unproven(judge(GOOD, SETTING), in_full=True)
    assert {f"I3: nothing to check for: {CASES}", f"I5: nothing to check for: {ONCE}"} <= set(nothing)
    assert f"I1: nothing to check for: {AFTER}" in nothing
    assert not any(title in line for line in unproven(judge(GOOD, SETTING)) for title in (CASES, ONCE, AFTER))
