"""Editing a scenario step by step: begun from nothing or from another, each change an act on the draft."""

from typing import Any

import pytest

from chassis.auth import Role
from tests.services.dunning.desk import Desk, a_receivable

STANDARD = [("first-reminder", 7), ("second-reminder", 14), ("third-reminder", 30), ("call", 40), ("formal-notice", 60)]


def outline(content: Any) -> list[tuple[str, int]]:
    return [(step["key"], step["days"]) for step in content["steps"]]


async def draft(desk: Desk, key: str) -> Any:
    return (await desk.get(f"/scenarios/{key}/draft"))["content"]


async def test_the_standard_scenario_is_built_by_taking_what_is_proposed(desk: Desk) -> None:
    begun = await desk.send("POST", "/scenarios", {"name": "Été & co"}, status=201)
    assert (begun["key"], begun["steps"]) == ("ete-co", [])

    for _ in STANDARD:
        await desk.send("POST", "/scenarios/ete-co/draft/steps", {}, status=201)

    assert outline(await draft(desk, "ete-co")) == STANDARD
    ready_made = {each["key"]: each for each in await desk.get("/ready-made-scenarios")}
    assert (await draft(desk, "ete-co"))["steps"] == ready_made["standard"]["steps"]


async def test_a_scenario_begins_as_a_ready_made_one_or_as_another(desk: Desk) -> None:
    firm = await desk.send("POST", "/scenarios", {"name": "Pro", "ready_made": "firm"}, status=201)
    copy = await desk.send("POST", "/scenarios", {"name": "Pro", "copy_of": "pro"}, status=201)

    assert outline(firm)[-1] == ("hand-over", 60)
    assert (copy["key"], copy["steps"]) == ("pro-2", firm["steps"])


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({"name": " "}, 422, "name"),
        ({"name": "x", "ready_made": "nosuch"}, 422, "ready_made: 'nosuch' is not valid; expected one of standard"),
        ({"name": "x", "ready_made": "firm", "copy_of": "standard"}, 422, "either `ready_made` or `copy_of`"),
        ({"name": "x", "copy_of": "nosuch"}, 404, "nosuch"),
        ({"name": "x", "key": "standard"}, 409, "There is a scenario standard already."),
    ],
)
async def test_what_cannot_be_begun_leaves_nothing_behind(desk: Desk, body: Any, status: int, said: str) -> None:
    problem = await desk.send("POST", "/scenarios", body, status=status)
    assert said in problem["detail"]
    assert [each["key"] for each in (await desk.get("/scenarios"))["items"]] == ["standard"]


async def test_a_step_is_moved_changed_and_removed_and_stands_on_its_day(desk: Desk) -> None:
    step = {"key": "call", "days": 5, "kind": "call", "template": "call", "assignee": "anne"}
    await desk.send("PUT", "/scenarios/standard/draft/steps/call", step)
    assert outline(await draft(desk, "standard"))[:2] == [("call", 5), ("first-reminder", 7)]

    assert (await desk.ask("DELETE", "/scenarios/standard/draft/steps/call")).status_code == 204
    assert (await desk.ask("DELETE", "/scenarios/standard/draft/steps/call")).status_code == 404
    assert len((await draft(desk, "standard"))["steps"]) == 4
    assert (await desk.get("/scenarios/standard"))["published"]["version"] == 1


async def test_a_step_may_be_wished_by_kind_and_day(desk: Desk) -> None:
    await desk.send("POST", "/scenarios", {"name": "x"}, status=201)
    before = await desk.send("POST", "/scenarios/x/draft/steps", {"days": -3, "kind": "email"}, status=201)
    call = await desk.send("POST", "/scenarios/x/draft/steps", {"kind": "call"}, status=201)
    after = await desk.send("POST", "/scenarios/x/draft/steps", {"kind": "event"}, status=201)

    assert (before["key"], before["days"]) == ("first-reminder", -3)
    assert (call["days"], call["assignee"], call["template"]) == (40, "collections", "call")
    assert (after["key"], after["days"], after["template"]) == ("event", 55, None)


async def test_a_scenario_without_steps_is_kept_and_not_published(desk: Desk) -> None:
    await desk.send("POST", "/scenarios", {"name": "x"}, status=201)
    for method, path, body in (
        ("POST", "/scenarios/x/publish", {}),
        ("POST", "/scenarios/x/preview", {"due_date": "2026-01-31"}),
    ):
        problem = await desk.send(method, path, body, status=409)
        assert problem["type"].endswith(":scenario_has_no_steps")
    assert (await desk.get("/scenarios"))["items"][1] | {"steps": 0, "version": None} == (await desk.get("/scenarios"))[
        "items"
    ][1]


async def test_there_are_as_many_steps_as_a_case_can_bear(desk: Desk) -> None:
    steps = [{"key": f"e{day}", "days": day, "kind": "event"} for day in range(50)]
    await desk.send("PUT", "/scenarios/x/draft", {"key": "x", "name": "x", "steps": steps})
    assert (await desk.get("/scenarios/x/draft"))["proposals"] == []
    problem = await desk.send("POST", "/scenarios/x/draft/steps", {}, status=409)
    assert problem["type"].endswith(":too_many_steps")


async def test_a_draft_that_is_given_up_leaves_what_was_published(desk: Desk) -> None:
    await desk.send("PUT", "/scenarios/standard/draft/name", {"name": "Autre"})
    assert (await desk.ask("DELETE", "/scenarios/standard/draft")).status_code == 204
    assert (await desk.get("/scenarios/standard/draft"))["content"]["name"] == "Relance standard"
    assert (await desk.ask("DELETE", "/scenarios/standard/draft")).status_code == 404

    await desk.send("POST", "/scenarios", {"name": "x"}, status=201)
    assert (await desk.ask("DELETE", "/scenarios/x/draft")).status_code == 204
    assert (await desk.ask("GET", "/scenarios/x")).status_code == 404


async def test_publishing_makes_a_scenario_the_default_of_new_invoices(desk: Desk) -> None:
    await desk.send("POST", "/scenarios", {"name": "Firm", "ready_made": "firm"}, status=201)
    await desk.send("POST", "/scenarios/firm/publish", {"make_default": True})

    receivable = a_receivable()
    await desk.take(receivable)

    assert (await desk.case(receivable)).scenario == "firm"
    listed = {each["key"]: each for each in (await desk.get("/scenarios"))["items"]}
    assert (listed["firm"]["is_default"], listed["firm"]["running"]) == (True, 1)
    assert listed["standard"]["is_default"] is False


async def test_the_list_tells_how_many_cases_follow_an_older_version(desk: Desk) -> None:
    await desk.take(a_receivable())
    await desk.send("DELETE", "/scenarios/standard/draft/steps/call", status=204)
    await desk.send("POST", "/scenarios/standard/publish", {})
    await desk.take(a_receivable())

    (row,) = (await desk.get("/scenarios"))["items"]

    assert (row["version"], row["running"], row["running_older"]) == (2, 2, 1)


MISTAKES: dict[str, tuple[dict[str, Any], tuple[str, str, int | None]]] = {
    "no whole number": ({"days": "dix"}, ("not_whole", "/days", None)),
    "too early": ({"days": -400}, ("too_small", "/days", -365)),
    "too late": ({"days": 4000}, ("too_large", "/days", 3650)),
    "no kind": ({"kind": "pigeon"}, ("not_offered", "/kind", None)),
    "no text": ({"template": None}, ("template_needed", "/template", None)),
    "nobody": ({"kind": "call"}, ("assignee_needed", "/assignee", None)),
    "no amount": ({"conditions": {"minimum_balance": "dix"}}, ("not_an_amount", "/conditions/minimum_balance", None)),
    "once": ({"repeat": {"every_days": 7, "times": 1}}, ("too_small", "/repeat/times", 2)),
    "unknown": ({"when": 3}, ("unknown_field", "/when", None)),
}


@pytest.mark.parametrize("name", MISTAKES)
async def test_a_mistake_in_a_step_has_its_code_and_its_place(desk: Desk, name: str) -> None:
    changes, expected = MISTAKES[name]
    step = {"key": "a", "days": 7, "kind": "email", "template": "first-reminder"} | changes
    answer = await desk.send("POST", "/scenarios/validate/step", step, role=Role.VIEWER)
    assert [(each["code"], each["pointer"], each["limit"]) for each in answer["problems"]] == [expected]
    whole = {"key": "x", "name": "x", "steps": [step]}
    answer = await desk.send("POST", "/scenarios/validate", whole, role=Role.VIEWER)
    code, pointer, limit = expected
    found = [(each["code"], each["pointer"], each["limit"]) for each in answer["problems"]]
    assert found == [(code, f"/steps/0{pointer}", limit)]


async def test_a_text_is_imported_under_its_own_key(desk: Desk) -> None:
    text = b"key: imported\nname: Import\nsteps:\n  - {key: a, days: 3, kind: event}\n"
    headers = desk.keys.bearer()
    answer = await desk.http.post("/scenarios/import", content=text, headers=headers)
    assert (answer.status_code, answer.json()["key"]) == (200, "imported")
    assert outline(await draft(desk, "imported")) == [("a", 3)]

    answer = await desk.http.post("/scenarios/import", content=text.replace(b"days: 3", b"days: x"), headers=headers)
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert (error["line"], error["code"], error["pointer"]) == (4, "not_whole", "/steps/0/days")
