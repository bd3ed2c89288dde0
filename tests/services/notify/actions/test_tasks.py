"""Tasks: a planned call with what the caller needs, opened once, completed with an outcome."""

import asyncio
from typing import Any

import pytest

from chassis.auth import Role
from contracts.events import TaskCompleted, TaskOpened
from contracts.parties import Language
from services.notify.rendering.samples import Sample
from tests.services.notify.actions.speaking import INVOICE, Body, Notify, a_context, a_quote_context, a_task


async def task_of(notify: Notify, outcome: Body) -> Body:
    task: Body = (await notify.get(f"/tasks/{outcome['evidence']['task_id']}")).json()
    return task


async def complete(notify: Notify, opened: Body, **completion: Any) -> Any:
    return await notify.post(f"/tasks/{opened['evidence']['task_id']}/complete", completion, role=Role.COLLECTOR)


async def test_a_task_says_whom_to_call_when_and_why(notify: Notify) -> None:
    outcome = await notify.opened(assignee="lea", due_on="2026-04-02")

    task = await task_of(notify, outcome)
    assert outcome["status"] == "opened"
    assert outcome["recipient"] == "lea"
    assert task["assignee"] == "lea"
    assert task["due_on"] == "2026-04-02"
    assert task["phone"] == "+33 4 72 00 00 00"
    assert task["customer"] == "Garage Lefèvre & Fils"
    assert task["invoices"] == [
        {
            "invoice_id": INVOICE,
            "number": "F-2026-00042",
            "issue_date": "2026-01-01",
            "due_date": "2026-01-31",
            "total": "1234.50",
            "balance": "1234.50",
            "currency": "EUR",
            "days_late": 60,
        }
    ]
    assert "Appeler Garage Lefèvre & Fils au +33 4 72 00 00 00" in task["note"]
    assert await notify.facts() == [TaskOpened.type]


async def test_the_same_key_again_is_the_same_task(notify: Notify) -> None:
    first = await notify.opened()
    again = await notify.post("/tasks", a_task(assignee="another"))

    assert again.status_code == 200
    assert again.json() == first
    assert await notify.facts() == [TaskOpened.type]


async def test_twenty_requests_at_once_open_one_task(notify: Notify) -> None:
    answers = await asyncio.gather(*(notify.post("/tasks", a_task()) for _ in range(20)))

    assert sorted(answer.status_code for answer in answers) == [200] * 19 + [201]
    assert len({answer.text for answer in answers}) == 1
    assert len((await notify.get("/tasks")).json()["items"]) == 1
    assert await notify.facts() == [TaskOpened.type]


async def test_a_customer_without_a_number_still_gets_a_call(notify: Notify) -> None:
    task = await task_of(notify, await notify.opened(context=a_context(Sample.BARE)))

    assert task["phone"] is None
    assert "numéro inconnu" in task["note"]


@pytest.mark.parametrize(("language", "words"), [(Language.FRENCH, "aucuns frais"), (Language.ENGLISH, "Ask no fee")])
async def test_the_note_about_a_consumer_speaks_of_no_costs(notify: Notify, language: Language, words: str) -> None:
    note = (await task_of(notify, await notify.opened(context=a_context(Sample.CONSUMER, language=language))))["note"]

    assert words in note
    assert "L441-10" not in note


async def test_a_call_is_completed_with_its_outcome(notify: Notify) -> None:
    outcome = await notify.opened()

    done = await complete(notify, outcome, outcome="promised", note="Virement vendredi.", promised_on="2026-04-03")
    again = await complete(notify, outcome, outcome="promised", note="Virement vendredi.", promised_on="2026-04-03")

    assert done.status_code == 200
    assert done.json()["status"] == "completed"
    assert done.json()["promised_on"] == "2026-04-03"
    assert done.json()["outcome_note"] == "Virement vendredi."
    assert (done.json()["completed_by"], done.json()["completed_by_name"]) == ("somebody", "somebody")
    assert again.json() == done.json()
    assert await notify.facts() == [TaskOpened.type, TaskCompleted.type]
    action = (await notify.get(f"/actions/{outcome['key']}")).json()
    assert action["status"] == "completed"
    assert action["evidence"]["outcome"] == "promised"


async def test_a_completed_call_is_not_completed_otherwise(notify: Notify) -> None:
    outcome = await notify.opened()
    await complete(notify, outcome, outcome="no_answer", note="")

    answer = await complete(notify, outcome, outcome="disputed", note="Marchandise abîmée.")

    assert answer.status_code == 409
    assert "was completed as no_answer by somebody" in answer.json()["detail"]
    assert (await task_of(notify, outcome))["outcome"] == "no_answer"


@pytest.mark.parametrize(
    ("completion", "expected"),
    [
        ({"outcome": "promised"}, "promised_on: None is not valid; expected the date of payment promised"),
        ({"outcome": "promised", "promised_on": "2026-03-30"}, "promised_on: '2026-03-30' is not valid"),
        ({"outcome": "reached", "promised_on": "2026-04-03"}, "expected nothing, unless the outcome is promised"),
        ({"outcome": "angry"}, "outcome"),
        ({"outcome": "reached", "mood": "bad"}, "mood: Extra inputs are not permitted"),
        ({"outcome": "reached", "note": "x" * 4001}, "note"),
    ],
)
async def test_a_wrong_completion_is_named(notify: Notify, completion: dict[str, Any], expected: str) -> None:
    outcome = await notify.opened()

    answer = await complete(notify, outcome, **completion)

    assert answer.status_code == 422
    assert expected in answer.json()["detail"]
    assert (await task_of(notify, outcome))["status"] == "opened"


async def test_tasks_are_listed_by_due_date_for_an_assignee(notify: Notify) -> None:
    for assignee, day in (("lea", "03"), ("lea", "01"), ("lea", "02"), ("tom", "01")):
        await notify.opened(key=f"{assignee}-{day}", assignee=assignee, due_on=f"2026-04-{day}")

    first = (await notify.get("/tasks", assignee="lea", limit="2")).json()
    second = (await notify.get("/tasks", assignee="lea", limit="2", cursor=first["next"])).json()
    due = (await notify.get("/tasks", due="2026-04-01", status="opened")).json()

    assert [task["key"] for task in first["items"]] == ["lea-01", "lea-02"]
    assert [task["key"] for task in second["items"]] == ["lea-03"]
    assert {task["key"] for task in due["items"]} == {"lea-01", "tom-01"}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"due_on": "1926-04-01"}, "due_on: 1926-04-01 is out of range"),
        ({"assignee": ""}, "assignee"),
        ({"template": "quote"}, "template: 'quote' is not valid; expected a template about a receivable"),
        ({"surprise": 1}, "surprise: Extra inputs are not permitted"),
        ({"context": a_quote_context()}, "context.about: 'quote' is not valid; expected receivable"),
        ({"context": a_context(receivable={"status": "written_off"})}, "context.receivable.status: 'written_off'"),
    ],
)
async def test_a_wrong_request_is_named_and_nothing_is_stored(
    notify: Notify, changes: dict[str, Any], expected: str
) -> None:
    answer = await notify.post("/tasks", a_task() | changes)

    assert answer.status_code == 422
    assert expected in answer.json()["detail"]
    assert (await notify.get("/tasks")).json()["items"] == []


async def test_another_organisation_finds_no_task(notify: Notify) -> None:
    outcome = await notify.opened()
    path = f"/tasks/{outcome['evidence']['task_id']}"

    assert (await notify.get(path, organisation="other")).status_code == 404
    completing = await notify.post(
        f"{path}/complete", {"outcome": "reached"}, role=Role.COLLECTOR, organisation="other"
    )
    assert completing.status_code == 404
    assert (await notify.get("/tasks", organisation="other")).json()["items"] == []
