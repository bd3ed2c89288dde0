"""The line of time of a case, and what another scenario would change."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from contracts.base import utc
from contracts.dunning import Decision, DunningCase, Outcome, Reason
from contracts.scenario import StepKind
from services.dunning.timeline.domain import Prospect, forecast
from tests.services.dunning.desk import Desk, a_receivable, on
from tests.workflows.test_plan import cases
from workflows.dunning import plan
from workflows.dunning.calendar import next_contact

SHORT = {
    "key": "short",
    "name": "Short",
    "steps": [
        {"key": "first-reminder", "days": 3, "kind": "email", "template": "first-reminder"},
        {"key": "call", "days": 5, "kind": "call", "assignee": "anne"},
    ],
}


async def timeline(desk: Desk, receivable: Any, query: str = "") -> Any:
    return await desk.get(f"/cases/{receivable.invoice_id}/timeline{query}")


def prospects(steps: list[Any]) -> list[tuple[str, str, str | None]]:
    return [(each["step"], each["prospect"], each["expected_at"] and each["expected_at"][:16]) for each in steps]


async def test_one_call_tells_the_past_with_its_evidence_and_the_future_with_its_texts(desk: Desk) -> None:
    receivable = a_receivable()
    await desk.take(receivable)
    desk.time.at = on("2026-02-09", 8)
    await desk.decide(receivable, evidence={"message_id": "<1@relance.test>"})

    told = await timeline(desk, receivable)

    assert [(entry["step"], entry["outcome"]) for entry in told["past"]] == [
        ("first-reminder", "carried_out"),
        (None, "opened"),
    ]
    assert told["past"][0]["evidence"] == {"message_id": "<1@relance.test>"}
    assert prospects(told["planned"]) == [
        ("second-reminder", "planned", "2026-02-16T08:00"),
        ("third-reminder", "planned", "2026-03-02T08:00"),
        ("call", "planned", "2026-03-12T08:00"),
        ("formal-notice", "planned", "2026-04-01T07:00"),
    ]
    assert (told["planned"][0]["template"], told["planned"][2]["assignee"]) == ("second-reminder", "collections")
    assert told["case"]["number"] == "F-2026-00042"


async def test_a_pause_moves_the_future_and_supersedes_what_comes_due_meanwhile(desk: Desk) -> None:
    receivable = a_receivable()
    await desk.take(receivable)
    await desk.send("POST", f"/cases/{receivable.invoice_id}/pause", {"until": "2026-03-07"})

    # 7 March is a Saturday; the third reminder is the last one due on Monday
    assert prospects((await timeline(desk, receivable))["planned"])[:4] == [
        ("first-reminder", "superseded", None),
        ("second-reminder", "superseded", None),
        ("third-reminder", "planned", "2026-03-09T08:00"),
        ("call", "planned", "2026-03-12T08:00"),
    ]


@given(case=cases, hours=st.integers(-60 * 24, 200 * 24))
def test_the_future_is_what_the_plan_does_when_each_step_acts(case: DunningCase, hours: int) -> None:
    start = now = datetime.combine(case.due_date, datetime.min.time(), UTC) + timedelta(hours=hours)
    acted = Decision(outcome=Outcome.CARRIED_OUT, reason=Reason.DUE)
    told: dict[str, tuple[Prospect, datetime | None]] = {}
    going = case
    while turn := plan.next_turn(going, now=now):
        step, at = turn.planned, max(now, turn.planned.moment)
        moment = at if step.step.kind is StepKind.EVENT else next_contact(at, case.calendar)
        if moment > now:
            now = moment
            continue
        told |= {each.mark: (Prospect.SUPERSEDED, None) for each in turn.superseded}
        told[step.mark] = (Prospect.PLANNED, now)
        going = plan.after(going, turn, acted)

    found = list(forecast(case, now=start, wakes_at=start))
    assert {each.planned.mark: (each.prospect, each.at) for each in found} == told
    assert [each.planned for each in found] == list(plan.planned_steps(case))


async def test_a_dispute_leaves_the_future_open_and_a_closed_case_has_none(desk: Desk) -> None:
    receivable = a_receivable()
    await desk.take(receivable)
    await desk.send("POST", f"/cases/{receivable.invoice_id}/dispute", {"note": "broken"})
    assert {each["prospect"] for each in (await timeline(desk, receivable))["planned"]} == {"waiting"}

    await desk.send("POST", f"/cases/{receivable.invoice_id}/close", {"reason": "written_off", "note": "lost"})
    told = await timeline(desk, receivable)
    assert told["planned"] == []
    assert (told["past"][0]["detail"], told["past"][0]["author"]) == ("lost", "somebody")


async def test_a_step_asked_for_stands_first(desk: Desk) -> None:
    receivable = a_receivable()
    await desk.take(receivable)
    await desk.send("POST", f"/cases/{receivable.invoice_id}/run", {"step": "call"}, status=202)

    assert prospects((await timeline(desk, receivable))["planned"])[0] == ("call", "asked", utc(desk.time.at)[:16])


async def test_the_past_is_told_a_page_at_a_time(desk: Desk) -> None:
    receivable = a_receivable()
    await desk.take(receivable)
    for _ in range(2):
        await desk.send("POST", f"/cases/{receivable.invoice_id}/pause", {})
        await desk.send("POST", f"/cases/{receivable.invoice_id}/resume")

    first = await timeline(desk, receivable, "?limit=3")
    second = await timeline(desk, receivable, f"?limit=3&cursor={first['older']}")

    assert [entry["outcome"] for entry in first["past"]] == ["resumed", "paused", "resumed"]
    assert ([entry["outcome"] for entry in second["past"]], second["older"]) == (["paused", "opened"], None)


async def test_another_scenario_is_shown_before_it_is_followed_and_repeats_no_step(desk: Desk) -> None:
    receivable = a_receivable()
    await desk.send("PUT", "/scenarios/short/draft", SHORT)
    await desk.send("POST", "/scenarios/short/publish", {})
    await desk.take(receivable)
    await desk.send("POST", f"/cases/{receivable.invoice_id}/skip", {"step": "first-reminder", "note": "said so"})
    path = f"/cases/{receivable.invoice_id}/scenario"

    shown = await desk.send("POST", f"{path}/preview", {"scenario": "short"})
    assert (shown["scenario_after"], shown["version_after"], shown["is_changed"]) == ("short", 1, True)
    assert prospects(shown["steps_after"]) == [("call", "planned", "2026-02-05T08:00")]
    assert (await desk.case(receivable)).scenario == "standard"

    case = await desk.send("POST", path, {"scenario": "short", "note": "she asked for calls"})
    assert (case["scenario"], case["version"], case["next_moment"][:10]) == ("short", 1, "2026-02-05")
    assert case["journal"][0]["detail"] == "scenario short, version 1: she asked for calls"
    assert (await desk.facts())[-1] == "case.changed scenario"
    assert (await desk.contract(receivable)).scenario.key == "short"


async def test_a_case_is_not_given_the_scenario_that_it_has_nor_one_that_is_not_published(desk: Desk) -> None:
    receivable = a_receivable()
    await desk.take(receivable)
    await desk.send("PUT", "/scenarios/short/draft", SHORT)
    path = f"/cases/{receivable.invoice_id}/scenario"

    same = await desk.send("POST", path, {"scenario": "standard", "note": "again"}, status=409)
    assert same["detail"] == "The case of invoice F-2026-00042 follows scenario standard, version 1, already."
    draft = await desk.send("POST", path, {"scenario": "short", "note": "soon"}, status=422)
    assert draft["detail"].startswith("scenario: 'short' is not valid")
    version = await desk.send("POST", f"{path}/preview", {"scenario": "short", "version": 1}, status=422)
    assert version["detail"].startswith("version: 1 is not valid")
