"""Scenarios drafted, published, previewed and exported; running cases keep their version until migrated."""

import asyncio
from typing import Any

import pytest

from chassis.auth import Role
from contracts.dunning import CaseState, ClosingReason
from tests.services.dunning.desk import Desk, a_receivable, on


def a_scenario(*steps: tuple[str, int], key: str = "standard", name: str = "Standard") -> dict[str, Any]:
    made = [{"key": step, "days": days, "kind": "email", "template": "first-reminder"} for step, days in steps]
    return {"key": key, "name": name, "steps": made}


async def draft(desk: Desk, *steps: tuple[str, int], key: str = "standard") -> None:
    await desk.send("PUT", f"/scenarios/{key}/draft", a_scenario(*steps, key=key))


async def test_every_organisation_has_the_standard_scenario_without_set_up(desk: Desk) -> None:
    page = await desk.get("/scenarios", organisation="brand-new", role=Role.VIEWER)
    shown = {"key": "standard", "name": "Relance standard", "version": 1, "has_draft": False, "steps": 5}
    assert page["items"] == [shown | {"running": 0, "running_older": 0, "is_default": True}]

    scenario = await desk.get("/scenarios/standard", organisation="brand-new")
    assert [(step["days"], step["kind"]) for step in scenario["published"]["steps"]] == [
        (7, "email"),
        (14, "email"),
        (30, "email"),
        (40, "call"),
        (60, "letter"),
    ]
    assert scenario["draft"] is None


async def test_a_draft_changes_nothing_until_it_is_published(desk: Desk) -> None:
    await draft(desk, ("first-reminder", 3))
    before = a_receivable()
    await desk.take(before)
    published = await desk.send("POST", "/scenarios/standard/publish", {})
    after = a_receivable()
    await desk.take(after)

    assert (published["scenario"]["version"], published["migrated"]) == (2, 0)
    assert [(await desk.case(each)).version for each in (before, after)] == [1, 2]
    assert (await desk.get("/scenarios/standard/versions/1"))["version"] == 1
    assert (await desk.get("/scenarios/standard"))["draft"] is None


async def test_a_draft_saved_twice_is_one_draft(desk: Desk) -> None:
    await draft(desk, ("a", 1))
    await draft(desk, ("b", 2))

    scenario = await desk.get("/scenarios/standard")
    assert [step["key"] for step in scenario["draft"]["steps"]] == ["b"]
    assert (await desk.send("POST", "/scenarios/standard/publish", {}))["scenario"]["version"] == 2


async def test_there_is_nothing_to_publish_without_a_draft(desk: Desk) -> None:
    await desk.get("/scenarios")
    problem = await desk.send("POST", "/scenarios/standard/publish", {}, status=409)
    assert problem["type"].endswith("nothing_to_publish")
    await desk.send("POST", "/scenarios/nowhere/publish", {}, status=404)


async def test_migrating_shows_which_cases_would_change_and_then_changes_them(desk: Desk) -> None:
    fresh, reminded, done = a_receivable(), a_receivable(), a_receivable(scenario=None)
    await desk.take(fresh, reminded, done)
    desk.time.at = on("2026-02-09")
    await desk.decide(reminded)
    for _ in range(4):
        await desk.decide(done)
    await draft(desk, ("first-reminder", 3), ("second-reminder", 14))

    seen = await desk.get("/scenarios/standard/migration")
    steps = {each["invoice_id"]: [step["step"] for step in each["steps_after"]] for each in seen["cases"]}
    assert seen["version"] == 2
    assert steps == {
        str(fresh.invoice_id): ["first-reminder", "second-reminder"],
        str(reminded.invoice_id): ["second-reminder"],
        str(done.invoice_id): [],
    }
    assert (await desk.case(fresh)).version == 1

    await desk.facts()
    published = await desk.send("POST", "/scenarios/standard/publish", {"migrate": True})
    assert published["migrated"] == 3
    cases = [await desk.case(each) for each in (fresh, reminded, done)]
    assert [case.version for case in cases] == [2, 2, 2]
    assert cases[0].next_moment == on("2026-02-03", 8)
    assert (cases[1].state, cases[1].next_moment) == (CaseState.ACTIVE, on("2026-02-16", 8))
    assert cases[2].closing_reason is ClosingReason.EXHAUSTED
    assert sorted(await desk.facts()) == [*["case.changed scenario"] * 3, "case.closed exhausted"]


async def test_a_version_published_before_can_still_be_migrated_to(desk: Desk) -> None:
    receivable = a_receivable()
    await desk.take(receivable)
    await draft(desk, ("first-reminder", 3))
    await desk.send("POST", "/scenarios/standard/publish", {})

    assert len((await desk.get("/scenarios/standard/migration"))["cases"]) == 1
    assert (await desk.send("POST", "/scenarios/standard/publish", {"migrate": True}))["migrated"] == 1
    assert (await desk.case(receivable)).version == 2
    assert (await desk.get("/scenarios/standard/migration"))["cases"] == []


async def test_a_preview_shows_the_moments_on_working_days(desk: Desk) -> None:
    preview = await desk.send("POST", "/scenarios/standard/preview", {"due_date": "2026-04-24"}, role=Role.SALES)

    assert preview["version"] == 1
    assert [(step["step"], step["day"]) for step in preview["steps"]][:2] == [
        ("first-reminder", "2026-05-04"),  # day 7 is the first of May, a Friday
        ("second-reminder", "2026-05-11"),  # day 14 is the eighth of May, a Friday
    ]
    assert preview["steps"][0]["moment"] == "2026-05-04T07:00:00Z"


async def test_a_preview_tells_what_a_weekend_brings_to_one_day(desk: Desk) -> None:
    steps = [
        {"key": "reminder", "days": 17, "kind": "email", "template": "first-reminder"},
        {"key": "call", "days": 20, "kind": "call", "assignee": "anne"},
        {"key": "formal-notice", "days": 60, "kind": "letter", "template": "formal-notice"},
        {"key": "hand-over", "days": 61, "kind": "event"},
    ]
    content = {"key": "weekends", "name": "Weekends", "steps": steps}
    body = {"due_date": "2026-04-14", "content": content}
    preview = await desk.send("POST", "/scenarios/weekends/preview", body, role=Role.SALES)

    # day 17 is the first of May, a Friday, and day 60 a Saturday
    assert [(step["step"], step["day"], step["prospect"], step["expected_at"]) for step in preview["steps"]] == [
        ("reminder", "2026-05-04", "superseded", None),
        ("call", "2026-05-04", "planned", "2026-05-04T07:00:00Z"),
        ("formal-notice", "2026-06-15", "planned", "2026-06-15T07:00:00Z"),
        ("hand-over", "2026-06-15", "planned", "2026-06-15T07:00:00Z"),
    ]


async def test_a_scenario_goes_out_as_yaml_and_comes_back_unchanged(desk: Desk) -> None:
    answer = await desk.ask("GET", "/scenarios/standard.yaml", role=Role.VIEWER)
    assert answer.headers["content-type"].startswith("application/yaml")
    assert "template: first-reminder" in answer.text

    headers = desk.keys.bearer(Role.ADMIN)
    back = await desk.http.put("/scenarios/standard.yaml", content=answer.content, headers=headers)
    assert back.status_code == 200
    published = (await desk.get("/scenarios/standard"))["published"]
    assert (await desk.get("/scenarios/standard"))["draft"] == {k: v for k, v in published.items() if k != "version"}


BAD_YAML = {
    b"key: standard\nname: x\nsteps:\n\t- key: a\n": (4, "text", "YAML allows no tab"),
    b"key: standard\nname: x\nsteps:\n  - {key: a, days: soon, kind: email, template: t}\n": (4, "steps.0.days", "int"),
    b"key: standard\nname: x\nsteps:\n  - {key: a, days: 7, kind: fax}\n": (4, "steps.0.kind", "email"),
    b"key: standard\nname: x\nsteps:\n  - {key: a, days: 7, kind: email}\n": (4, "steps.0", "`template` is expected"),
    b"key: standard\nname: x\nsteps: []\nowner: me\n": (4, "owner", "not permitted"),
    b"\xff\xfe": (None, "text", "UTF-8"),
}


@pytest.mark.parametrize("body", BAD_YAML)
async def test_a_text_that_is_no_scenario_is_refused_with_its_line_and_nothing_is_stored(
    desk: Desk, body: bytes
) -> None:
    line, field, expected = BAD_YAML[body]
    answer = await desk.http.put("/scenarios/standard.yaml", content=body, headers=desk.keys.bearer())
    assert answer.status_code == 422
    found = [each for each in answer.json()["errors"] if each["field"] == field]
    assert found, answer.text
    assert (found[0]["line"], expected in found[0]["expected"]) == (line, True)
    assert (await desk.get("/scenarios/standard"))["draft"] is None


async def test_validating_tells_every_problem_and_stores_nothing(desk: Desk) -> None:
    headers = desk.keys.bearer(Role.COLLECTOR)
    bad = b"key: Standard!\nname: x\nsteps:\n  - {key: a, days: 1.5, kind: email, template: t}\n"
    answer = await desk.http.post("/scenarios/validate", content=bad, headers=headers)
    assert answer.status_code == 200
    body = answer.json()
    assert body["is_valid"] is False
    assert {problem["line"] for problem in body["problems"]} == {1, 4}

    good = await desk.http.get("/scenarios/standard.yaml", headers=headers)
    answer = await desk.http.post("/scenarios/validate", content=good.content, headers=headers)
    assert answer.json() == {"is_valid": True, "problems": []}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (a_scenario(("a", 7), ("a", 14)), "the key 'a' stands twice"),
        (a_scenario(("a", 7), ("b", 3)), "expected in the order of their days"),
        (a_scenario(("a", 7), key="other"), "key: 'other' is not valid; expected 'standard'"),
        (a_scenario(("a", 7)) | {"steps": []}, "steps"),
    ],
)
async def test_a_draft_that_makes_no_sense_is_refused(desk: Desk, content: dict[str, Any], message: str) -> None:
    problem = await desk.send("PUT", "/scenarios/standard/draft", content, status=422)
    assert message in problem["detail"]
    assert (await desk.get("/scenarios/standard"))["draft"] is None


async def test_a_draft_of_a_refused_key_leaves_no_scenario_behind(desk: Desk) -> None:
    assert (await desk.ask("PUT", "/scenarios/Not A Key/draft", a_scenario(("a", 7)))).status_code == 422
    assert (await desk.ask("GET", "/scenarios/unknown")).status_code == 404
    assert (await desk.ask("GET", "/scenarios/standard/versions/9")).status_code == 404
    assert (await desk.ask("GET", "/scenarios/standard/versions/99999999999999")).status_code == 422


async def test_scenarios_are_paged_by_key(desk: Desk) -> None:
    for key in ("a", "b", "z"):
        await draft(desk, ("x", 1), key=key)
    first = await desk.get("/scenarios?limit=3")
    second = await desk.get(f"/scenarios?limit=3&cursor={first['next']}")

    assert [each["key"] for each in first["items"] + second["items"]] == ["a", "b", "standard", "z"]
    shown = {"key": "a", "name": "Standard", "version": None, "has_draft": True, "steps": 1}
    assert first["items"][0] == shown | {"running": 0, "running_older": 0, "is_default": False}


async def test_a_calendar_changed_moves_the_running_cases(desk: Desk) -> None:
    receivable = a_receivable()
    await desk.take(receivable)
    policy = await desk.get("/policy")
    policy.pop("updated_at")
    calendar = policy["calendar"] | {"working_weekdays": [0, 1, 2, 3, 4, 5], "sending_hour": 10}
    await desk.send("PUT", "/policy", policy | {"calendar": calendar})

    assert (await desk.case(receivable)).next_moment == on("2026-02-07", 9)
    assert await desk.facts() == ["case.opened default", "case.changed calendar"]
    await desk.send("PUT", "/policy", policy | {"calendar": calendar, "minimum_balance": "5.00"})
    assert await desk.facts() == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"calendar": {"time_zone": "Europe/Pariss"}}, "calendar.time_zone: 'Europe/Pariss'"),
        ({"calendar": {"country": "QQ"}}, "calendar.country: 'QQ'"),
        ({"calendar": {"sending_hour": 20}}, "latest_hour"),
        ({"calendar": {"working_weekdays": []}}, "working_weekdays"),
        ({"default_scenario": "nowhere"}, "default_scenario: 'nowhere'"),
        ({"staleness": "P400D"}, "staleness"),
        ({"minimum_balance": "-1.00"}, "minimum_balance"),
        ({"minimum_balance": "12,50"}, "minimum_balance"),
        ({"sending_hour": 9}, "sending_hour: Extra inputs"),
    ],
)
async def test_a_policy_that_cannot_be_followed_is_refused_and_named(
    desk: Desk, change: dict[str, Any], message: str
) -> None:
    before = await desk.get("/policy")
    problem = await desk.send("PUT", "/policy", change, status=422)
    assert message in problem["detail"]
    assert await desk.get("/policy") == before


@pytest.mark.parametrize(("method", "path"), [("POST", "validate"), ("POST", "import"), ("PUT", "standard.yaml")])
async def test_half_a_character_in_a_text_is_a_mistake_like_any_other(desk: Desk, method: str, path: str) -> None:
    text = r'{"key": "standard", "\ud800": 1, "name": "\udc00", "steps": []}'
    headers = desk.keys.bearer(Role.ADMIN) | {"content-type": "application/json"}

    answer = await desk.http.request(method, f"/scenarios/{path}", content=text, headers=headers)

    found = answer.json()
    assert answer.status_code == (200 if path == "validate" else 422)
    assert "unicode" in (found.get("problems") or found["errors"])[0]["expected"]


async def test_a_text_that_unfolds_to_a_thousand_million_words_is_refused_at_once(desk: Desk) -> None:
    """Aliases within aliases, and a tag that would make an object."""
    levels = "\n".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10))
    bomb = f"a0: &a0 [lol, lol]\n{levels}\nkey: x\nname: X\nsteps: *a9\n"
    for text in (bomb, "!!python/object/apply:os.system [id]", "key: !!python/name:os.system x"):
        async with asyncio.timeout(5):
            answer = await desk.ask("POST", "/scenarios/import", headers={"content-type": "application/yaml"},
                                    content=text)  # fmt: skip
        assert answer.status_code == 422, answer.text
        assert len(answer.text) < 20_000
