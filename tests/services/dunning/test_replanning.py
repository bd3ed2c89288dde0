"""Running cases planned anew some at a time, since an organisation may have very many."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from contracts.dunning import CaseState
from contracts.receivable import Receivable
from services.dunning.cases.following import follow
from services.dunning.cases.models import Case
from services.dunning.cases.planning import Planner, replan
from services.dunning.replanning import use_cases
from services.dunning.replanning.models import Replanning
from services.dunning.replanning.use_cases import go_on
from tests.services.dunning.desk import Desk, a_receivable, on, settled
from tests.services.dunning.test_scenarios import draft
from tests.support.databases import WAITING_FOR_A_LOCK

CHANGED = "case.changed calendar"
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _two_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(use_cases, "AT_ONCE", 2)


async def five(desk: Desk) -> list[Receivable]:
    """In the order of their creation."""
    receivables = [a_receivable() for _ in range(5)]
    for receivable in receivables:
        await desk.take(receivable)
        desk.time.at += MINUTE
    await desk.facts()
    return receivables


async def go_to_the_end(desk: Desk) -> None:
    while await go_on(desk.sessions, now=desk.time()):
        pass


async def at_ten(desk: Desk) -> None:
    """Reminders leave at ten o'clock from now on."""
    policy: dict[str, Any] = await desk.get("/policy")
    policy.pop("updated_at")
    await desk.send("PUT", "/policy", policy | {"calendar": policy["calendar"] | {"sending_hour": 10}})


async def test_the_request_plans_the_first_and_the_worker_the_rest_each_once(desk: Desk) -> None:
    receivables = await five(desk)
    before = (await desk.case(receivables[0])).next_moment
    await at_ten(desk)
    assert (await desk.facts()).count(CHANGED) == 2
    assert (await desk.case(receivables[0])).next_moment == before

    await go_to_the_end(desk)

    assert await desk.facts() == [CHANGED] * 3
    moments = [(await desk.case(each)).next_moment for each in receivables]
    assert {moment.hour for moment in moments if moment} == {9}  # ten in Paris, in winter
    assert not await go_on(desk.sessions, now=desk.time())


async def test_what_closes_opens_or_changes_meanwhile_is_as_it_was_left(desk: Desk) -> None:
    receivables = await five(desk)
    await at_ten(desk)
    await desk.take(settled(receivables[0]))
    desk.time.at += MINUTE
    new = a_receivable()
    await desk.take(new)
    await desk.facts()

    await go_to_the_end(desk)

    assert await desk.facts() == [CHANGED] * 2
    assert (await desk.case(receivables[0])).state is CaseState.CLOSED
    assert len(await desk.journal(new)) == 1


async def test_a_case_that_follows_a_newer_version_already_is_not_brought_back(desk: Desk) -> None:
    receivables = await five(desk)
    for day in (3, 4):
        await draft(desk, ("first-reminder", day))
        published = await desk.send("POST", "/scenarios/standard/publish", {"migrate": True})
        assert published["migrated"] == 5

    await go_to_the_end(desk)

    assert [(await desk.case(each)).version for each in receivables] == [3] * 5
    assert {(await desk.case(each)).next_moment for each in receivables} == {on("2026-02-04", 8)}


async def test_a_case_that_follows_another_scenario_meanwhile_keeps_it(desk: Desk) -> None:
    receivables = await five(desk)
    await draft(desk, ("first-reminder", 3))
    await desk.send("POST", "/scenarios/standard/publish", {"migrate": True})
    moved = receivables[0]
    await draft(desk, ("call", 5), key="firm")
    await desk.send("POST", "/scenarios/firm/publish", {})
    await desk.send("POST", f"/cases/{moved.invoice_id}/scenario", {"scenario": "firm", "note": "a good customer"})

    await go_to_the_end(desk)

    case = await desk.case(moved)
    assert (case.scenario, case.version) == ("firm", 1)


async def test_the_journal_names_who_asked_for_it_also_where_the_worker_did_it(desk: Desk) -> None:
    receivables = await five(desk)
    await at_ten(desk)
    await go_to_the_end(desk)

    told = (await desk.get("/journal?reason=calendar"))["items"]
    assert {entry["invoice_id"] for entry in told} == {str(each.invoice_id) for each in receivables}
    assert len({(entry["author"], entry["author_name"]) for entry in told}) == 1
    assert told[0]["author_name"]


async def test_a_case_that_closes_while_it_is_waited_for_is_left_alone(desk: Desk) -> None:
    receivables = await five(desk)
    await at_ten(desk)
    await desk.facts()
    async with desk.sessions() as session, session.begin():
        await follow(session, settled(receivables[2]), now=desk.time())
        going_on = asyncio.create_task(go_on(desk.sessions, now=desk.time()))
        while not await waits_for_a_lock(desk):
            await asyncio.sleep(0.01)
    await going_on
    await go_to_the_end(desk)

    assert sorted(await desk.facts()) == [*[CHANGED] * 2, "case.closed settled"]


async def waits_for_a_lock(desk: Desk) -> bool:
    async with desk.sessions() as session:
        return bool((await (await session.connection()).execute(text(WAITING_FOR_A_LOCK))).scalar_one())


async def test_an_organisation_whose_cases_fail_keeps_no_other_waiting(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await five(desk)
    await at_ten(desk)
    other = a_receivable(organisation="autre")
    await desk.take(other)
    desk.time.at += MINUTE
    async with desk.sessions() as session, session.begin():
        session.add(a_replanning("autre", now=desk.time()))

    async def fail_in_demo(planner: Planner, case: Case, *arguments: Any, **options: Any) -> None:
        if case.organisation == "demo":
            raise ValueError("no such version")
        await replan(planner, case, *arguments, **options)

    monkeypatch.setattr(use_cases, "replan", fail_in_demo)
    with pytest.raises(ValueError, match="no such version") as failure:
        await go_on(desk.sessions, now=desk.time())

    assert failure.value.__notes__[0].startswith("replanning ")
    told = await desk.get("/journal?reason=calendar", organisation="autre")
    assert [entry["invoice_id"] for entry in told["items"]] == [str(other.invoice_id)]


def a_replanning(organisation: str, *, now: datetime) -> Replanning:
    """After its calendar changed."""
    return Replanning(
        organisation=organisation, author="user-1", author_name="Anne", before_created_at=now, before_id=use_cases.LAST
    )
