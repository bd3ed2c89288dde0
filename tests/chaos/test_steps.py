"""The judge of the journal is judged: what it says of a step must have been so."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from contracts import events as e
from contracts.dunning import CaseState, ClosingReason, Outcome, Reason
from services.dunning.journal.schemas import JournalEntryView
from services.notify.messages.schemas import MessageSummary
from tests.chaos.evidence import Evidence, Mail, Movement, Paper
from tests.chaos.judge import judge
from tests.chaos.mailbox.faults import Fault, Struck
from tests.chaos.test_doubts import a_decision, a_message
from tests.chaos.test_judge import CUSTOMER, GOOD, INVOICE, KEY, NOON, SETTING, a_case, an_event, seconds
from tests.chaos.verdict import Setting

CALL = f"{INVOICE}:brisk:call:1"
LAST = f"{INVOICE}:brisk:last-reminder:1"
TRACE = "steps said to be carried out of which there is no trace"
FAILED = "e-mails given up for a reason that nobody else saw"
LEFT_OUT = "steps left out for a reason that was not true then"
FORGOTTEN = "cases at their end with a step that nobody decided on"
UNREACHED = "cases at their end of which nobody was written to"
PAID = Movement(INVOICE, Decimal(100), seconds(0))
UNDONE = Movement(INVOICE, Decimal(-100), seconds(100))


def decided(
    outcome: Outcome, reason: str = Reason.DUE, *, at: float = 0, key: str = KEY, **changes: Any
) -> JournalEntryView:
    facts: dict[str, Any] = {"outcome": outcome, "reason": reason, "decided_at": seconds(at), "planned_for": NOON}
    return a_decision(key).model_copy(update=facts | changes)


def a_run(*entries: JournalEntryView, **changes: Any) -> Evidence:
    return replace(GOOD, journal=entries, **changes)


def titles(evidence: Evidence, setting: Setting = SETTING) -> list[str]:
    """What is broken of I3 beside the overdue invoices."""
    counts = judge(evidence, setting)["I3"].counts
    return [count.title for count in counts[1:] if count.offences]


def test_an_email_that_was_carried_out_is_at_the_relay_whatever_the_evidence_of_the_journal() -> None:
    entry = decided(Outcome.CARRIED_OUT)
    assert titles(a_run(entry)) == [TRACE]
    assert titles(a_run(entry, mails=[Mail(KEY, NOON, NOON)])) == []
    told = an_event(e.StepCarriedOut, identity="told", invoice_id=INVOICE, evidence={})
    assert titles(replace(GOOD, heard=(*GOOD.heard, told))) == [TRACE]
    assert titles(replace(GOOD, heard=(*GOOD.heard, told), mails=[Mail(KEY, NOON, NOON)])) == []
    assert titles(replace(GOOD, messages=[a_message(status="sent")])) == [TRACE]


def test_a_call_that_was_carried_out_is_in_notifys_list() -> None:
    entry = decided(Outcome.CARRIED_OUT, key=CALL)
    assert titles(a_run(entry)) == [TRACE]
    assert titles(a_run(entry, mails=[Mail(CALL, NOON, NOON)])) == [TRACE]
    assert titles(a_run(entry, papers=[Paper(CALL, INVOICE, "opened", NOON, NOON)])) == []


def test_an_uncertain_step_has_a_message() -> None:
    assert titles(a_run(decided(Outcome.UNCERTAIN))) == [TRACE]
    assert titles(a_run(decided(Outcome.UNCERTAIN), messages=[a_message()])) == []


def a_refused_message(**changes: Any) -> MessageSummary:
    return a_message(status="failed", **changes)


@pytest.mark.parametrize(
    ("messages", "struck", "is_right"),
    [
        ([a_refused_message()], [(Fault.REFUSE_RECIPIENT, 3, "anne@garage.example")], True),
        ([a_refused_message()], [(Fault.REFUSE_CONTENT, 3, "anne@garage.example")], True),
        ([a_refused_message()], [(Fault.DEFER_CONTENT, 3, "anne@garage.example")], False),
        ([a_refused_message()], [(Fault.REFUSE_CONTENT, 3, "bob@garage.example")], False),
        ([a_refused_message()], [(Fault.REFUSE_CONTENT, 8, "anne@garage.example")], False),
        ([a_refused_message()], [(Fault.REFUSE_CONTENT, -3, "anne@garage.example")], False),
        ([a_refused_message()], [], False),
        ([], [(Fault.REFUSE_CONTENT, 3, "anne@garage.example")], False),
    ],
)
def test_a_refused_message_was_refused_by_the_relay(
    messages: Sequence[MessageSummary], struck: Sequence[tuple[Fault, float, str]], is_right: bool
) -> None:
    noted = [Struck(fault=fault, at=seconds(at), recipient=recipient) for fault, at, recipient in struck]
    entry = decided(Outcome.FAILED, Reason.REFUSED, at=5)
    assert titles(a_run(entry, messages=messages, struck=noted)) == ([] if is_right else [FAILED])


def test_only_a_customer_without_an_address_has_none() -> None:
    entry = decided(Outcome.FAILED, Reason.NO_RECIPIENT)
    assert titles(a_run(entry)) == [FAILED]
    assert titles(a_run(entry), replace(SETTING, unreachable=frozenset({str(CUSTOMER)}))) == []
    assert titles(a_run(decided(Outcome.FAILED, Reason.BOUNCED))) == [FAILED]


@pytest.mark.parametrize(
    ("at", "is_true"), [(-2, False), (-0.5, True), (50, True), (105, True), (112, False), (500, False)]
)
def test_a_step_is_left_out_as_settled_while_the_invoice_is_paid(at: float, is_true: bool) -> None:
    entry = decided(Outcome.SKIPPED, Reason.SETTLED, at=at)
    assert titles(a_run(entry, movements=[PAID, UNDONE])) == ([] if is_true else [LEFT_OUT])
    assert titles(a_run(entry)) == [LEFT_OUT]


def test_what_was_withdrawn_was_so_at_some_time_since_its_moment() -> None:
    entry = decided(Outcome.SKIPPED, Reason.SETTLED, at=300, key=CALL, evidence={"status": "withdrawn"})
    assert titles(a_run(entry, movements=[PAID, UNDONE])) == []
    assert titles(a_run(entry.model_copy(update={"planned_for": seconds(110)}), movements=[PAID, UNDONE])) == [LEFT_OUT]


@pytest.mark.parametrize(
    "reason",
    [Reason.CREDITED, Reason.CANCELLED, Reason.BELOW_THRESHOLD, Reason.CONDITION, Reason.TOO_LATE, Reason.EXCLUDED],
)
def test_a_reason_that_no_run_has_is_never_true(reason: Reason) -> None:
    assert titles(a_run(decided(Outcome.SKIPPED, reason), movements=[PAID])) == [LEFT_OUT]


def test_a_step_of_a_closed_case_is_left_out_for_what_closed_it() -> None:
    entry = decided(Outcome.SKIPPED, Reason.EXCLUDED, at=300, detail="the case was closed: settled", id=2)
    assert titles(a_run(entry, movements=[PAID, UNDONE])) == []
    assert titles(a_run(entry)) == [LEFT_OUT]
    over = entry.model_copy(update={"detail": "the case was closed: exhausted"})
    end = decided(Outcome.SKIPPED).model_copy(update={"step": None, "outcome": "closed", "reason": "exhausted"})
    assert titles(a_run(over)) == [LEFT_OUT]
    assert titles(a_run(end, over)) == []


def test_a_step_that_is_done_already_was_decided_before() -> None:
    again = decided(Outcome.SKIPPED, Reason.ALREADY_DONE, id=2)
    first = decided(Outcome.CARRIED_OUT, id=1)
    mails = [Mail(KEY, NOON, NOON)]
    assert titles(a_run(again)) == [LEFT_OUT]
    assert titles(a_run(first, again, mails=mails)) == []
    assert titles(a_run(first.model_copy(update={"id": 3}), again, mails=mails)) == [LEFT_OUT]


def test_a_step_is_superseded_by_another_of_its_turn_that_had_come_due_no_earlier() -> None:
    turn = UUID(int=5)
    one = decided(Outcome.SUPERSEDED, Reason.LATER_STEP_DUE, turn_id=turn)
    by = decided(Outcome.CARRIED_OUT, key=LAST, turn_id=turn, at=60, planned_for=seconds(50))
    mails = [Mail(LAST, NOON, NOON)]
    assert titles(a_run(one)) == [LEFT_OUT]
    assert titles(a_run(one, by, mails=mails)) == []
    assert titles(a_run(one, by.model_copy(update={"planned_for": NOON}), mails=mails)) == []
    for other in ({"turn_id": UUID(int=6)}, {"planned_for": seconds(-1)}, {"planned_for": seconds(90)}):
        assert titles(a_run(one, by.model_copy(update=other), mails=mails)) == [LEFT_OUT]


def test_a_scenario_that_ended_without_a_word_to_who_never_paid_is_found() -> None:
    ended = {"cases": [a_case(CaseState.CLOSED, closing_reason=ClosingReason.EXHAUSTED)], "runs": ()}
    only_the_last = SETTING.scenarios["brisk"].model_copy(update={"steps": [SETTING.scenarios["brisk"].steps[-1]]})
    setting = replace(SETTING, scenarios={"brisk": only_the_last})
    skipped = decided(Outcome.SKIPPED, Reason.SETTLED, key=LAST)
    assert titles(a_run(skipped, **ended), setting) == [LEFT_OUT, FORGOTTEN, UNREACHED]
    assert titles(a_run(skipped, movements=[PAID, UNDONE], **ended), setting) == [FORGOTTEN]
    sent = a_run(decided(Outcome.CARRIED_OUT, key=LAST), mails=[Mail(LAST, NOON, NOON)], **ended)
    assert titles(sent, setting) == []
    lost = a_run(decided(Outcome.FAILED, Reason.NO_RECIPIENT, key=LAST), **ended)
    assert titles(lost, replace(setting, unreachable=frozenset({str(CUSTOMER)}))) == []
    assert titles(a_run(**ended), replace(setting, unreachable=frozenset({str(CUSTOMER)}))) == [FORGOTTEN]
