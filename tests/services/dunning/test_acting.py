"""What people do to a case's future: promise, dispute, skip a step, ask for one now."""

from typing import Any

from chassis.auth import Role
from contracts.base import utc
from contracts.dunning import Outcome, Reason
from tests.services.dunning.desk import Desk, a_receivable, on

SKIP = {"step": "first-reminder", "note": "the customer called us"}


async def act(desk: Desk, receivable: Any, name: str, body: Any, **options: Any) -> Any:
    return await desk.send("POST", f"/cases/{receivable.invoice_id}/{name}", body, **options)


async def refusal(desk: Desk, receivable: Any, name: str, body: Any, **options: Any) -> tuple[int, str]:
    answer = await desk.ask("POST", f"/cases/{receivable.invoice_id}/{name}", body, **options)
    return answer.status_code, answer.json()["detail"]


async def test_a_pause_until_a_date_ends_when_that_day_begins_for_the_organisation(desk: Desk) -> None:
    receivable = a_receivable()
    await desk.take(receivable)

    case = await act(desk, receivable, "pause", {"until": "2026-03-01", "note": "works closed"})

    assert case["holds"][0]["until"] == "2026-02-28T23:00:00Z"
    assert await refusal(desk, receivable, "pause", {"until": "2026-01-05"}) == (
        422,
        "until: '2026-01-05' is not valid; expected a moment after 2026-01-05 10:00 UTC",
    )
    status, detail = await refusal(desk, receivable, "pause", {"until": "tomorrow"})
    assert (status, detail.startswith("until: ")) == (422, True)


async def test_a_promise_of_more_than_is_owed_or_for_yesterday_is_refused(desk: Desk) -> None:
    receivable = a_receivable()
    await desk.take(receivable)

    assert await refusal(desk, receivable, "promise", {"date": "2026-03-01", "amount": "1200.01"}) == (
        422,
        "amount: '1200.01' is not valid; expected at most the open balance, 1200.00 EUR",
    )
    assert await refusal(desk, receivable, "promise", {"date": "2026-01-04"}) == (
        422,
        "date: '2026-01-04' is not valid; expected 2026-01-05 or later",
    )


async def test_a_dispute_needs_its_reason_and_waits_for_a_person(desk: Desk) -> None:
    receivable = a_receivable()
    await desk.take(receivable)
    assert (await refusal(desk, receivable, "dispute", {"note": ""}))[0] == 422

    case = await act(desk, receivable, "dispute", {"note": "two chairs are broken"}, role=Role.COLLECTOR)
    assert (case["state"], case["journal"][0]["detail"]) == ("paused", "until it is resumed: two chairs are broken")
    case = await act(desk, receivable, "resume", {"note": "replaced"})

    assert (case["journal"][0]["outcome"], case["journal"][0]["detail"]) == ("resumed", "replaced")


async def test_a_step_that_is_left_out_is_journalled_with_who_and_why_and_does_not_come(desk: Desk) -> None:
    receivable = a_receivable()
    await desk.take(receivable)
    await desk.facts()

    case = await act(desk, receivable, "skip", SKIP, role=Role.COLLECTOR)

    entry = case["journal"][0]
    assert (entry["step"], entry["outcome"], entry["reason"]) == ("first-reminder", "skipped", "by_hand")
    assert (entry["author"], entry["detail"]) == ("somebody", "the customer called us")
    assert case["planned"][0]["step"] == "second-reminder"
    assert case["next_moment"][:10] == "2026-02-16"
    assert await desk.facts() == ["case.changed by_hand", "step.skipped first-reminder by_hand"]
    assert (await desk.contract(receivable)).done == ("first-reminder#1",)
    circumstances = await desk.get(f"/cases/{receivable.invoice_id}/circumstances", role=Role.SERVICE)
    assert circumstances["done"] == ["first-reminder#1"]


async def test_a_step_is_left_out_once_and_must_exist(desk: Desk) -> None:
    receivable = a_receivable()
    await desk.take(receivable)
    await act(desk, receivable, "skip", SKIP)

    assert await refusal(desk, receivable, "skip", SKIP) == (
        409,
        "Step first-reminder#1 of the case of invoice F-2026-00042 needs no more work.",
    )
    status, detail = await refusal(desk, receivable, "skip", SKIP | {"step": "sixth"})
    assert (status, "expected a step of scenario standard, version 1: first-reminder" in detail) == (422, True)
    assert (await refusal(desk, receivable, "skip", SKIP, role=Role.VIEWER))[0] == 403
    assert (await refusal(desk, receivable, "skip", SKIP, organisation="another"))[0] == 404


async def test_a_case_whose_last_step_is_left_out_is_exhausted(desk: Desk) -> None:
    receivable = a_receivable()
    await desk.take(receivable)
    for step in ("first-reminder", "second-reminder", "third-reminder", "call", "formal-notice"):
        case = await act(desk, receivable, "skip", SKIP | {"step": step})

    assert (case["state"], case["closing_reason"]) == ("closed", "exhausted")
    assert (await refusal(desk, receivable, "skip", SKIP))[0] == 409


async def test_a_step_asked_for_has_the_next_turn_until_it_had_its_attempt(desk: Desk) -> None:
    receivable = a_receivable()
    await desk.take(receivable)

    case = await act(desk, receivable, "run", {"step": "second-reminder"}, status=202)
    assert (case["asked"], case["next_moment"]) == (["second-reminder#1"], utc(desk.time.at))
    assert (case["journal"][0]["outcome"], case["journal"][0]["step"]) == ("asked", "second-reminder")

    turn = await desk.turn(receivable)
    assert (turn.planned.step.key, turn.superseded) == ("second-reminder", ())
    await desk.decide(receivable)

    case = await desk.get(f"/cases/{receivable.invoice_id}")
    assert (case["asked"], case["next_moment"][:10]) == ([], "2026-02-09")
    assert (await refusal(desk, receivable, "run", {"step": "second-reminder"}))[0] == 409


async def test_a_step_that_may_not_act_when_it_is_asked_for_keeps_its_moment(desk: Desk) -> None:
    receivable = a_receivable()
    await desk.take(receivable)
    await act(desk, receivable, "run", {"step": "first-reminder"}, status=202)

    await desk.decide(receivable, outcome=Outcome.DEFERRED, reason=Reason.OUTSIDE_HOURS, retry_at=on("2026-01-06", 8))

    case = await desk.get(f"/cases/{receivable.invoice_id}")
    assert (case["asked"], case["next_moment"][:10]) == ([], "2026-02-09")
    assert (await desk.turn(receivable)).planned.step.key == "first-reminder"
