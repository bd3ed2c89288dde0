"""Calls: what a promise or a dispute does to the case, and that none of it is lost when a case cannot wait."""

from typing import Any
from uuid import UUID

import pytest

from chassis.auth import Role
from contracts.rights import Right
from tests.services.console.browser import Browser, pressed_by_enter, words_of
from tests.services.console.place import Place
from tests.services.console.test_pages import csrf_of

pytestmark = pytest.mark.prints

PROMISED = {"outcome": "promised", "promised_on": "2026-03-02"}


async def a_call(place: Place, name: str = "Garage Lefèvre") -> tuple[Any, str]:
    """An invoice long overdue, and the call about it that is due today."""
    place.at("2026-01-05")
    invoice = await place.owes(name, due="2026-01-12")
    place.at("2026-02-23")
    return invoice, (await place.calls(invoice, due="2026-02-23"))["evidence"]["task_id"]


async def case_of(place: Place, invoice: Any) -> Any:
    return await place.ask(place.dunning, "GET", f"/cases/{invoice['id']}", None, Role.ADMIN)


async def status_of(place: Place, task: str) -> str:
    return str((await place.ask(place.notify, "GET", f"/tasks/{task}", None, Role.ADMIN))["status"])


async def note(browser: Browser, task: str, **typed: str) -> Any:
    return await browser.send(await browser.get("/tasks"), f"/tasks/{task}", **typed)


async def test_a_promise_of_a_call_is_judged_as_any_promise(signed_in: Browser, place: Place) -> None:
    invoice, task = await a_call(place)

    await note(signed_in, task, **PROMISED, note="Anne")

    (hold,) = (await case_of(place, invoice))["holds"]
    told = (hold["kind"], hold["promised_on"], hold["amount"], hold["note"])
    assert told == ("promised", "2026-03-02", "1200.00", "Anne")
    await place.pays(invoice, invoice["total"])
    assert "promise_kept" in [each["reason"] for each in (await case_of(place, invoice))["journal"]]


async def test_a_dispute_of_a_call_holds_the_case_until_someone_resumes_it(signed_in: Browser, place: Place) -> None:
    invoice, task = await a_call(place)

    await note(signed_in, task, outcome="disputed", promised_on="2026-03-02", note="A bag was missing")

    (hold,) = (await case_of(place, invoice))["holds"]
    assert (hold["kind"], hold["until"], hold["note"]) == ("disputed", None, "A bag was missing")
    assert await status_of(place, task) == "completed"


async def test_a_form_sent_twice_holds_once(signed_in: Browser, place: Place) -> None:
    invoice, task = await a_call(place)
    page = await signed_in.get("/tasks")

    answers = [await signed_in.send(page, f"/tasks/{task}", **PROMISED) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    facts = [each["outcome"] for each in (await case_of(place, invoice))["journal"]]
    assert facts.count("paused") == 1


@pytest.mark.parametrize("typed", [{"note": "x" * 1001}, {"note": "a\0b"}, {"promised_on": "2026-02-22"}])
async def test_what_is_refused_is_said_at_its_field_and_the_call_stays_open(
    signed_in: Browser, place: Place, typed: dict[str, str]
) -> None:
    invoice, task = await a_call(place)

    answer = await note(signed_in, task, **(PROMISED | typed))

    assert answer.status_code == 422
    assert f'id="{task}-{next(iter(typed))}-wrong"' in answer.text
    assert await status_of(place, task) == "opened"
    assert (await case_of(place, invoice))["holds"] == []


async def test_a_call_shows_what_is_owed_today_and_else_when_it_was_known(signed_in: Browser, place: Place) -> None:
    invoice, _ = await a_call(place)
    await place.pays(invoice, "1000.00")
    number = invoice["number"]

    today = words_of((await signed_in.get("/tasks")).text)
    place.app.state.peers["billing"] = "http://127.0.0.1:1"
    unknown = words_of((await signed_in.get("/tasks")).text)

    assert f"{number} €200.00" in today
    assert "€1,200.00" not in today
    assert f"{number} as of 23 Feb 2026, when the call was planned €1,200.00" in unknown


async def test_enter_in_a_field_says_nothing_of_how_a_call_went(signed_in: Browser, place: Place) -> None:
    _, task = await a_call(place)
    page = await signed_in.get("/tasks")
    assert " disabled" in pressed_by_enter(page.text, f"/tasks/{task}")


async def test_a_long_note_of_a_call_that_holds_nothing_is_kept(signed_in: Browser, place: Place) -> None:
    _, task = await a_call(place)
    assert (await note(signed_in, task, outcome="reached", note="x" * 4000)).status_code == 303
    assert await status_of(place, task) == "completed"


async def test_a_call_about_a_closed_case_is_noted_and_says_that_nothing_waits(
    signed_in: Browser, place: Place
) -> None:
    invoice, task = await a_call(place)
    await place.ask(place.dunning, "POST", f"/cases/{invoice['id']}/close", {"reason": "written_off"}, Role.ADMIN)
    page = await signed_in.get("/tasks")

    for _ in range(2):  # sent twice it says the same
        answer = await signed_in.send(page, f"/tasks/{task}", **PROMISED)
        told = await signed_in.get(answer.headers["location"])
        assert f"Noted: Garage Lefèvre. Not put on hold, since the case is closed: {invoice['number']}." in words_of(
            told.text
        )
        assert 'class="notice problem"' in told.text
    assert await status_of(place, task) == "completed"


async def test_who_may_hold_no_case_is_told_so_before_and_after(browser: Browser, place: Place) -> None:
    invoice, task = await a_call(place)
    place.identity.withheld = frozenset({Right.CASES_STEER})
    await browser.sign_in("collector")
    page = await browser.get("/tasks")
    assert "Your profile may not hold cases." in words_of(page.text)

    answer = await browser.send(page, f"/tasks/{task}", **PROMISED)

    told = words_of((await browser.get(answer.headers["location"])).text)
    assert "Nothing is on hold: your profile may not hold cases." in told
    assert await status_of(place, task) == "completed"
    assert (await case_of(place, invoice))["holds"] == []


async def test_a_call_that_someone_else_noted_meanwhile_holds_nothing_and_loses_no_note(
    signed_in: Browser, place: Place
) -> None:
    invoice, task = await a_call(place)
    page = await signed_in.get("/tasks")
    done = {"outcome": "reached", "note": "Léa was faster"}
    await place.ask(place.notify, "POST", f"/tasks/{task}/complete", done, Role.ADMIN)

    answer = await signed_in.send(page, f"/tasks/{task}", **PROMISED, note="Anne pays")

    assert answer.status_code == 422
    text = words_of(answer.text)
    assert "This task was completed by someone else meanwhile. You had noted: Anne pays" in text
    assert (await case_of(place, invoice))["holds"] == []


async def test_a_refused_call_is_shown_though_it_is_not_on_this_page_of_the_list(
    signed_in: Browser, place: Place
) -> None:
    _, task = await a_call(place)
    page = await signed_in.get("/tasks")
    csrf = csrf_of(page)

    answer = await signed_in.post(f"/tasks/{task}?assignee=nobody", csrf=csrf, outcome="promised")

    assert answer.status_code == 422
    assert f'id="{task}-promised_on-wrong"' in answer.text


async def test_the_calls_that_today_counts_are_those_that_its_link_shows(browser: Browser, place: Place) -> None:
    _, mine = await a_call(place)
    place.at("2026-01-05")
    invoice = await place.owes("Of Léa", due="2026-01-12")
    place.at("2026-02-23")
    hers = (await place.calls(invoice, due="2026-02-20", assignee="lea"))["evidence"]["task_id"]
    await browser.sign_in("collector")

    today = await browser.get("/today")

    assert "2 Calls to make" in words_of(today.text)
    path = today.text.partition("Calls to make</a>")[0].rpartition('href="')[2].partition('"')[0]
    shown = (await browser.get(path)).text
    assert [f"task-{UUID(each)}" in shown for each in (mine, hers)] == [True, True]
