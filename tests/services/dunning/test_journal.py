"""Decisions on steps: each turn journalled once, and what follows for the case."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from chassis.auth import Role
from contracts.base import utc
from contracts.dunning import CaseState, ClosingReason
from tests.services.dunning.desk import Desk, a_receivable, a_record, later, on, settled


async def test_a_step_carried_out_makes_the_case_active_and_names_the_next_step(desk: Desk) -> None:
    receivable = a_receivable()
    await desk.take(receivable)
    desk.time.at = on("2026-02-09")
    entry = await desk.decide(receivable, balance="1200.00", currency="EUR", evidence={"message_id": "<1@x>"})

    assert (entry["step"], entry["outcome"], entry["reason"]) == ("first-reminder", "carried_out", "due")
    assert (entry["balance"], entry["evidence"]) == ("1200.00", {"message_id": "<1@x>"})
    case = await desk.case(receivable)
    assert (case.state, case.next_moment, case.done) == (
        CaseState.ACTIVE,
        on("2026-02-16", 8),
        ["first-reminder#1"],
    )
    assert (await desk.facts())[-1] == "step.carried_out first-reminder due"


async def test_the_same_turn_again_is_one_decision_even_at_the_same_instant(desk: Desk) -> None:
    receivable = a_receivable()
    await desk.take(receivable)
    record = a_record(await desk.turn(receivable), at=desk.time(), detail="first")
    other = a_record(record.turn, at=desk.time(), detail="second", outcome="failed", reason="refused")
    answers = await asyncio.gather(*(desk.record(each) for each in (record, other, record)))

    assert len({(answer["id"], answer["detail"]) for answer in answers}) == 1
    assert len(await desk.journal(receivable)) == 2
    assert len([fact for fact in await desk.facts() if fact.startswith("step")]) == 1


async def test_a_decision_can_be_read_back_as_it_was_made(desk: Desk) -> None:
    receivable = a_receivable()
    await desk.take(receivable)
    record = a_record(
        await desk.turn(receivable),
        at=desk.time(),
        outcome="deferred",
        reason="stale_balance",
        answers=[{"question": "is the balance fresh?", "passed": False, "detail": "6 min"}],
        balance="1200.00",
        currency="EUR",
        as_of=utc(on("2026-02-09")),
        retry_after=30,
    )
    path = f"/cases/{receivable.invoice_id}/decisions/{record.turn.turn_id}"
    assert (await desk.ask("GET", path, role=Role.SERVICE)).status_code == 404
    await desk.record(record)

    assert await desk.get(path, role=Role.SERVICE) == record.decision.model_dump(mode="json")


async def test_a_deferred_step_needs_more_work_and_supersedes_nothing_yet(desk: Desk) -> None:
    receivable = a_receivable()
    desk.time.at = on("2026-02-17")
    await desk.take(receivable)
    assert [planned.step.key for planned in (await desk.turn(receivable)).superseded] == ["first-reminder"]
    await desk.decide(receivable, outcome="deferred", reason="outside_hours", retry_at=utc(on("2026-02-18", 8)))

    case = await desk.case(receivable)
    assert (case.done, case.next_moment) == ([], on("2026-02-18", 8))
    assert (await desk.facts())[-1] == "step.deferred second-reminder outside_hours"

    await desk.decide(receivable)
    assert (await desk.case(receivable)).done == ["first-reminder#1", "second-reminder#1"]
    assert await desk.journal(receivable) == [
        ("opened", "default"),
        ("deferred", "outside_hours"),
        ("superseded", "later_step_due"),
        ("carried_out", "due"),
    ]
    assert (await desk.facts()) == [
        "step.skipped first-reminder later_step_due",
        "step.carried_out second-reminder due",
    ]


@pytest.mark.parametrize(("outcome", "reason"), [("skipped", "condition"), ("failed", "no_recipient")])
async def test_a_step_that_reached_nobody_leaves_the_turn_to_the_one_before_it(
    desk: Desk, outcome: str, reason: str
) -> None:
    receivable = a_receivable()
    desk.time.at = on("2026-03-05")
    await desk.take(receivable)
    await desk.decide(receivable, outcome=outcome, reason=reason)

    case = await desk.case(receivable)
    assert (case.done, case.next_moment) == (["third-reminder#1"], on("2026-02-16", 8))
    await desk.decide(receivable)
    assert (await desk.case(receivable)).done == ["third-reminder#1", "first-reminder#1", "second-reminder#1"]
    assert (await desk.journal(receivable))[1:] == [
        (outcome, reason),
        ("superseded", "later_step_due"),
        ("carried_out", "due"),
    ]


async def test_a_case_is_exhausted_once_every_step_before_the_last_was_tried(desk: Desk) -> None:
    receivable = a_receivable()
    desk.time.at = on("2027-03-05")
    await desk.take(receivable)
    for _ in range(4):
        await desk.decide(receivable, outcome="skipped", reason="condition")
        assert (await desk.case(receivable)).is_open
    await desk.decide(receivable, outcome="skipped", reason="condition")

    assert (await desk.case(receivable)).closing_reason is ClosingReason.EXHAUSTED
    assert (await desk.journal(receivable))[1:-1] == [("skipped", "condition")] * 5


async def test_a_workflow_of_the_rule_before_is_followed_in_what_it_supersedes(desk: Desk) -> None:
    receivable = a_receivable()
    desk.time.at = on("2026-03-05")
    await desk.take(receivable)
    turn = (await desk.turn(receivable)).model_copy(update={"superseded_if_reached": False})
    await desk.record(a_record(turn, at=desk.time(), outcome="skipped", reason="condition"))

    case = await desk.case(receivable)
    assert case.done == ["first-reminder#1", "second-reminder#1", "third-reminder#1"]
    assert (await desk.journal(receivable))[1:] == [("superseded", "later_step_due")] * 2 + [("skipped", "condition")]


@pytest.mark.parametrize(
    ("outcome", "reason", "fact"),
    [
        ("skipped", "below_threshold", "step.skipped first-reminder below_threshold"),
        ("failed", "no_recipient", "step.skipped first-reminder no_recipient"),
        ("uncertain", "relay_silent", "step.skipped first-reminder uncertain"),
    ],
)
async def test_what_did_not_act_for_sure_is_no_reminder_and_is_not_tried_again(
    desk: Desk, outcome: str, reason: str, fact: str
) -> None:
    receivable = a_receivable()
    await desk.take(receivable)
    await desk.decide(receivable, outcome=outcome, reason=reason)

    assert (await desk.case(receivable)).done == ["first-reminder#1"]
    assert (await desk.facts())[-1] == fact


async def test_the_last_step_exhausts_the_case(desk: Desk) -> None:
    receivable = a_receivable()
    await desk.take(receivable)
    for _ in range(5):
        await desk.decide(receivable)

    case = await desk.case(receivable)
    assert (case.closing_reason, case.next_moment) == (ClosingReason.EXHAUSTED, None)
    assert (await desk.facts())[-2:] == ["step.carried_out formal-notice due", "case.closed exhausted"]


async def test_a_step_that_finds_the_invoice_settled_closes_the_case_and_may_come_after_a_reversal(desk: Desk) -> None:
    receivable = a_receivable()
    await desk.take(receivable)
    desk.time.at = on("2026-02-09")
    await desk.decide(receivable, outcome="skipped", reason="settled", closes="settled", as_of=utc(desk.time.at))
    assert (await desk.case(receivable)).closing_reason is ClosingReason.SETTLED

    desk.time.at = on("2026-02-10")
    paid = settled(receivable)
    await desk.take(later(paid, balance="1200.00", status="open"), paid)

    case = await desk.case(receivable)
    assert (case.state, case.run, case.done) == (CaseState.ACTIVE, 2, [])


async def test_a_decision_of_an_earlier_run_does_not_close_the_case_that_was_reopened(desk: Desk) -> None:
    receivable = a_receivable()
    await desk.take(receivable)
    desk.time.at = on("2026-02-09")
    late = a_record(
        await desk.turn(receivable),
        at=desk.time(),
        outcome="skipped",
        reason="settled",
        closes="settled",
        as_of=utc(desk.time.at),
    )
    desk.time.at += timedelta(minutes=5)
    paid = settled(receivable)
    await desk.take(paid, later(paid, balance="1200.00", status="open"))
    await desk.record(late)

    assert (await desk.case(receivable)).is_open
    assert (await desk.facts())[-1] == "case.changed run"


async def test_a_decision_on_a_version_that_was_undone_since_does_not_close_the_case(desk: Desk) -> None:
    receivable = a_receivable()
    await desk.take(receivable)
    desk.time.at = on("2026-02-09")
    paid = settled(receivable)
    seen = {"as_of": utc(desk.time.at), "receivable_version": paid.version}
    late = a_record(
        await desk.turn(receivable), at=desk.time(), outcome="skipped", reason="settled", closes="settled", **seen
    )
    await desk.take(later(paid, balance="1200.00", status="open"))
    await desk.record(late)
    await desk.take(paid)

    case = await desk.case(receivable)
    assert (case.state, case.run) == (CaseState.ACTIVE, 2), "its workflow took the decision for the end"
    assert (await desk.facts())[-1] == "case.changed run"


async def test_a_decision_that_comes_after_the_end_is_journalled_and_reopens_nothing(desk: Desk) -> None:
    receivable = a_receivable()
    await desk.take(receivable)
    record = a_record(await desk.turn(receivable), at=desk.time())
    await desk.take(settled(receivable))
    await desk.record(record)

    case = await desk.case(receivable)
    assert (case.state, case.done) == (CaseState.CLOSED, ["first-reminder#1"])
    assert (await desk.journal(receivable))[-1] == ("carried_out", "due")


async def test_an_exclusion_lifted_meanwhile_is_not_put_back_by_a_late_decision(desk: Desk) -> None:
    receivable = a_receivable()
    await desk.take(receivable)
    await desk.decide(receivable, outcome="skipped", reason="excluded", closes="excluded")
    assert (await desk.case(receivable)).is_open

    new = {"invoice_id": str(receivable.invoice_id), "reason": "a gesture"}
    await desk.send("POST", "/exclusions", new, status=201)
    assert (await desk.case(receivable)).closing_reason is ClosingReason.EXCLUDED


async def test_a_decision_of_another_invoice_is_refused(desk: Desk) -> None:
    ours, other = a_receivable(), a_receivable()
    await desk.take(ours, other)
    body = a_record(await desk.turn(other), at=desk.time()).model_dump(mode="json")
    answer = await desk.send("POST", f"/cases/{ours.invoice_id}/decisions", body, status=422, role=Role.SERVICE)
    assert "turn.invoice_id" in answer["detail"]

    answer = await desk.send("POST", f"/cases/{uuid4()}/decisions", body, status=422, role=Role.SERVICE)
    body["turn"]["invoice_id"] = str(uuid4())
    path = f"/cases/{body['turn']['invoice_id']}/decisions"
    await desk.send("POST", path, body, status=404, role=Role.SERVICE)


async def test_the_journal_is_append_only(desk: Desk) -> None:
    receivable = a_receivable()
    await desk.take(receivable)
    for statement in ("update decisions set reason = 'other'", "delete from decisions"):
        with pytest.raises(DBAPIError, match="append-only"):
            async with desk.sessions() as session, session.begin():
                await (await session.connection()).execute(text(statement))


async def test_the_journal_is_searched_and_paged(desk: Desk) -> None:
    receivable = a_receivable()
    await desk.take(receivable, a_receivable())
    for _ in range(3):
        await desk.decide(receivable)

    first = await desk.get(f"/journal?limit=2&invoice_id={receivable.invoice_id}")
    second = await desk.get(f"/journal?limit=2&invoice_id={receivable.invoice_id}&cursor={first['next']}")
    steps = [entry["step"] for entry in first["items"] + second["items"]]
    assert steps == ["third-reminder", "second-reminder", "first-reminder", None]
    assert len((await desk.get("/journal?outcome=opened"))["items"]) == 2
    assert len((await desk.get("/journal?step=first-reminder&reason=due"))["items"]) == 1
    assert (await desk.ask("GET", "/journal?outcome=sent")).status_code == 422
    assert (await desk.ask("GET", "/journal?cursor=WyJ4Il0")).status_code == 422
