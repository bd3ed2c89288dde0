"""The decision to contact: each question alone, their order, and what holds whatever the facts."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.clock import Clock
from contracts.dunning import CaseState, Circumstances, ClosingReason, Hold, HoldKind, Outcome, StepTurn
from contracts.parties import Address, Contact, CustomerKind, Language
from contracts.receivable import ReceivableCustomer, ReceivableStatus, ReceivableView
from contracts.scenario import Calendar, Conditions, Repeat, Step, StepKind
from tests.workflows.world import SELLER, a_case
from workflows.dunning import plan
from workflows.dunning.decision import QUESTIONS, Facts, decide

MOMENT = datetime(2026, 2, 9, 8, tzinfo=UTC)
"""Monday, nine o'clock in Paris, of an invoice due on 2026-01-31."""
REMINDER = Step(key="first-reminder", days=7, kind=StepKind.EMAIL, template="first-reminder")
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def a_turn(step: Step = REMINDER, *, clock: Clock | None = None) -> StepTurn:
    case = a_case(due="2026-01-31")
    (planned, *_) = plan.planned_steps(case)
    return StepTurn(
        organisation="demo",
        invoice_id=case.invoice_id,
        scenario="standard",
        version=1,
        due_date=case.due_date,
        planned=planned.model_copy(update={"step": step}),
        next_moment=None,
        calendar=Calendar(),
        clock=clock or Clock(),
        turn_id=uuid4(),
    )


def a_receivable(**changes: Any) -> ReceivableView:
    customer = uuid4()
    kind = changes.pop("kind", CustomerKind.PROFESSIONAL)
    contact = Contact(
        customer_id=customer,
        name="Garage Lefèvre",
        kind=kind,
        language=Language.FRENCH,
        address=Address(lines=["12 rue des Lilas"], city="Lyon"),
        email=changes.pop("email", "anne@garage-lefevre.example"),
    )
    facts: dict[str, Any] = {
        "invoice_id": uuid4(),
        "number": "F-2026-00042",
        "organisation": "demo",
        "customer": ReceivableCustomer(customer_id=customer, kind=kind, language=Language.FRENCH, country="FR"),
        "issue_date": "2026-01-01",
        "due_date": "2026-01-31",
        "total": "1200.00",
        "balance": "1200.00",
        "currency": "EUR",
        "status": ReceivableStatus.OPEN,
        "version": 1,
        "as_of": MOMENT,
        "contact": contact,
        "seller": SELLER,
    }
    return ReceivableView.model_validate(facts | changes)


def circumstances(**changes: Any) -> Circumstances:
    case = {"scenario": "standard", "version": 1, "run": 1, "due_date": "2026-01-31"}
    return Circumstances.model_validate(case | {"state": CaseState.ACTIVE, "minimum_balance": "0"} | changes)


def facts(*, turn: StepTurn | None = None, now: datetime = MOMENT, at: datetime | None = None, **rest: Any) -> Facts:
    known = rest.pop("known", None) or circumstances()
    receivable = rest.pop("receivable", None) or a_receivable(as_of=now)
    return Facts(turn or a_turn(), known, receivable, now=now, read_at=at or now)


def test_a_step_that_nothing_forbids_acts_and_shows_every_answer() -> None:
    decision = decide(facts())

    assert (decision.outcome, decision.reason) == (Outcome.CARRIED_OUT, "due")
    assert [answer.question for answer in decision.answers] == [question for question, _ in QUESTIONS]
    assert all(answer.passed for answer in decision.answers)
    assert (decision.balance, decision.as_of) == (Decimal("1200.00"), MOMENT)


@pytest.mark.parametrize(
    ("status", "closes"),
    [
        (ReceivableStatus.SETTLED, ClosingReason.SETTLED),
        (ReceivableStatus.CREDITED, ClosingReason.CREDITED),
        (ReceivableStatus.CANCELLED, ClosingReason.CANCELLED),
        (ReceivableStatus.WRITTEN_OFF, ClosingReason.WRITTEN_OFF),
    ],
)
def test_an_invoice_that_is_not_open_closes_the_case(status: ReceivableStatus, closes: ClosingReason) -> None:
    decision = decide(facts(receivable=a_receivable(status=status, balance="0.00")))
    assert (decision.outcome, decision.closes) == (Outcome.SKIPPED, closes)


STALE = a_receivable(as_of=MOMENT - 6 * MINUTE)
PAUSED = circumstances(holds=[Hold(kind=HoldKind.PAUSED, note="manager asked")])


@pytest.mark.parametrize(
    ("changed", "outcome", "reason"),
    [
        ({"known": circumstances(version=2)}, Outcome.DEFERRED, "out_of_step"),
        ({"known": circumstances(scenario="gentle")}, Outcome.DEFERRED, "out_of_step"),
        ({"known": circumstances(run=2)}, Outcome.DEFERRED, "out_of_step"),
        ({"known": circumstances(due_date="2026-02-28")}, Outcome.DEFERRED, "out_of_step"),
        ({"receivable": a_receivable(due_date="2026-02-28")}, Outcome.DEFERRED, "out_of_step"),
        ({"known": circumstances(excluded="a sister company")}, Outcome.SKIPPED, "excluded"),
        ({"known": PAUSED}, Outcome.DEFERRED, "paused"),
        ({"known": circumstances(holds=[Hold(kind=HoldKind.DISPUTED)])}, Outcome.DEFERRED, "disputed"),
        ({"receivable": STALE}, Outcome.DEFERRED, "stale_balance"),
        ({"now": MOMENT - HOUR}, Outcome.DEFERRED, "outside_hours"),
        ({"now": MOMENT + 11 * HOUR}, Outcome.DEFERRED, "outside_hours"),
        ({"known": circumstances(minimum_balance="1200.01")}, Outcome.SKIPPED, "below_threshold"),
        ({"receivable": a_receivable(email=None)}, Outcome.FAILED, "no_recipient"),
    ],
)
def test_what_forbids_a_step_names_its_reason(changed: dict[str, Any], outcome: Outcome, reason: str) -> None:
    decision = decide(facts(**changed))
    assert (decision.outcome, decision.reason) == (outcome, reason)
    assert not decision.answers[-1].passed


def test_the_questions_come_in_their_order() -> None:
    """Excluded, paused and stale at once: the first one answers."""
    known = circumstances(excluded="a sister company", holds=[Hold(kind=HoldKind.PAUSED)])
    assert decide(facts(known=known, receivable=STALE)).reason == "excluded"
    assert decide(facts(known=PAUSED, receivable=STALE)).reason == "paused"


def test_a_promise_that_has_run_out_holds_no_more() -> None:
    hold = Hold(kind=HoldKind.PROMISED, until=MOMENT - MINUTE)
    assert decide(facts(known=circumstances(holds=[hold]))).outcome is Outcome.CARRIED_OUT


def test_a_balance_of_just_five_minutes_is_fresh_enough() -> None:
    receivable = a_receivable(as_of=MOMENT - 5 * MINUTE)
    assert decide(facts(receivable=receivable)).outcome is Outcome.CARRIED_OUT


def test_freshness_is_real_time_even_when_days_pass_in_seconds() -> None:
    started = datetime(2026, 6, 1, tzinfo=UTC)
    clock = Clock(origin=MOMENT, started=started, speed=86_400)
    receivable = a_receivable(as_of=started - 2 * MINUTE)
    assert decide(facts(turn=a_turn(clock=clock), at=started, receivable=receivable)).outcome is Outcome.CARRIED_OUT


def test_the_minimum_delay_between_two_contacts_of_a_customer_is_kept() -> None:
    known = circumstances(minimum_contact_delay=timedelta(days=2), last_contact_at=MOMENT - timedelta(days=1))
    decision = decide(facts(known=known))
    assert (decision.reason, decision.retry_at) == ("recent_contact", MOMENT + timedelta(days=1))


def test_a_step_within_half_a_minute_of_its_moment_counts_as_on_time() -> None:
    """A clock that runs fast would otherwise put the same step outside the hours at random."""
    clock = Clock(origin=MOMENT, started=MOMENT, speed=86_400)
    late = facts(turn=a_turn(clock=clock), now=MOMENT + 14 * HOUR, at=MOMENT + timedelta(seconds=0.6))
    assert decide(late).outcome is Outcome.CARRIED_OUT


def test_a_due_date_that_billing_has_earlier_than_the_case_puts_nothing_off() -> None:
    assert decide(facts(receivable=a_receivable(due_date="2026-01-15"))).outcome is Outcome.CARRIED_OUT


EVERY_FIVE_DAYS = Step(
    key="soon-due", days=-5, kind=StepKind.EMAIL, template="first-reminder", repeat=Repeat(every_days=5, times=4)
)


@pytest.mark.parametrize(
    ("occurrence", "outcome"), [(1, Outcome.SKIPPED), (2, Outcome.CARRIED_OUT), (4, Outcome.CARRIED_OUT)]
)
def test_only_the_occurrences_before_the_due_date_are_too_late_after_it(occurrence: int, outcome: Outcome) -> None:
    """The second falls on the due date, a Saturday: it goes out on Monday."""
    turn = a_turn(EVERY_FIVE_DAYS)
    turn = turn.model_copy(update={"planned": turn.planned.model_copy(update={"occurrence": occurrence})})
    decision = decide(facts(turn=turn))

    assert decision.outcome is outcome
    assert (decision.reason == "too_late") is (outcome is Outcome.SKIPPED)


@pytest.mark.parametrize(
    ("conditions", "outcome"),
    [
        (Conditions(minimum_balance=Decimal("1200.00")), Outcome.CARRIED_OUT),
        (Conditions(minimum_balance=Decimal("1200.01")), Outcome.SKIPPED),
        (Conditions(customer_kinds=[CustomerKind.PROFESSIONAL]), Outcome.CARRIED_OUT),
        (Conditions(customer_kinds=[CustomerKind.CONSUMER]), Outcome.SKIPPED),
    ],
)
def test_the_conditions_of_a_step_decide(conditions: Conditions, outcome: Outcome) -> None:
    step = REMINDER.model_copy(update={"conditions": conditions})
    assert decide(facts(turn=a_turn(step))).outcome is outcome


def test_an_event_step_contacts_nobody_and_keeps_no_hours() -> None:
    step = Step(key="tell-sales", days=7, kind=StepKind.EVENT)
    night = MOMENT + 12 * HOUR
    assert decide(facts(turn=a_turn(step), now=night, receivable=a_receivable(as_of=night, email=None))).outcome is (
        Outcome.CARRIED_OUT
    )


@given(
    status=st.sampled_from(ReceivableStatus),
    stale=st.timedeltas(timedelta(0), timedelta(hours=2)),
    late=st.timedeltas(timedelta(0), timedelta(days=9)),
    state=st.sampled_from(CaseState),
    excluded=st.none() | st.just("a sister company"),
    held=st.booleans(),
    minimum=st.decimals(0, 3000, places=2),
)
def test_whatever_the_facts_nobody_is_contacted_against_a_rule(
    status: ReceivableStatus,
    stale: timedelta,
    late: timedelta,
    state: CaseState,
    excluded: str | None,
    held: bool,
    minimum: Decimal,
) -> None:
    now = MOMENT + late
    known = circumstances(
        state=state,
        excluded=excluded,
        holds=[Hold(kind=HoldKind.PAUSED)] if held else [],
        minimum_balance=f"{minimum:f}",
    )
    decision = decide(facts(known=known, now=now, receivable=a_receivable(status=status, as_of=now - stale)))

    if decision.outcome is Outcome.CARRIED_OUT:
        assert status is ReceivableStatus.OPEN
        assert state is not CaseState.CLOSED
        assert excluded is None
        assert not held
        assert stale <= 5 * MINUTE
        assert minimum <= Decimal("1200.00")
    assert (decision.outcome is Outcome.DEFERRED) == (
        decision.retry_at is not None or decision.retry_after is not None or (held and decision.reason == "paused")
    )


def test_circumstances_told_by_the_release_before_are_enough_to_act() -> None:
    untold = {"scenario", "version", "run", "due_date"}
    known = Circumstances.model_validate(circumstances().model_dump(exclude=untold))

    assert decide(facts(known=known)).outcome is Outcome.CARRIED_OUT
