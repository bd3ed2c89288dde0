"""The dunning workflow on a server that skips time: each path that a case can take.

The invoice falls due on Saturday 2026-01-31; business hours are those of Paris.
"""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import httpx2
import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer

from contracts.actions import BOUNCE, WITHDRAWN_FOR, ActionStatus
from contracts.dunning import CaseChange, CaseState, ClosingReason, Hold, HoldKind, Outcome
from contracts.receivable import ReceivableStatus
from contracts.scenario import Repeat, ScenarioContent, Step, StepKind
from tests.workflows import histories
from tests.workflows.stage import KIND, Stage
from tests.workflows.world import NOTICE_FOR_CONSUMERS, published
from workflows.dunning.scenario import STANDARD
from workflows.dunning.workflow import DunInvoice

ALL = ["first-reminder", "second-reminder", "third-reminder", "call", "formal-notice"]


async def test_an_invoice_never_paid_gets_every_step_once_on_its_working_day(stage: Stage) -> None:
    case = await stage.start()

    await case.on_day(65)

    assert case.world.steps == ALL
    # 02-07 and 02-14 are Saturdays, 03-02 a Monday, 03-12 a Thursday, 04-01 a Wednesday in summer time
    assert await case.acted_on() == ["02-09 08:00", "02-16 08:00", "03-02 08:00", "03-12 08:00", "04-01 07:00"]
    assert await case.handle.result() is ClosingReason.EXHAUSTED


async def test_a_payment_on_day_20_stops_the_third_reminder(stage: Stage) -> None:
    case = await stage.start()

    await case.on_day(20)
    await case.close()

    assert await case.handle.result() is ClosingReason.SETTLED
    assert case.world.steps == ["first-reminder", "second-reminder"]


async def test_a_payment_that_no_signal_told_of_is_seen_at_the_next_step(stage: Stage) -> None:
    case = await stage.start()
    await case.on_day(12)
    case.world.status = ReceivableStatus.SETTLED

    assert await case.handle.result() is ClosingReason.SETTLED
    assert case.world.steps == ["first-reminder"]
    assert case.world.outcomes[-1] == ("second-reminder", Outcome.SKIPPED, "settled")


async def test_an_old_invoice_taken_in_late_enters_at_the_right_step(stage: Stage) -> None:
    case = await stage.start(on_day=33)

    await case.on_day(34)

    assert case.world.steps == ["third-reminder"]
    (record,) = case.world.records.values()
    assert [planned.step.key for planned in record.turn.superseded] == ["first-reminder", "second-reminder"]


async def test_a_step_that_is_left_out_has_the_one_before_it_act_and_those_before_that_superseded(
    stage: Stage,
) -> None:
    case = await stage.start(on_day=33, scenario=NOTICE_FOR_CONSUMERS)

    await case.on_day(45)

    assert case.world.steps == ["second-reminder", "call"]
    assert case.world.outcomes == [
        ("formal-notice", Outcome.SKIPPED, "condition"),
        ("second-reminder", Outcome.CARRIED_OUT, "due"),
        ("call", Outcome.CARRIED_OUT, "due"),
    ]
    superseded = [[each.step.key for each in record.turn.superseded] for record in case.world.records.values()]
    assert superseded == [["first-reminder", "second-reminder"], ["first-reminder"], []]
    assert await case.handle.result() is ClosingReason.EXHAUSTED


async def test_a_late_entry_whose_step_acts_holds_no_patch_so_that_an_earlier_build_can_go_on_with_it(
    stage: Stage,
) -> None:
    case = await stage.start(on_day=33)
    await case.on_day(45)
    assert case.world.steps == ["third-reminder", "call"]

    kinds = {EventType.Name(event.event_type) for event in (await case.handle.fetch_history()).events}
    assert "EVENT_TYPE_MARKER_RECORDED" not in kinds


async def test_an_email_without_an_address_leaves_the_turn_to_the_call_before_it(stage: Stage) -> None:
    steps = [STANDARD.steps[3], Step(key="last-word", days=50, kind=StepKind.EMAIL, template="third-reminder")]
    scenario = ScenarioContent(key="calls", name="calls", steps=steps)
    case = await stage.start(on_day=55, scenario=scenario, email=None)

    assert await case.handle.result() is ClosingReason.EXHAUSTED
    assert case.world.steps == ["call"]
    assert case.world.outcomes[0] == ("last-word", Outcome.FAILED, "no_recipient")


async def test_a_letter_and_an_event_that_a_weekend_brings_to_one_day_both_act(stage: Stage) -> None:
    steps = [
        Step(key="formal-notice", days=7, kind=StepKind.LETTER, template="formal-notice"),
        Step(key="hand-over", days=8, kind=StepKind.EVENT),
    ]
    case = await stage.start(scenario=ScenarioContent(key="both", name="both", steps=steps))

    assert await case.handle.result() is ClosingReason.EXHAUSTED
    assert case.world.outcomes == [
        ("formal-notice", Outcome.CARRIED_OUT, "due"),
        ("hand-over", Outcome.CARRIED_OUT, "due"),
    ]


async def test_steps_of_an_earlier_run_are_never_repeated(stage: Stage) -> None:
    case = await stage.start(on_day=20, done=("first-reminder#1", "second-reminder#1"))

    await case.on_day(45)

    assert case.world.steps == ["third-reminder", "call"]


async def test_a_stale_balance_makes_the_step_wait_until_it_is_fresh(stage: Stage) -> None:
    case = await stage.start(stale_by=timedelta(minutes=6))
    await case.on_day(9, hour=8, minute=20)  # it asks again each half minute
    assert case.world.steps == []
    assert case.world.outcomes[0] == ("first-reminder", Outcome.DEFERRED, "stale_balance")

    case.world.stale_by = timedelta(0)
    await case.on_day(9, hour=8, minute=30)

    assert case.world.steps == ["first-reminder"]


async def test_a_pause_without_an_end_waits_until_it_is_lifted(stage: Stage) -> None:
    case = await stage.start(holds=(Hold(kind=HoldKind.DISPUTED, note="wrong quantity"),))
    await case.on_day(12)
    assert case.world.outcomes == [("first-reminder", Outcome.DEFERRED, "disputed")]

    case.world.holds = ()
    await case.change(CaseChange())
    await case.on_day(13)

    assert case.world.steps == ["first-reminder"]


async def test_a_promise_defers_the_step_until_its_day(stage: Stage) -> None:
    until = datetime(2026, 2, 11, 22, 59, tzinfo=UTC)
    case = await stage.start(holds=(Hold(kind=HoldKind.PROMISED, until=until),))

    await case.on_day(10)
    assert case.world.steps == []
    await case.on_day(13)

    assert case.world.steps == ["first-reminder"]
    assert await case.acted_on() == ["02-12 08:00"]


async def test_a_due_date_moved_later_moves_every_step(stage: Stage) -> None:
    case = await stage.start()
    await case.on_day(5)
    await case.change(CaseChange(due_date=date(2026, 2, 28)))

    await case.on_day(33)
    assert case.world.steps == []
    await case.on_day(38)

    assert case.world.steps == ["first-reminder"]
    assert await case.acted_on() == ["03-09 08:00"]


async def test_a_due_date_moved_earlier_enters_at_the_right_step(stage: Stage) -> None:
    case = await stage.start()
    await case.on_day(1)
    await case.change(CaseChange(due_date=date(2026, 1, 16)))

    await case.on_day(3)

    assert case.world.steps == ["second-reminder"]


async def test_a_migrated_case_keeps_what_was_done_and_follows_the_new_version(stage: Stage) -> None:
    case = await stage.start()
    await case.on_day(10)
    steps = [STANDARD.steps[0], Step(key="call", days=20, kind=StepKind.CALL, assignee="anne")]
    await case.change(CaseChange(scenario=published(ScenarioContent(key="standard", name="short", steps=steps), 2)))

    assert await case.handle.result() is ClosingReason.EXHAUSTED
    assert case.world.steps == ["first-reminder", "call"]


async def test_a_workflow_that_was_not_told_of_a_new_version_waits_and_leaves_no_decision(stage: Stage) -> None:
    case = await stage.start()
    await case.on_day(5)
    steps = [Step(key="call", days=7, kind=StepKind.CALL, assignee="anne")]
    change = CaseChange(scenario=published(ScenarioContent(key="standard", name="short", steps=steps), 2))
    case.world.case = change.applied_to(case.world.case)
    await case.on_day(9, hour=8, minute=10)  # it asks again each half minute
    assert (case.world.steps, case.world.outcomes) == ([], [])
    assert {(each.run, each.version) for each in case.world.out_of_step} == {(1, 1)}  # it says so itself

    await case.change(change)

    assert await case.handle.result() is ClosingReason.EXHAUSTED
    assert case.world.outcomes == [("call", Outcome.CARRIED_OUT, "due")]


async def test_a_step_that_a_person_asked_for_outlives_the_wait_for_news_of_the_case(stage: Stage) -> None:
    case = await stage.start()
    await case.on_day(2, hour=10)
    change = CaseChange(due_date=date(2026, 2, 28))
    case.world.case = change.applied_to(case.world.case)
    await case.handle.signal(DunInvoice.change, CaseChange(asked=("third-reminder#1",)))
    await case.on_day(2, hour=10, minute=10)
    assert case.world.steps == []

    await case.change(change)
    await case.on_day(2, hour=10, minute=20)

    assert case.world.steps == ["third-reminder"]


async def test_a_repeating_step_counts_its_occurrences(stage: Stage) -> None:
    weekly = Step(
        key="weekly", days=7, kind=StepKind.EMAIL, template="first-reminder", repeat=Repeat(every_days=7, times=3)
    )
    case = await stage.start(scenario=ScenarioContent(key="weekly", name="weekly", steps=[weekly]))

    assert await case.handle.result() is ClosingReason.EXHAUSTED
    assert [key.rsplit(":", 1)[1] for key in case.world.acts] == ["1", "2", "3"]


async def test_a_reminder_before_the_due_date_is_not_sent_after_it(stage: Stage) -> None:
    steps = [Step(key="soon-due", days=-3, kind=StepKind.EMAIL, template="first-reminder"), STANDARD.steps[0]]
    case = await stage.start(on_day=2, scenario=ScenarioContent(key="early", name="early", steps=steps))

    await case.on_day(10)

    assert case.world.steps == ["first-reminder"]
    assert case.world.outcomes[0] == ("soon-due", Outcome.SKIPPED, "too_late")


async def test_an_excluded_customer_is_left_alone(stage: Stage) -> None:
    case = await stage.start(excluded="group company")

    assert await case.handle.result() is ClosingReason.EXCLUDED
    assert case.world.steps == []


async def test_a_case_closed_by_a_person_stops_at_the_next_step(stage: Stage) -> None:
    case = await stage.start(state=CaseState.CLOSED)

    assert await case.handle.result() is ClosingReason.EXCLUDED
    assert case.world.steps == []


async def test_a_case_closed_by_a_person_ends_although_billing_forgot_its_invoice(stage: Stage) -> None:
    case = await stage.start(is_forgotten=True)
    await case.on_day(9, hour=9)
    assert case.world.outcomes == []  # nothing can be decided, and nobody is bothered

    case.world.state = CaseState.CLOSED

    assert await case.handle.result() is ClosingReason.EXCLUDED
    assert case.world.steps == []


async def test_a_balance_below_the_threshold_is_not_worth_a_reminder(stage: Stage) -> None:
    case = await stage.start(balance=Decimal("4.99"), minimum_balance=Decimal(5))

    assert await case.handle.result() is ClosingReason.EXHAUSTED
    assert {outcome for _, outcome, _ in case.world.outcomes} == {Outcome.SKIPPED}


async def test_a_customer_without_an_address_fails_the_email_and_goes_on_to_the_call(stage: Stage) -> None:
    case = await stage.start(email=None)

    await case.on_day(45)

    assert case.world.steps == ["call"]
    assert case.world.outcomes[0] == ("first-reminder", Outcome.FAILED, "no_recipient")


async def test_an_uncertain_message_is_journalled_and_not_sent_again(stage: Stage) -> None:
    case = await stage.start(action_status=ActionStatus.UNCERTAIN)

    await case.on_day(10)

    assert case.world.outcomes == [("first-reminder", Outcome.UNCERTAIN, "relay_silent")]
    assert case.world.steps == ["first-reminder"]


async def test_a_message_that_is_not_sent_since_the_address_is_dead_says_so_and_the_call_comes(stage: Stage) -> None:
    case = await stage.start(action_status=ActionStatus.FAILED, action_evidence={BOUNCE: "5.1.1"})

    await case.on_day(10)

    assert case.world.outcomes == [("first-reminder", Outcome.FAILED, "bounced")]


async def test_what_was_made_and_withdrawn_since_a_part_was_paid_counts_as_made(stage: Stage) -> None:
    case = await stage.start(action_status=ActionStatus.WITHDRAWN, action_evidence={WITHDRAWN_FOR: "less_owed"})

    await case.on_day(10)

    assert case.world.outcomes == [("first-reminder", Outcome.CARRIED_OUT, "due")]


async def test_a_message_that_is_on_its_way_is_waited_for_before_anything_is_decided(stage: Stage) -> None:
    case = await stage.start(lost_answers=1, on_its_way=3)

    await case.on_day(10)

    assert case.world.outcomes == [("first-reminder", Outcome.CARRIED_OUT, "due")]
    assert len(case.world.asked) == 1


async def test_a_relay_that_defers_is_tried_again_on_a_fresh_balance(stage: Stage) -> None:
    busy = httpx2.Response(503, json={"type": "urn:relance:problem:relay_deferred", "detail": "451 try later"})
    case = await stage.start(failures=[busy, busy])

    await case.on_day(10)

    assert case.world.steps == ["first-reminder"]


async def test_a_message_too_late_for_its_balance_reads_it_again_at_once(stage: Stage) -> None:
    late = httpx2.Response(409, json={"type": "urn:relance:problem:too_late", "detail": ""})
    case = await stage.start(failures=[late])

    await case.on_day(10)

    assert case.world.steps == ["first-reminder"]
    assert len(case.world.records) == 1


async def test_a_relay_silent_for_minutes_is_told_in_the_journal_and_tried_on(stage: Stage) -> None:
    away = httpx2.Response(503, json={"type": "urn:relance:problem:relay_deferred", "detail": "connection refused"})
    case = await stage.start(failures=[away] * 25)

    await case.on_day(10)

    assert case.world.outcomes[0] == ("first-reminder", Outcome.DEFERRED, "relay_silent")
    assert case.world.steps == ["first-reminder"]


async def test_a_template_that_notify_refuses_is_told_and_tried_again(stage: Stage) -> None:
    refused = httpx2.Response(422, json={"type": "urn:relance:problem:unknown_variable", "detail": "invoice.totl"})
    case = await stage.start(failures=[refused])

    await case.on_day(10)

    assert case.world.outcomes[0] == ("first-reminder", Outcome.DEFERRED, "refused")
    assert case.world.steps == ["first-reminder"]


async def test_a_full_scenario_costs_one_timer_and_one_activity_a_step(stage: Stage) -> None:
    case = await stage.start()
    await case.handle.result()

    kinds = Counter(EventType.Name(event.event_type) for event in (await case.handle.fetch_history()).events)
    assert kinds["EVENT_TYPE_TIMER_STARTED"] == kinds["EVENT_TYPE_ACTIVITY_TASK_SCHEDULED"] == len(ALL)
    assert kinds.total() <= 60


async def test_a_history_holds_no_name_no_address_and_no_word_of_what_a_step_came_to(stage: Stage) -> None:
    evidence = {"message_id": "<1@relance.test>", "phone": "+33 6 98 76 54 32", "relay": "250 for Zéphyrine"}
    acted = await stage.start(action_evidence=evidence)
    await acted.handle.result()
    left_alone = await stage.start(excluded="Zéphyrine is ill")
    await left_alone.on_day(10)

    told = {record.decision.evidence["recipient"] for record in acted.world.records.values()}
    assert told == {"anne@garage-lefevre.example", "somebody"}
    assert [record.decision.detail for record in left_alone.world.records.values()] == ["Zéphyrine is ill"]
    for case in (acted, left_alone):
        history = b"".join(event.SerializeToString() for event in (await case.handle.fetch_history()).events)
        words = ("garage-lefevre", "somebody", "98 76 54 32", "phyrine", "<1@relance.test>")
        assert [word for word in words if word.encode() in history] == []


async def test_a_step_that_a_person_asks_for_acts_at_once_and_never_again(stage: Stage) -> None:
    case = await stage.start()
    await case.on_day(0, hour=10)  # a Saturday
    await case.on_day(2, hour=10)
    await case.change(CaseChange(asked=("third-reminder#1",)))
    await case.on_day(3)
    assert case.world.steps == ["third-reminder"]

    await case.on_day(45)

    assert case.world.steps == ["third-reminder", "first-reminder", "second-reminder", "call"]


async def test_a_step_that_may_not_act_when_it_is_asked_for_keeps_its_moment(stage: Stage) -> None:
    case = await stage.start()
    await case.on_day(0, hour=10)  # a Saturday
    await case.change(CaseChange(asked=("first-reminder#1",)))
    await case.on_day(7)
    assert case.world.outcomes == [("first-reminder", Outcome.DEFERRED, "outside_hours")]

    await case.on_day(10)

    assert await case.acted_on() == ["02-09 08:00"]


async def test_a_step_left_out_by_a_person_does_not_come(stage: Stage) -> None:
    case = await stage.start()
    await case.on_day(1)
    await case.change(CaseChange(done=("first-reminder#1",)))

    await case.on_day(20)

    assert case.world.steps == ["second-reminder"]


async def test_a_step_left_out_while_its_activity_is_tried_again_does_not_act(stage: Stage) -> None:
    away = httpx2.Response(503, json={"type": "urn:relance:problem:relay_deferred", "detail": "connection refused"})
    case = await stage.start(failures=[away] * 15)
    await case.on_day(9, hour=8)
    case.world.done = ("first-reminder#1",)

    await case.on_day(10)

    assert case.world.steps == []
    assert case.world.outcomes == [("first-reminder", Outcome.SKIPPED, "already_done")]


@pytest.mark.parametrize("history", histories.recorded(KIND), ids=lambda path: path.stem)
async def test_old_runs_still_replay(history: Path) -> None:
    replayer = Replayer(workflows=[DunInvoice], data_converter=pydantic_data_converter)
    await replayer.replay_workflow(histories.load(history))
