"""The judge is judged: each invariant, kept and broken."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from contracts import events as e
from contracts.clock import Clock
from contracts.dunning import CaseState, ClosingReason
from contracts.parties import CustomerKind, Language
from contracts.receivable import ReceivableCustomer, ReceivableStatus
from contracts.scenario import Repeat
from deploy.local.player import Issued
from services.billing.receivables.schemas import ReceivableItem
from services.dunning.cases.schemas import CaseSummary
from tests.chaos.evidence import Evidence, Heard, Mail, Movement, Paper, Run
from tests.chaos.judge import judge, unproven
from tests.chaos.paid import paid_spans
from tests.chaos.portfolio import BRISK
from tests.chaos.reminders import is_planned
from tests.chaos.verdict import Held, Setting

INVOICE = "0197f3c2-0000-7000-8000-000000000042"
CUSTOMER = UUID("0197f3c2-0000-7000-8000-000000000007")
KEY = f"{INVOICE}:brisk:first-reminder:1"
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
SETTING = Setting(
    Clock(),
    {"sale": Issued(INVOICE, "F-2026-00001", Decimal(100), "EUR")},
    scenarios={BRISK.key: BRISK},
    processes=["billing", "dunning"],
)


def seconds(count: float) -> datetime:
    return NOON + timedelta(seconds=count)


def a_receivable(balance: str = "100.00", status: ReceivableStatus = ReceivableStatus.OPEN) -> ReceivableItem:
    return ReceivableItem(
        invoice_id=UUID(INVOICE),
        number="F-2026-00001",
        organisation="demo",
        customer=ReceivableCustomer(
            customer_id=CUSTOMER, kind=CustomerKind.PROFESSIONAL, language=Language.FRENCH, country="FR"
        ),
        issue_date=date(2025, 12, 1),
        due_date=date(2025, 12, 23),
        total=Decimal("100.00"),
        balance=Decimal(balance),
        currency="EUR",
        status=status,
        version=1,
        customer_name="Garage",
        days_late=9,
    )


def a_case(state: CaseState = CaseState.ACTIVE, **changes: Any) -> CaseSummary:
    facts = {
        "id": CUSTOMER,
        "invoice_id": UUID(INVOICE),
        "customer_id": CUSTOMER,
        "number": "F-2026-00001",
        "due_date": date(2025, 12, 23),
        "total": Decimal(100),
        "balance": Decimal(100),
        "currency": "EUR",
        "receivable_status": ReceivableStatus.OPEN,
        "receivable_version": 1,
        "done": [],
        "scenario": "brisk",
        "version": 1,
        "state": state,
        "run": 1,
        "next_moment": seconds(3600),
        "closing_reason": None,
        "closing_note": "",
        "opened_at": NOON,
        "closed_at": None,
    }
    return CaseSummary.model_validate(facts | changes)


def an_event(kind: type[e.Event], sequence: int = 1, identity: str = "one", **changes: Any) -> Heard:
    stream = kind.type.partition(".")[0].upper()
    scenario = {"scenario": BRISK.key} if stream == "DUNNING" else {}
    body: Mapping[str, Any] = {**kind.example, **scenario, **changes}
    return Heard(stream, sequence, kind.type, identity, dict(body), NOON)


AN_INVOICE: dict[str, Any] = {
    "organisation": "demo",
    "id": INVOICE,
    "kind": "invoice",
    "status": "issued",
    "number": "F-2026-00001",
    "total": "100.00",
    "currency": "EUR",
    "issue_date": "2025-12-01",
    "due_date": "2025-12-23",
}
ISSUED = an_event(
    e.InvoiceIssued,
    invoice_id=INVOICE,
    number="F-2026-00001",
    total="100.00",
    issue_date="2025-12-01",
    due_date="2025-12-23",
)
OPENED = an_event(e.CaseOpened, identity="opened", invoice_id=INVOICE, scenario="brisk")
GOOD = Evidence(
    gathered_at=seconds(600),
    mails=(),
    conversations=(),
    struck=(),
    heard=(ISSUED, OPENED),
    dead=(),
    movements=(),
    runs=(Run(INVOICE, "RUNNING", (), 0, NOON),),
    waiting={"billing-payment": 0},
    invoices=(AN_INVOICE,),
    receivables=(a_receivable(),),
    payments={},
    cases=(a_case(),),
    journal=(),
    messages=(),
    papers=(),
    shown=frozenset(),
    series={("demo", "F-2026"): 1},
)


def broken(evidence: Evidence, setting: Setting = SETTING) -> set[str]:
    return {name for name, verdict in judge(evidence, setting).items() if verdict.offences}


def test_good_evidence_breaks_nothing() -> None:
    assert broken(GOOD) == set()


@pytest.mark.parametrize(
    ("began", "received", "is_late"),
    [(-5, -4, False), (0.9, 3.0, False), (1.1, 1.2, True), (29, 29.5, True), (29.9, 30.1, False), (40, 41, False)],
)
def test_a_reminder_may_leave_a_second_after_the_commit_and_again_once_it_is_undone(
    began: float, received: float, is_late: bool
) -> None:
    movements = [
        Movement(INVOICE, Decimal(60), seconds(-9)),
        Movement(INVOICE, Decimal(40), seconds(0)),
        Movement(INVOICE, Decimal(-40), seconds(30)),
    ]
    evidence = replace(GOOD, movements=movements, mails=[Mail(KEY, seconds(began), seconds(received))])
    assert paid_spans(evidence) == {INVOICE: [(seconds(0), seconds(30))]}
    assert ("I1" in broken(evidence)) is is_late


def test_no_reminder_may_leave_while_payments_are_held_back() -> None:
    evidence = replace(GOOD, mails=[Mail(KEY, seconds(5), seconds(6))])
    assert "I1" in broken(evidence, replace(SETTING, held=[Held(seconds(2), seconds(9))]))
    assert "I1" not in broken(evidence, replace(SETTING, held=[Held(seconds(4.5), seconds(9))]))


def test_a_message_twice_at_the_relay_or_unknown_to_the_journal_is_found() -> None:
    mail = Mail(KEY, seconds(5), seconds(6))
    verdict = judge(replace(GOOD, mails=[mail, mail]), SETTING)["I2"]
    assert [offence.what.partition(" ")[2] for offence in verdict.offences] == [
        "was accepted 2 times by the relay",
        "is at the relay, not in the journal",
        "is at the relay, notify calls it unknown",
    ]


def test_a_message_that_leaves_after_the_journal_was_read_is_not_looked_for_in_it() -> None:
    assert "I2" in broken(replace(GOOD, mails=[Mail(KEY, seconds(598), seconds(599))]))
    assert "I2" not in broken(replace(GOOD, mails=[Mail(KEY, seconds(599), seconds(601))]))


def test_a_step_carried_out_twice_is_found_and_one_event_delivered_twice_is_not() -> None:
    once = an_event(e.StepCarriedOut, invoice_id=INVOICE)
    assert "I2" not in broken(replace(GOOD, heard=[ISSUED, OPENED, once, replace(once, sequence=2)]))
    assert "I2" in broken(replace(GOOD, heard=[ISSUED, OPENED, once, replace(once, sequence=2, identity="two")]))


@pytest.mark.parametrize(
    "key",
    [KEY.replace(":1", ":2"), KEY.replace(":1", ":0"), KEY.replace("brisk", "standard"), KEY.replace("first", "x")],
)
def test_a_step_or_an_occurrence_that_the_scenario_does_not_have_is_found(key: str) -> None:
    _, scenario, step, occurrence = key.split(":")
    decided = an_event(
        e.StepSkipped, identity="s", invoice_id=INVOICE, scenario=scenario, step=step, occurrence=int(occurrence)
    )
    mail, letter = Mail(key, NOON, NOON), Paper(key, INVOICE, "prepared", NOON, NOON)
    told = an_event(e.MessageSent, identity="m", key=key)
    for evidence in (
        replace(GOOD, mails=[mail]),
        replace(GOOD, papers=[letter]),
        replace(GOOD, heard=[ISSUED, OPENED, decided]),
        replace(GOOD, heard=[ISSUED, OPENED, told]),
    ):
        found = [offence.what for offence in judge(evidence, SETTING)["I2"].offences]
        assert f"{key} is no occurrence of a step of its scenario" in found


def test_a_repeating_step_comes_as_often_as_its_scenario_says() -> None:
    weekly = BRISK.steps[0].model_copy(update={"repeat": Repeat(every_days=7, times=2)})
    setting = replace(SETTING, scenarios={BRISK.key: BRISK.model_copy(update={"steps": [weekly]})})
    right = {number: is_planned(KEY.replace(":1", f":{number}"), setting) for number in (1, 2, 3)}
    assert right == {1: True, 2: True, 3: False}


def test_an_overdue_invoice_without_a_case_or_a_workflow_is_found() -> None:
    assert "I3" in broken(replace(GOOD, cases=()))
    assert "I3" in broken(replace(GOOD, runs=()))
    closed = a_case(CaseState.CLOSED, closing_reason=ClosingReason.SETTLED)
    assert "I3" in broken(replace(GOOD, cases=[closed], runs=()))


@pytest.mark.parametrize(
    "invoices",
    [
        (AN_INVOICE | {"number": "F-2026-00002"},),
        (AN_INVOICE | {"number": "draft"},),
        (AN_INVOICE | {"total": "100.01"},),
        (AN_INVOICE | {"due_date": "2025-12-21"},),
        (AN_INVOICE, AN_INVOICE | {"id": "other"}),
        (AN_INVOICE, AN_INVOICE | {"id": "other", "number": "F-2026-00003"}),
        (),
    ],
)
def test_a_gap_a_duplicate_and_a_changed_invoice_are_found(invoices: tuple[Mapping[str, Any], ...]) -> None:
    assert "I5" in broken(replace(GOOD, invoices=invoices))


def test_an_invoice_issued_twice_or_unasked_is_found() -> None:
    again = replace(ISSUED, identity="again", sequence=9)
    assert broken(replace(GOOD, heard=[ISSUED, OPENED, again])) == {"I5"}
    assert broken(GOOD, replace(SETTING, issued={})) == {"I5"}


def test_a_step_of_another_version_is_found_unless_the_case_was_brought_to_it() -> None:
    step = an_event(e.StepDeferred, invoice_id=INVOICE, version=2)
    brought = an_event(e.CaseChanged, identity="changed", invoice_id=INVOICE, version=2)
    assert broken(replace(GOOD, heard=[ISSUED, OPENED, step])) == {"I2"}
    assert broken(replace(GOOD, heard=[ISSUED, OPENED, brought, step])) == set()


def test_a_case_that_was_never_opened_may_leave_its_invoice_alone_and_nothing_else() -> None:
    acted, left = (
        an_event(event, identity="step", invoice_id=INVOICE, version=1) for event in (e.StepCarriedOut, e.StepSkipped)
    )
    count = "steps decided by a version that is not the case's"
    for step, wrong in ((acted, 1), (left, 0)):
        verdict = judge(replace(GOOD, heard=[ISSUED, step]), SETTING)["I2"]
        assert [len(each.offences) for each in verdict.counts if each.title == count] == [wrong]


def test_a_case_that_ends_with_a_step_left_is_found() -> None:
    ended = a_case(CaseState.CLOSED, closing_reason=ClosingReason.EXHAUSTED)
    evidence = replace(GOOD, cases=[ended], runs=[], receivables=[a_receivable()])
    only_a_call = BRISK.model_copy(update={"steps": [step for step in BRISK.steps if step.key == "call"]})
    verdict = judge(evidence, replace(SETTING, scenarios={BRISK.key: only_a_call}))["I3"]
    assert "exhausted, but nobody decided on ['call']" in [offence.what for offence in verdict.offences]


def test_a_fact_left_in_an_outbox_is_found() -> None:
    assert broken(replace(GOOD, waiting={"outbox of billing": 1})) == {"I6"}


def test_a_judge_who_saw_nothing_says_so() -> None:
    verdicts = judge(GOOD, SETTING)
    nothing = unproven(verdicts)
    assert "I1: nothing to check for: reminders that left over 1 s after the payment's commit" in nothing
    assert [line for line in nothing if line.startswith(("I3", "I5"))] == [
        "I3: nothing to check for: steps said to be carried out of which there is no trace"
    ]


def test_what_stands_still_is_found() -> None:
    assert broken(replace(GOOD, waiting={"billing-payment": 3})) == {"I6"}
    assert broken(replace(GOOD, cases=[a_case(next_moment=seconds(500))])) == {"I6"}
    assert broken(replace(GOOD, runs=[Run(INVOICE, "FAILED", (), 0, NOON), *GOOD.runs])) == {"I6"}
    assert broken(replace(GOOD, runs=[Run(INVOICE, "RUNNING", ("NON_DETERMINISTIC_ERROR",), 0, NOON)])) == {"I6"}
