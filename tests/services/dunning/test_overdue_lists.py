"""The overdue list by e-mail: who asked for it, when it comes, and that each day's is begun once."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import httpx2
import pytest
from sqlmodel import col, select
from temporalio.client import Client, WorkflowExecutionStatus

from chassis.auth import Role
from chassis.caller import with_default_profiles
from chassis.outbox import OutboxMessage
from chassis.passing import TryAgain
from contracts.events import AuditRecorded, UserLocked
from contracts.overdue_list import OverdueListDue, list_id
from services.dunning.handlers import StartOverdueList
from services.dunning.overdue_lists.domain import next_moment
from services.dunning.overdue_lists.use_cases import end_of_locked, send_due
from tests.services.dunning.desk import Desk

PARIS = ZoneInfo("Europe/Paris")


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("after", "weekday", "hour", "moment"),
    [
        ("2026-01-05T06:59", 0, 8, "2026-01-05T07:00"),  # the same Monday
        ("2026-01-05T07:00", 0, 8, "2026-01-12T07:00"),  # it has come
        ("2026-01-11T23:30", 0, 8, "2026-01-12T07:00"),  # already Monday in Paris
        ("2026-01-07T12:00", 4, 17, "2026-01-09T16:00"),
        ("2026-01-07T12:00", 2, 9, "2026-01-14T08:00"),
        ("2026-03-23T08:00", 0, 8, "2026-03-30T06:00"),  # summer time has begun
        ("2026-10-19T08:00", 0, 8, "2026-10-26T07:00"),  # and ended
        ("2026-03-28T12:00", 6, 2, "2026-03-29T01:00"),  # 02:00 is left out: 03:00 of summer time
        ("2026-10-24T12:00", 6, 2, "2026-10-25T00:00"),  # 02:00 comes twice: the first
        ("2026-03-31T12:00", 0, 8, "2026-04-06T06:00"),  # Easter Monday is a Monday
        ("2026-01-07T12:00", 0, 0, "2026-01-11T23:00"),  # midnight
    ],
)
def test_the_next_list_comes_at_its_hour_of_the_wall_clock(after: str, weekday: int, hour: int, moment: str) -> None:
    assert next_moment(weekday, hour, PARIS, after=instant(after)) == instant(moment)


def test_lists_of_a_year_are_a_week_apart_by_the_wall_clock() -> None:
    moment = instant("2026-01-05T07:00")
    for _ in range(52):
        following = next_moment(0, 8, PARIS, after=moment)
        before, local = moment.astimezone(PARIS), following.astimezone(PARIS)
        assert ((local.date() - before.date()).days, local.hour, local.weekday()) == (7, 8, 0)
        moment = following


class Started(list[OverdueListDue]):
    async def __call__(self, due: OverdueListDue) -> None:
        self.append(due)

    @property
    def days(self) -> list[date]:
        return [each.day for each in self]


async def ask(
    desk: Desk, method: str = "GET", body: object = None, *, who: str = "anne", organisation: str = "demo", **more: Any
) -> httpx2.Response:
    """As a person with an address, who may read and nothing else."""
    caller = with_default_profiles(who, organisation, [Role.VIEWER])
    caller = replace(caller, name=who.title(), **{"email": f"{who}@{organisation}.example", **more})
    headers = {"authorization": f"Bearer {desk.keys.mint().sign(caller)}"}
    return await desk.http.request(method, "/overdue-list", json=body, headers=headers)


async def subscribed(desk: Desk, who: str = "anne", **wanted: Any) -> Any:
    answer = await ask(desk, "PUT", {"language": "fr"} | wanted, who=who)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def sent(desk: Desk, at: str, started: Started | None = None) -> Started:
    desk.time.at = instant(at)
    started = Started() if started is None else started
    await send_due(desk.sessions, started, now=desk.time)
    return started


async def test_who_may_read_receivables_asks_for_their_own_list(desk: Desk) -> None:
    assert (await ask(desk)).status_code == 404

    made = await subscribed(desk)

    assert made == (await ask(desk)).json()
    assert made == {
        "owner": "anne",
        "owner_name": "Anne",
        "email": "anne@demo.example",
        "language": "fr",
        "weekday": 0,
        "hour": 8,
        "asked_at": "2026-01-05T10:00:00Z",
        "until": "2026-07-06",
        "next_at": "2026-01-12T07:00:00Z",
    }


async def test_asking_again_changes_it_and_makes_it_last_on(desk: Desk) -> None:
    await subscribed(desk)
    desk.time.at = instant("2026-03-02T10:00")

    again = await subscribed(desk, weekday=4, hour=17, language="en")

    assert (again["until"], again["next_at"]) == ("2026-08-31", "2026-03-06T16:00:00Z")
    assert (await ask(desk, who="anne", email="anne@elsewhere.example")).json()["email"] == "anne@demo.example"
    moved = await ask(desk, "PUT", {"language": "en"}, email="anne@elsewhere.example")
    assert moved.json()["email"] == "anne@elsewhere.example"
    assert len((await desk.get("/overdue-lists"))["items"]) == 1


async def test_two_forms_at_once_make_one_list(desk: Desk) -> None:
    answers = await asyncio.gather(*(ask(desk, "PUT", {"language": "fr", "hour": hour}) for hour in range(6, 12)))

    assert {each.status_code for each in answers} == {200}
    assert len((await desk.get("/overdue-lists"))["items"]) == 1


async def test_a_program_has_no_address_to_send_it_to(desk: Desk) -> None:
    answer = await ask(desk, "PUT", {"language": "fr"}, email=None)

    assert answer.status_code == 409
    assert answer.json()["type"].endswith(":reader_without_address")


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({"weekday": 7}, "weekday"),
        ({"hour": 24}, "hour"),
        ({"language": "de"}, "language"),
        ({"email": "somebody@else.example"}, "email"),
    ],
)
async def test_what_cannot_be_is_named(desk: Desk, wanted: dict[str, object], field: str) -> None:
    answer = await ask(desk, "PUT", {"language": "fr"} | wanted)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


async def test_each_monday_is_begun_once(desk: Desk) -> None:
    await subscribed(desk)

    assert await sent(desk, "2026-01-12T06:59") == []
    started = await sent(desk, "2026-01-12T07:00")
    await sent(desk, "2026-01-12T07:01", started)
    await sent(desk, "2026-01-19T07:30", started)

    assert started.days == [date(2026, 1, 12), date(2026, 1, 19)]
    assert started[0].key == f"overdue-list:{list_id('demo', 'anne')}:2026-01-12"


async def test_one_is_sent_for_all_that_an_outage_missed(desk: Desk) -> None:
    await subscribed(desk)

    started = await sent(desk, "2026-02-04T12:00")
    await sent(desk, "2026-02-09T07:00", started)

    assert started.days == [date(2026, 1, 12), date(2026, 2, 9)]


async def test_one_that_could_not_be_begun_stays_due(desk: Desk) -> None:
    await subscribed(desk)
    desk.time.at = instant("2026-01-12T07:00")

    async def away(_: OverdueListDue) -> None:
        raise TryAgain("Temporal: UNAVAILABLE")

    with pytest.raises(TryAgain):
        await send_due(desk.sessions, away, now=desk.time)
    assert (await sent(desk, "2026-01-12T07:05")).days == [date(2026, 1, 12)]


async def test_two_workers_begin_it_once(desk: Desk) -> None:
    for who in ("anne", "bob", "carl"):
        await subscribed(desk, who)
    desk.time.at = instant("2026-01-12T07:00")
    started = Started()

    await asyncio.gather(*(send_due(desk.sessions, started, now=desk.time) for _ in range(3)))

    assert sorted(each.owner for each in started) == ["anne", "bob", "carl"]


async def test_it_ends_with_the_right_to_sign_in_and_that_of_nobody_else(desk: Desk) -> None:
    anne, bob = str(uuid4()), str(uuid4())
    await subscribed(desk, anne)
    await subscribed(desk, bob)

    for organisation in ("other", "demo"):
        event = UserLocked.model_validate({"organisation": organisation, "user_id": anne})
        assert len((await desk.get("/overdue-lists"))["items"]) == 2
        for _ in range(2):
            async with desk.sessions() as session, session.begin():
                await end_of_locked(event, session)

    assert [each.owner for each in await sent(desk, "2026-01-12T07:00")] == [bob]
    assert [each["owner"] for each in (await desk.get("/overdue-lists"))["items"]] == [bob]


async def test_it_ends_by_itself_unless_it_is_asked_for_again(desk: Desk) -> None:
    await subscribed(desk)

    last = await sent(desk, "2026-07-06T06:00")
    after = await sent(desk, "2026-07-13T06:00")

    assert last.days == [date(2026, 1, 12)]  # the clock leapt: one for all of them
    assert after == []
    assert (await ask(desk)).status_code == 404


async def test_the_last_day_still_has_its_list(desk: Desk) -> None:
    await subscribed(desk)
    await sent(desk, "2026-06-29T06:00")

    assert (await sent(desk, "2026-07-06T06:00")).days == [date(2026, 7, 6)]


async def test_another_time_zone_moves_the_lists_of_that_organisation(desk: Desk) -> None:
    await subscribed(desk)
    await ask(desk, "PUT", {"language": "fr"}, organisation="other")

    policy = await desk.get("/policy")
    changed = {name: value for name, value in policy.items() if name != "updated_at"}
    calendar = policy["calendar"] | {"country": "CA", "time_zone": "America/Montreal"}
    await desk.send("PUT", "/policy", changed | {"calendar": calendar})

    assert (await ask(desk)).json()["next_at"] == "2026-01-05T13:00:00Z"
    assert (await ask(desk, organisation="other")).json()["next_at"] == "2026-01-12T07:00:00Z"


async def test_who_stops_it_gets_no_more(desk: Desk) -> None:
    await subscribed(desk)

    assert [(await ask(desk, "DELETE")).status_code for _ in range(2)] == [204, 204]
    assert (await ask(desk)).status_code == 404
    assert await sent(desk, "2026-01-12T07:00") == []


async def test_an_administrator_sees_who_gets_it_and_ends_that_of_others(desk: Desk) -> None:
    for who in ("carl", "anne", "bob"):
        await subscribed(desk, who)

    first = await desk.get("/overdue-lists?limit=2")
    rest = await desk.get(f"/overdue-lists?limit=2&cursor={first['next']}")
    assert [each["owner"] for each in (*first["items"], *rest["items"])] == ["anne", "bob", "carl"]
    assert rest["next"] is None
    for _ in range(2):
        await desk.send("DELETE", "/overdue-lists/bob", status=204)
    assert [each["owner"] for each in (await desk.get("/overdue-lists"))["items"]] == ["anne", "carl"]


async def test_the_service_that_sends_it_reads_one_and_may_end_none(desk: Desk) -> None:
    await subscribed(desk)

    assert (await desk.get("/overdue-lists/anne", role=Role.SERVICE))["email"] == "anne@demo.example"
    assert (await desk.ask("DELETE", "/overdue-lists/anne", role=Role.SERVICE)).status_code == 403
    assert (await desk.ask("GET", "/overdue-lists/bob", role=Role.SERVICE)).status_code == 404


async def test_lists_of_another_organisation_do_not_exist(desk: Desk) -> None:
    await subscribed(desk)

    assert (await ask(desk, organisation="other")).status_code == 404
    assert (await desk.get("/overdue-lists", organisation="other"))["items"] == []
    assert (await desk.ask("GET", "/overdue-lists/anne", organisation="other")).status_code == 404
    assert (await desk.ask("DELETE", "/overdue-lists/anne", organisation="other")).status_code == 204
    assert (await ask(desk)).status_code == 200


async def test_the_audit_tells_who_asked_and_who_ended_it(desk: Desk) -> None:
    await subscribed(desk)
    await subscribed(desk, hour=9)
    await desk.send("DELETE", "/overdue-lists/anne", status=204)

    async with desk.sessions() as session:
        query = select(OutboxMessage.body).where(OutboxMessage.subject == AuditRecorded.type)
        rows = (await session.exec(query.order_by(col(OutboxMessage.position)))).all()
    told = [AuditRecorded.model_validate_json(body) for body in rows]
    assert [(each.action, each.actor, each.object) for each in told] == [
        ("dunning.ask_for_overdue_list", "anne", "overdue_lists/demo:anne"),
        ("dunning.ask_for_overdue_list", "anne", "overdue_lists/demo:anne"),
        ("dunning.end_overdue_list_of", "somebody", "overdue_lists/demo:anne"),
    ]
    assert told[1].changes[0].after == {"hour": 9, "next_at": "2026-01-12T08:00:00+00:00"}


async def test_the_workflow_of_a_day_is_started_once(temporal: Client) -> None:
    start = StartOverdueList(temporal)
    due = OverdueListDue(organisation="demo", owner="dora", day=date(2026, 1, 12))

    await asyncio.gather(start(due), start(due))
    await start(due)

    handle = temporal.get_workflow_handle(due.key)
    found = await handle.describe()
    assert (found.status, found.workflow_type) == (WorkflowExecutionStatus.RUNNING, "SendOverdueList")
    await handle.terminate()
    await start(due)
    assert (await handle.describe()).status is WorkflowExecutionStatus.TERMINATED
