"""Versions of a scenario side by side, previews of real invoices, and the cases that a version would change."""

from typing import Any
from uuid import uuid4

from tests.services.dunning.desk import Desk, a_receivable, on


def a_scenario(*steps: dict[str, Any], name: str = "Standard") -> dict[str, Any]:
    return {"key": "standard", "name": name, "steps": list(steps)}


def an_email(key: str, days: int, **more: Any) -> dict[str, Any]:
    return {"key": key, "days": days, "kind": "email", "template": "first-reminder"} | more


async def publish(desk: Desk, *steps: dict[str, Any], **options: Any) -> None:
    await desk.send("PUT", "/scenarios/standard/draft", a_scenario(*steps, **options))
    await desk.send("POST", "/scenarios/standard/publish", {})


async def test_two_versions_are_compared_step_by_step(desk: Desk) -> None:
    await publish(desk, an_email("a", 1), an_email("b", 2))
    changed = an_email("b", 5, conditions={"minimum_balance": "50.00"}, repeat={"every_days": 7, "times": 2})
    await desk.send("PUT", "/scenarios/standard/draft", a_scenario(changed, an_email("c", 9), name="Softer"))

    found = await desk.get("/scenarios/standard/comparison?before=2")

    assert (found["before"], found["after"]) == (2, 3)
    assert found["name"] == {"field": "name", "before": "Standard", "after": "Softer"}
    assert [step["key"] for step in found["added"]] == ["c"]
    assert [step["key"] for step in found["removed"]] == ["a"]
    (change,) = found["changed"]
    assert {each["field"]: (each["before"], each["after"]) for each in change["fields"]} == {
        "days": (2, 5),
        "conditions.minimum_balance": (None, "50.00"),
        "repeat.every_days": (None, 7),
        "repeat.times": (None, 2),
    }


async def test_a_version_that_does_not_exist_is_not_compared(desk: Desk) -> None:
    await desk.send("GET", "/scenarios/standard/comparison?before=9", status=404)
    await desk.send("GET", "/scenarios/standard/comparison", status=422)


async def test_versions_are_listed_newest_first_with_the_cases_that_follow_them(desk: Desk) -> None:
    await desk.take(a_receivable(), a_receivable())
    await publish(desk, an_email("a", 1))
    await desk.take(a_receivable())
    await desk.send("PUT", "/scenarios/standard/draft", a_scenario(an_email("b", 1)))

    first = await desk.get("/scenarios/standard/versions?limit=2")
    second = await desk.get(f"/scenarios/standard/versions?limit=2&cursor={first['next']}")

    shown = [(each["version"], each["status"], each["running"]) for each in first["items"] + second["items"]]
    assert shown == [(3, "draft", 0), (2, "published", 1), (1, "published", 2)]
    assert (first["items"][0]["saved_by"], second["next"]) == ("somebody", None)


async def test_a_preview_for_an_invoice_shows_what_is_done_and_when_the_rest_comes(desk: Desk) -> None:
    receivable = a_receivable()
    await desk.take(receivable)
    desk.time.at = on("2026-02-09", 8)
    await desk.decide(receivable)
    content = a_scenario(an_email("first-reminder", 3), an_email("b", 12), an_email("c", 21))

    shown = await desk.send(
        "POST",
        "/scenarios/standard/preview",
        {"invoice_id": str(receivable.invoice_id), "content": content},
    )

    assert (shown["version"], shown["due_date"]) == (None, "2026-01-31")
    assert [(each["step"], each["prospect"], each["day"]) for each in shown["steps"]] == [
        ("first-reminder", "done", "2026-02-03"),
        ("b", "planned", "2026-02-12"),
        ("c", "planned", "2026-02-23"),
    ]


async def test_a_preview_asks_for_one_due_date_or_one_invoice(desk: Desk) -> None:
    path = "/scenarios/standard/preview"
    both = {"invoice_id": str(uuid4()), "due_date": "2026-01-31"}
    for body in ({}, both, {"due_date": "2026-01-31", "version": 1, "content": a_scenario(an_email("a", 1))}):
        await desk.send("POST", path, body, status=422)
    await desk.send("POST", path, {"invoice_id": str(uuid4())}, status=404)
    other = a_scenario(an_email("a", 1)) | {"key": "other"}
    refused = await desk.send("POST", path, {"due_date": "2026-01-31", "content": other}, status=422)
    assert refused["detail"].startswith("content.key: 'other'")


async def test_the_cases_that_a_version_would_change_come_a_page_at_a_time_with_their_next_steps(desk: Desk) -> None:
    receivables = [a_receivable(number=f"F-{number}") for number in range(5)]
    await desk.take(*receivables)
    await desk.send("PUT", "/scenarios/standard/draft", a_scenario(an_email("a", 3)))

    first = await desk.get("/scenarios/standard/migration?limit=3")
    second = await desk.get(f"/scenarios/standard/migration?limit=3&cursor={first['next']}")

    assert (first["changed"], first["unchanged"], len(first["cases"])) == (5, 0, 3)
    assert {each["number"] for each in first["cases"] + second["cases"]} == {each.number for each in receivables}
    assert second["next"] is None
    case = first["cases"][0]
    assert (case["next_step"]["step"], case["next_step_after"]["step"]) == ("first-reminder", "a")
    assert case["next_step_after"]["day"] == "2026-02-03"


PUBLISH = "/scenarios/standard/publish"


async def looked_at(desk: Desk) -> dict[str, str]:
    """What says that the draft was looked at as it is now."""
    return {"unless_changed_since": (await desk.get("/scenarios/standard/draft"))["saved_at"]}


async def test_a_draft_is_published_as_it_was_looked_at_or_not_at_all(desk: Desk) -> None:
    await desk.send("PUT", "/scenarios/standard/draft", a_scenario(an_email("a", 1)))
    seen = await looked_at(desk)
    desk.time.at = on("2026-02-09", 8)
    await desk.send("PUT", "/scenarios/standard/draft", a_scenario(an_email("a", 90)))

    refused = await desk.send("POST", PUBLISH, {"migrate": True}, params=seen, status=409)

    assert refused["type"].endswith("changed_meanwhile")
    assert (refused["changed_by"], refused["changed_at"]) == ("somebody", "2026-02-09T08:00:00+00:00")
    assert (await desk.get("/scenarios/standard"))["published"]["version"] == 1
    published = await desk.send("POST", PUBLISH, {"migrate": True}, params=await looked_at(desk))
    assert published["scenario"]["version"] == 2


async def test_what_another_one_published_meanwhile_reaches_cases_only_if_it_is_what_was_looked_at(desk: Desk) -> None:
    await desk.take(a_receivable())
    await desk.send("PUT", "/scenarios/standard/draft", a_scenario(an_email("a", 1)))
    seen = await looked_at(desk)
    desk.time.at = on("2026-02-09", 8)
    await desk.send("POST", PUBLISH, {})
    assert (await desk.send("POST", PUBLISH, {"migrate": True}, params=seen))["migrated"] == 1

    await publish(desk, an_email("a", 90))
    refused = await desk.send("POST", PUBLISH, {"migrate": True}, params=seen, status=409)
    assert refused["type"].endswith("changed_meanwhile")


async def test_cases_are_not_moved_to_the_version_in_force_when_the_draft_that_was_looked_at_is_gone(
    desk: Desk,
) -> None:
    await publish(desk, an_email("a", 1))
    desk.time.at = on("2026-02-09", 8)
    await desk.send("PUT", "/scenarios/standard/draft", a_scenario(an_email("a", 90)))
    seen = await looked_at(desk)
    await desk.send("DELETE", "/scenarios/standard/draft", status=204)

    refused = await desk.send("POST", PUBLISH, {"migrate": True}, params=seen, status=409)

    assert refused["type"].endswith("nothing_to_publish")
