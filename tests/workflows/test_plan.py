"""The plan of a case: many examples, and what holds for every scenario, due date and instant."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.dunning import Decision, DunningCase, Outcome, PlannedStep, Reason
from contracts.scenario import Calendar, Repeat, ScenarioContent, Step, StepKind
from tests.workflows.world import a_case
from workflows.dunning import plan
from workflows.dunning.calendar import UnknownCalendar, check, is_working_day, local_day, moment_of, next_contact
from workflows.dunning.scenario import STANDARD

PARIS = Calendar()
ALSACE = Calendar(subdivision="57")
REUNION = Calendar(time_zone="Indian/Reunion", subdivision="974")
NEW_YORK = Calendar(country="US", time_zone="America/New_York", sending_hour=8)
ACTED = Decision(outcome=Outcome.CARRIED_OUT, reason=Reason.DUE)
UNSURE = Decision(outcome=Outcome.UNCERTAIN, reason=Reason.RELAY_SILENT)
LEFT_OUT = Decision(outcome=Outcome.SKIPPED, reason=Reason.CONDITION)
FAILED = Decision(outcome=Outcome.FAILED, reason=Reason.NO_RECIPIENT)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "calendar", "moment"),
    [
        ("2026-02-03", PARIS, "2026-02-03 08:00"),
        ("2026-07-01", PARIS, "2026-07-01 07:00"),  # summer time
        ("2026-02-07", PARIS, "2026-02-09 08:00"),  # Saturday
        ("2026-04-05", PARIS, "2026-04-07 07:00"),  # Easter Sunday, then Easter Monday
        ("2026-12-25", PARIS, "2026-12-28 08:00"),  # Christmas on a Friday
        ("2026-04-03", ALSACE, "2026-04-07 07:00"),  # Good Friday is a holiday in Moselle
        ("2026-04-03", PARIS, "2026-04-03 07:00"),
        ("2026-12-26", ALSACE, "2026-12-28 08:00"),
        ("2026-07-03", NEW_YORK, "2026-07-06 12:00"),  # Independence Day observed, then a weekend
        ("2026-02-03", REUNION, "2026-02-03 05:00"),
    ],
)
def test_a_step_is_moved_to_the_next_working_day_at_the_sending_hour(day: str, calendar: Calendar, moment: str) -> None:
    assert moment_of(date.fromisoformat(day), calendar) == at(moment)


@pytest.mark.parametrize(
    ("moment", "allowed"),
    [
        ("2026-02-03 07:59", "2026-02-03 08:00"),  # before nine in Paris
        ("2026-02-03 08:00", "2026-02-03 08:00"),
        ("2026-02-03 17:59", "2026-02-03 17:59"),
        ("2026-02-03 18:00", "2026-02-04 08:00"),  # from nineteen on
        ("2026-02-06 18:30", "2026-02-09 08:00"),  # Friday evening
        ("2026-02-08 12:00", "2026-02-09 08:00"),
    ],
)
def test_contact_is_allowed_from_the_sending_hour_to_the_latest(moment: str, allowed: str) -> None:
    assert next_contact(at(moment), PARIS) == at(allowed)


@pytest.mark.parametrize(
    ("calendar", "named"),
    [
        (Calendar(time_zone="Europe/Lutece"), "time_zone: 'Europe/Lutece'"),
        (Calendar(country="XX"), "country: 'XX'"),
        (Calendar(subdivision="Bretagne"), "subdivision: 'Bretagne'"),
    ],
)
def test_a_calendar_that_does_not_exist_is_named(calendar: Calendar, named: str) -> None:
    with pytest.raises(UnknownCalendar, match=named):
        check(calendar)


def keys(turn: plan.Turn | None) -> tuple[str, list[str]]:
    assert turn is not None
    return turn.planned.step.key, [planned.step.key for planned in turn.superseded]


@pytest.mark.parametrize(
    ("now", "acts", "superseded"),
    [
        ("2026-01-01 10:00", "first-reminder", []),
        ("2026-02-09 08:00", "first-reminder", []),
        ("2026-02-16 07:59", "first-reminder", []),
        ("2026-02-16 08:00", "second-reminder", ["first-reminder"]),
        ("2026-03-05 10:00", "third-reminder", ["first-reminder", "second-reminder"]),
        ("2027-01-01 10:00", "formal-notice", ["first-reminder", "second-reminder", "third-reminder", "call"]),
    ],
)
def test_of_several_steps_past_due_the_last_acts(now: str, acts: str, superseded: list[str]) -> None:
    assert keys(plan.next_turn(a_case(due="2026-01-31"), now=at(now))) == (acts, superseded)


def test_two_steps_of_one_day_both_act() -> None:
    steps = [
        Step(key="mail", days=7, kind=StepKind.EMAIL, template="first-reminder"),
        Step(key="call", days=7, kind=StepKind.CALL, assignee="anne"),
    ]
    case = a_case(due="2026-01-31", scenario=ScenarioContent(key="both", name="both", steps=steps))

    first = plan.next_turn(case, now=at("2026-02-10 08:00"))
    assert keys(first) == ("mail", [])
    assert first is not None
    assert keys(plan.next_turn(plan.after(case, first, ACTED), now=at("2026-02-10 08:00"))) == ("call", [])


def test_two_days_of_one_weekend_give_one_contact_on_monday() -> None:
    steps = [
        Step(key="saturday", days=7, kind=StepKind.EMAIL, template="first-reminder"),
        Step(key="sunday", days=8, kind=StepKind.EMAIL, template="second-reminder"),
    ]
    case = a_case(due="2026-01-31", scenario=ScenarioContent(key="both", name="both", steps=steps))

    assert keys(plan.next_turn(case, now=at("2026-02-09 08:00"))) == ("sunday", ["saturday"])


@pytest.mark.parametrize("decision", [LEFT_OUT, FAILED])
def test_a_step_that_reached_nobody_leaves_the_turn_to_the_one_before_it(decision: Decision) -> None:
    case, now = a_case(due="2026-01-31"), at("2027-01-01 10:00")
    tried = []
    while turn := plan.next_turn(case, now=now):
        tried.append(keys(turn))
        case = plan.after(case, turn, ACTED if turn.planned.step.key == "second-reminder" else decision)

    assert tried == [
        ("formal-notice", ["first-reminder", "second-reminder", "third-reminder", "call"]),
        ("call", ["first-reminder", "second-reminder", "third-reminder"]),
        ("third-reminder", ["first-reminder", "second-reminder"]),
        ("second-reminder", ["first-reminder"]),
    ]


def test_a_step_that_may_have_reached_somebody_supersedes_as_one_that_did() -> None:
    case, now = a_case(due="2026-01-31"), at("2026-03-05 10:00")
    turn = plan.next_turn(case, now=now)
    assert turn is not None

    following = plan.next_turn(plan.after(case, turn, UNSURE), now=now)
    assert keys(following) == ("call", [])


def test_the_rule_before_did_without_what_was_superseded_whatever_came_of_it() -> None:
    case, now = a_case(due="2026-01-31"), at("2027-01-01 10:00")
    turn = plan.next_turn(case, now=now, as_before=True)
    assert turn is not None

    assert plan.next_turn(plan.after(case, turn, LEFT_OUT), now=now) is None


NOTICE = Step(key="formal-notice", days=60, kind=StepKind.LETTER, template="formal-notice")
HAND_OVER = Step(key="hand-over", days=61, kind=StepKind.EVENT)


@pytest.mark.parametrize("due", [date(2026, 1, 1) + timedelta(days=day) for day in range(14)], ids=str)
def test_an_event_of_the_next_day_supersedes_no_letter_whatever_a_weekend_brings_together(due: date) -> None:
    scenario = ScenarioContent(key="both", name="both", steps=[NOTICE, HAND_OVER])
    case = a_case(due=due.isoformat(), scenario=scenario)
    now = plan.planned_steps(case)[1].moment
    acted = []
    while turn := plan.next_turn(case, now=now):
        acted.append(keys(turn))
        case = plan.after(case, turn, ACTED)

    assert acted == [("formal-notice", []), ("hand-over", [])]


def test_an_event_between_contacts_acts_and_leaves_them_to_themselves() -> None:
    steps = [
        Step(key="mail", days=7, kind=StepKind.EMAIL, template="first-reminder"),
        Step(key="told", days=8, kind=StepKind.EVENT),
        Step(key="call", days=9, kind=StepKind.CALL, assignee="anne"),
        Step(key="told-again", days=10, kind=StepKind.EVENT),
    ]
    case, now = (
        a_case(due="2026-01-31", scenario=ScenarioContent(key="k", name="k", steps=steps)),
        at("2026-03-05 10:00"),
    )
    acted = []
    while turn := plan.next_turn(case, now=now):
        acted.append(keys(turn))
        case = plan.after(case, turn, ACTED)

    assert acted == [("told", []), ("call", ["mail"]), ("told-again", [])]


def test_the_moment_after_the_last_step_is_none() -> None:
    case = a_case(due="2026-01-31", done=("first-reminder#1", "second-reminder#1", "third-reminder#1", "call#1"))
    turn = plan.next_turn(case, now=at("2026-03-20 08:00"))
    assert turn is not None
    assert turn.next_moment is None
    assert plan.next_turn(plan.after(case, turn, ACTED), now=at("2026-03-20 08:00")) is None


a_step = st.builds(
    Step,
    key=st.from_regex(r"[a-z]{1,4}", fullmatch=True),
    days=st.integers(-30, 120),
    kind=st.sampled_from([StepKind.EMAIL, StepKind.LETTER, StepKind.EVENT]),
    template=st.just("t"),
    repeat=st.none() | st.builds(Repeat, every_days=st.integers(1, 30), times=st.integers(2, 4)),
)
scenarios = st.lists(a_step, min_size=1, max_size=6, unique_by=lambda step: step.key).map(
    lambda steps: ScenarioContent(key="any", name="any", steps=sorted(steps, key=lambda step: step.days))
)
cases = st.builds(
    lambda due, scenario: a_case(due=due.isoformat(), scenario=scenario),
    st.dates(date(2020, 1, 1), date(2035, 1, 1)),
    scenarios,
)


@given(case=cases, late=st.integers(-60, 400))
def test_walking_through_any_plan_settles_every_step_once(case: DunningCase, late: int) -> None:
    now = datetime.combine(case.due_date, datetime.min.time(), UTC) + timedelta(days=late)
    acted: list[str] = []
    settled: list[str] = []
    while turn := plan.next_turn(case, now=now):
        acted.append(turn.planned.mark)
        settled += [turn.planned.mark, *(planned.mark for planned in turn.superseded)]
        now = max(now, turn.planned.moment)
        case = plan.after(case, turn, ACTED)

    assert sorted(settled) == sorted(planned.mark for planned in plan.planned_steps(case))
    assert len(set(settled)) == len(settled)


@given(case=cases, late=st.integers(-60, 400), data=st.data())
def test_a_step_that_could_act_is_never_lost_since_a_later_one_could_not(
    case: DunningCase, late: int, data: st.DataObject
) -> None:
    """Each is tried once; it acts where it can, or a contact of a later day that had come due too did in its place."""
    now = datetime.combine(case.due_date, datetime.min.time(), UTC) + timedelta(days=late)
    steps = plan.planned_steps(case)
    decisions = {step.mark: data.draw(st.sampled_from([ACTED, UNSURE, LEFT_OUT, FAILED])) for step in steps}
    tried: list[str] = []
    instead: dict[str, PlannedStep] = {}
    while turn := plan.next_turn(case, now=now):
        now = max(now, turn.planned.moment)
        decision = decisions[turn.planned.mark]
        tried.append(turn.planned.mark)
        instead |= {step.mark: turn.planned for step in plan.settled_by(turn, decision) if step != turn.planned}
        case = plan.after(case, turn, decision)

    assert sorted([*tried, *instead]) == sorted(step.mark for step in steps)
    for step in steps:
        if other := instead.get(step.mark):
            assert StepKind.EVENT not in (step.step.kind, other.step.kind)
            assert decisions[other.mark].outcome in plan.REACHED
            assert plan.day_of(case, step) < plan.day_of(case, other)


@given(case=cases, late=st.integers(-60, 400), data=st.data())
def test_after_a_contact_none_of_an_earlier_day_follows(case: DunningCase, late: int, data: st.DataObject) -> None:
    now = datetime.combine(case.due_date, datetime.min.time(), UTC) + timedelta(days=late)
    last = date.min
    while turn := plan.next_turn(case, now=now):
        now = max(now, turn.planned.moment)
        decision = data.draw(st.sampled_from([ACTED, UNSURE, LEFT_OUT, FAILED]))
        if decision.outcome in plan.REACHED and turn.planned.step.kind is not StepKind.EVENT:
            assert plan.day_of(case, turn.planned) >= last
            last = plan.day_of(case, turn.planned)
        case = plan.after(case, turn, decision)


@given(case=cases, late=st.integers(-60, 400))
def test_both_rules_are_one_where_a_single_day_is_due(case: DunningCase, late: int) -> None:
    """So a workflow need not ask by which it began."""
    now = datetime.combine(case.due_date, datetime.min.time(), UTC) + timedelta(days=late)
    while turn := plan.next_turn(case, now=now):
        before = plan.next_turn(case, now=now, as_before=True)
        assert before is not None
        if not before.superseded:
            assert turn.model_copy(update={"superseded_if_reached": False}) == before
        now = max(now, turn.planned.moment)
        case = plan.after(case, turn, ACTED)


@given(case=cases)
def test_every_moment_is_a_working_day_not_before_the_day_of_its_step(case: DunningCase) -> None:
    for planned in plan.planned_steps(case):
        day = local_day(planned.moment, case.calendar)
        assert is_working_day(day, case.calendar)
        assert timedelta(0) <= day - plan.day_of(case, planned) <= timedelta(days=6)


@given(case=cases, late=st.integers(-60, 400))
def test_a_superseded_step_is_always_of_an_earlier_day_than_the_one_that_acts(case: DunningCase, late: int) -> None:
    now = datetime.combine(case.due_date, datetime.min.time(), UTC) + timedelta(days=late)
    turn = plan.next_turn(case, now=now)
    assert turn is not None
    assert all(plan.day_of(case, step) < plan.day_of(case, turn.planned) for step in turn.superseded)
    assert not turn.superseded or turn.planned.moment <= now


def test_the_default_scenario_is_the_one_promised() -> None:
    assert [(step.days, str(step.kind)) for step in STANDARD.steps] == [
        (7, "email"),
        (14, "email"),
        (30, "email"),
        (40, "call"),
        (60, "letter"),
    ]


def test_a_step_that_was_asked_for_has_its_turn_before_its_moment() -> None:
    case = a_case(due="2026-01-31").model_copy(update={"asked": ("third-reminder#1",)})
    turn = plan.next_turn(case, now=datetime(2026, 1, 10, 12, tzinfo=UTC))

    assert turn is not None
    assert (turn.planned.mark, turn.is_asked, turn.superseded) == ("third-reminder#1", True, ())
    following = plan.next_turn(plan.after(case, turn, ACTED), now=datetime(2026, 1, 10, 12, tzinfo=UTC))
    assert following is not None
    assert (following.planned.mark, following.is_asked) == ("first-reminder#1", False)


def test_a_step_that_is_done_is_not_repeated_for_the_asking() -> None:
    case = a_case(due="2026-01-31", done=("first-reminder#1",)).model_copy(update={"asked": ("first-reminder#1",)})
    turn = plan.next_turn(case, now=datetime(2026, 1, 10, 12, tzinfo=UTC))

    assert turn is not None
    assert turn.planned.mark == "second-reminder#1"
