"""The judge is judged: what comes too late, too early, or not at all, and what is handed over in vain."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from contracts import events as e
from contracts.dunning import CaseFact, CaseState, ClosingReason, Outcome, Reason
from services.dunning.cases.schemas import CaseSummary
from services.dunning.journal.schemas import JournalEntryView
from tests.chaos.evidence import Evidence, Mail, Movement
from tests.chaos.judge import judge, unproven
from tests.chaos.mailbox.faults import Conversation, Fault
from tests.chaos.portfolio import BRISK
from tests.chaos.test_judge import GOOD, INVOICE, ISSUED, KEY, NOON, OPENED, SETTING, a_case, an_event, broken, seconds
from tests.chaos.test_steps import decided
from tests.chaos.verdict import Setting


def an_entry(outcome: CaseFact, reason: str, at: float, number: int = 1) -> JournalEntryView:
    whole = dict.fromkeys(("step", "occurrence", "planned_for", "turn_id"))
    return decided(Outcome.SKIPPED, reason, at=at, id=number).model_copy(update={**whole, "outcome": outcome})


@pytest.mark.parametrize(
    ("said", "is_broken"),
    [
        ([(CaseFact.NOT_OPENED, "exhausted")], False),
        ([(CaseFact.NOT_OPENED, "settled")], True),
        ([(CaseFact.CLOSED, "settled"), (CaseFact.NOT_OPENED, "exhausted")], False),
        ([(CaseFact.NOT_OPENED, "exhausted"), (CaseFact.CLOSED, "settled")], True),
        ([(CaseFact.CLOSED, "excluded")], True),
        ([(CaseFact.CLOSED, "cancelled")], True),
        ([(CaseFact.CLOSED, "credited")], True),
        ([(CaseFact.CLOSED, "written_off")], True),
        ([], True),
    ],
)
@pytest.mark.parametrize("cases", [(), (a_case(CaseState.CLOSED, closing_reason=ClosingReason.SETTLED),)])
def test_an_overdue_invoice_has_no_case_only_at_the_end_of_its_scenario(
    said: Sequence[tuple[CaseFact, str]], is_broken: bool, cases: Sequence[CaseSummary]
) -> None:
    journal = [an_entry(fact, reason, number, number) for number, (fact, reason) in enumerate(said)]
    assert ("I3" in broken(replace(GOOD, cases=cases, runs=(), journal=journal))) is is_broken


def late(**changes: Any) -> Evidence:
    """An invoice whose first reminder had to come eleven days ago, with a case that is open."""
    issued = replace(ISSUED, body={**(ISSUED.body or {}), "due_date": "2025-12-11"})
    return replace(GOOD, heard=[issued, OPENED], **changes)


FORGOTTEN = "steps of overdue invoices that nobody decided on in their days"
EARLY = "reminders, letters and calls before their day"


def titles_of(evidence: Evidence, setting: Setting = SETTING) -> list[str]:
    return [count.title for verdict in judge(evidence, setting).values() for count in verdict.counts if count.offences]


def test_a_step_of_which_nobody_decided_anything_in_its_days_is_forgotten() -> None:
    assert FORGOTTEN in titles_of(late())
    done = [
        decided(Outcome.SUPERSEDED, key=f"{INVOICE}:brisk:{step.key}:1", id=number)
        for number, step in enumerate(BRISK.steps)
    ]
    assert FORGOTTEN not in titles_of(late(journal=done))


def test_a_step_that_is_put_off_for_ever_is_forgotten_too() -> None:
    put_off = [decided(Outcome.DEFERRED, Reason.OUTSIDE_HOURS, at=number * 60, id=number) for number in range(10)]
    assert FORGOTTEN in titles_of(late(journal=put_off, cases=[a_case(next_moment=seconds(605))]))


def test_what_is_owed_again_since_a_moment_ago_is_not_late() -> None:
    movements = [Movement(INVOICE, Decimal(100), seconds(0)), Movement(INVOICE, Decimal(-100), seconds(590))]
    assert FORGOTTEN not in titles_of(late(movements=movements))


EASTER = 3 * 86_400
"""Seconds without an hour of contact, at most."""


@pytest.mark.parametrize(("at", "is_forgotten"), [(550, False), (550 - EASTER, False), (530 - EASTER, True)])
def test_steps_that_reach_nobody_are_decided_one_after_the_other(at: float, is_forgotten: bool) -> None:
    last = decided(Outcome.FAILED, Reason.NO_RECIPIENT, at=at, key=f"{INVOICE}:brisk:last-reminder:1")
    assert (FORGOTTEN in titles_of(late(journal=[last]))) is is_forgotten


@pytest.mark.parametrize(("recovered", "is_forgotten"), [(590, True), (610, False)])
def test_what_came_due_while_processes_died_has_its_time_after_it(recovered: float, is_forgotten: bool) -> None:
    setting = replace(SETTING, recovered=seconds(recovered))
    assert (FORGOTTEN in titles_of(late(), setting)) is is_forgotten


def test_a_reminder_before_its_day_is_found() -> None:
    day_before = Mail(f"{INVOICE}:brisk:last-reminder:1", NOON - timedelta(days=1), NOON - timedelta(days=1))
    assert EARLY in titles_of(replace(GOOD, mails=[day_before]))
    assert EARLY not in titles_of(replace(GOOD, mails=[replace(day_before, began=NOON, received=NOON)]))


def test_a_reminder_whose_content_the_relay_lost_left_after_the_payment_all_the_same() -> None:
    movements = [Movement(INVOICE, Decimal(100), seconds(0))]
    lost = Conversation(key=KEY, began=seconds(100), received=seconds(101), fault=Fault.DROP, kept=None)
    assert "I1" in broken(replace(GOOD, movements=movements, conversations=[lost]))
    untold = lost.model_copy(update={"fault": Fault.DEFER_RECIPIENT})
    assert "I1" not in broken(replace(GOOD, movements=movements, conversations=[untold]))


def test_nothing_is_handed_over_again_after_an_open_answer() -> None:
    again = "messages handed over again after an answer that was left open"
    first = Conversation(key=KEY, began=seconds(1), received=seconds(2), fault=Fault.DROP, kept=None)
    second = first.model_copy(update={"began": seconds(60), "received": seconds(61), "fault": None, "kept": "1"})
    assert again in titles_of(replace(GOOD, conversations=[second, first]))
    refused = first.model_copy(update={"fault": Fault.DEFER_CONTENT})
    assert again not in titles_of(replace(GOOD, conversations=[refused, second]))


def test_a_version_that_the_case_left_long_ago_is_followed_no_more() -> None:
    brought = an_event(e.CaseChanged, sequence=2, identity="changed", invoice_id=INVOICE, version=2)
    step = an_event(e.StepDeferred, sequence=3, identity="step", invoice_id=INVOICE, version=1)
    for after, is_broken in ((30, False), (90, True)):
        heard = [ISSUED, OPENED, brought, replace(step, at=seconds(after))]
        assert ("I2" in broken(replace(GOOD, heard=heard))) is is_broken


@pytest.mark.parametrize(("began", "is_broken"), [(-10, False), (70, True)])
def test_what_the_relay_heard_of_before_the_case_was_brought_elsewhere_is_told_as_late_as_it_takes(
    began: float, is_broken: bool
) -> None:
    """With the step that it superseded."""
    acted = decided(Outcome.UNCERTAIN, Reason.RELAY_SILENT, at=140, key=KEY)
    before = decided(Outcome.SUPERSEDED, at=140, key=f"{INVOICE}:brisk:call:1", id=2, turn_id=acted.turn_id)
    heard = [ISSUED, OPENED, an_event(e.CaseChanged, sequence=2, identity="changed", invoice_id=INVOICE, version=2)]
    for number, entry in enumerate((acted, before), 3):
        facts = {"scenario": entry.scenario, "step": entry.step, "occurrence": entry.occurrence, "version": 1}
        told = an_event(e.StepSkipped, sequence=number, identity=f"{number}", invoice_id=INVOICE, **facts)
        heard.append(replace(told, at=seconds(150)))
    uncertain = Conversation(key=KEY, began=seconds(began), received=seconds(began), fault=Fault.DROP, kept=None)
    found = titles_of(replace(GOOD, heard=heard, journal=[acted, before], conversations=[uncertain]))
    assert ("steps decided by a version that is not the case's" in found) is is_broken


def test_a_long_run_that_met_nothing_of_a_kind_proves_nothing() -> None:
    verdicts = judge(GOOD, SETTING)
    assert f"I3: nothing to check for: {EARLY}" not in unproven(verdicts)
    assert f"I3: nothing to check for: {EARLY}" in unproven(verdicts, in_full=True)
    assert "I1: nothing to check for: steps that were put off while payments were held back" in unproven(
        verdicts, in_full=True
    )
