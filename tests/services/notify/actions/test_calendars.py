"""Planned calls in a calendar program: a secret address that tells them and nothing else."""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from fastapi import FastAPI
from icalendar import Calendar
from sqlalchemy import text

from chassis.auth import Role
from chassis.caller import with_default_profiles
from chassis.clock import real_now
from chassis.limits import Limits
from contracts.events import UserLocked
from deploy.local.servers import NatsServer
from tests.services.notify.actions.speaking import Notify, a_task
from tests.services.notify.actions.test_changes import change
from tests.services.notify.actions.test_closings import a_new_bus, listening
from tests.services.notify.actions.test_reopenings import OWED


@pytest.fixture(autouse=True)
def _as_it_was(app: FastAPI) -> Iterator[None]:
    """Real time and full buckets, for the tests that share this app."""
    app.state.limits = Limits()
    yield
    app.state.real_now = real_now
    app.state.limits = Limits()


async def a_feed(notify: Notify, **asked: str) -> str:
    return await feed_of(notify, "somebody", **asked)


async def ask(notify: Notify, method: str, path: str, role: Role, organisation: str = "demo") -> httpx2.Response:
    return await notify.client.request(method, path, headers=notify.keys.bearer(role, organisation=organisation))


async def read(notify: Notify, secret: str) -> httpx2.Response:
    return await notify.client.get(f"/public/calendars/{secret}")


def events_of(answer: httpx2.Response) -> list[Any]:
    assert answer.status_code == 200, answer.text
    calendar = Calendar.from_ical(answer.content)
    assert isinstance(calendar, Calendar)
    return list(calendar.events)


async def test_a_feed_tells_the_calls_that_are_planned(notify: Notify) -> None:
    await notify.opened(due_on="2026-04-02")
    answer = await read(notify, await a_feed(notify, language="en"))

    (event,) = events_of(answer)
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert event["summary"] == "Call Garage Lefèvre & Fils"
    assert event["description"] == "+33 4 72 00 00 00"
    assert (event["dtstart"].dt, event["dtend"].dt) == (date(2026, 4, 2), date(2026, 4, 3))
    assert event["dtstamp"].dt.tzinfo is not None


async def test_a_call_that_is_put_off_is_told_on_its_new_day(notify: Notify) -> None:
    await notify.opened()
    await change(notify, balance=OWED, due_date="2026-04-20")

    (event,) = events_of(await read(notify, await a_feed(notify)))
    assert event["dtstart"].dt == date(2026, 4, 21)


async def test_it_tells_no_amount_no_invoice_and_no_note(notify: Notify) -> None:
    await notify.opened()
    told = (await read(notify, await a_feed(notify))).text.replace("\r\n ", "")

    for kept in ("1234", "1 234", "F-2026-00042", "EUR", "€"):
        assert kept not in told
    assert set(re.findall(r"^([A-Z-]+)[;:]", told, re.M)) == {
        *("BEGIN", "END", "PRODID", "VERSION", "X-WR-CALNAME", "X-PUBLISHED-TTL"),
        *("UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "DESCRIPTION", "TRANSP", "CLASS"),
    }


async def test_what_it_tells_is_valid(notify: Notify) -> None:
    """RFC 5545: lines of 75 octets at most that end in CRLF, text escaped, one component at least, every UID once."""
    secret = await a_feed(notify)
    empty = await read(notify, secret)
    nasty = "A; B, C\\ d'Entreprise Générale du Bâtiment et des Travaux Publics de Haute-Normandie, successeurs"
    for number in range(3):
        body = a_task(key=f"k:{number}")
        body["context"]["receivable"]["contact"]["name"] = nasty
        assert (await notify.post("/tasks", body)).status_code == 201
    full = await read(notify, secret)

    for answer in (empty, full):
        assert answer.content.endswith(b"END:VCALENDAR\r\n")
        assert b"\n" not in answer.content.replace(b"\r\n", b"")
        assert max(len(line) for line in answer.content.split(b"\r\n")) <= 75
        calendar = Calendar.from_ical(answer.content)
        assert calendar.subcomponents
        assert not calendar.errors
        assert (calendar["version"], bool(calendar["prodid"])) == ("2.0", True)
    assert [event["summary"] for event in events_of(full)] == [f"Appeler {nasty}"] * 3
    assert len({str(event["uid"]) for event in events_of(full)}) == 3


async def test_a_call_that_is_made_leaves_the_calendar(notify: Notify) -> None:
    secret = await a_feed(notify)
    opened = await notify.opened()
    assert len(events_of(await read(notify, secret))) == 1

    path = f"/tasks/{opened['evidence']['task_id']}/complete"
    await notify.post(path, {"outcome": "reached"}, role=Role.COLLECTOR)

    assert events_of(await read(notify, secret)) == []


async def test_a_feed_may_tell_the_calls_of_one_assignee(notify: Notify) -> None:
    await notify.opened(key="k:1", assignee="lea")
    await notify.opened(key="k:2", assignee="marc")

    assert len(events_of(await read(notify, await a_feed(notify)))) == 2
    assert len(events_of(await read(notify, await a_feed(notify, assignee="lea")))) == 1


async def test_another_organisation_is_told_nothing(notify: Notify) -> None:
    await notify.opened()

    assert events_of(await read(notify, await feed_of(notify, "somebody", "other"))) == []


async def test_a_renewed_feed_has_another_address_and_the_old_one_is_dead(notify: Notify) -> None:
    first, second = await a_feed(notify), await a_feed(notify)

    assert first != second
    assert (await read(notify, first)).status_code == 404
    assert (await read(notify, second)).status_code == 200


async def test_a_revoked_feed_tells_nothing_more(notify: Notify) -> None:
    secret = await a_feed(notify)
    for _ in range(2):
        assert (await ask(notify, "DELETE", "/calendar-feed", Role.COLLECTOR)).status_code == 204

    assert (await read(notify, secret)).status_code == 404
    assert (await ask(notify, "GET", "/calendar-feed", Role.COLLECTOR)).status_code == 404


async def test_an_administrator_sees_the_feeds_and_ends_that_of_someone_who_left(notify: Notify) -> None:
    secret = await a_feed(notify)
    (feed,) = (await ask(notify, "GET", "/calendar-feeds", Role.ADMIN)).json()["items"]
    path = f"/calendar-feeds/{feed['owner']}"

    assert (await ask(notify, "GET", "/calendar-feeds", Role.COLLECTOR)).status_code == 403
    assert (await ask(notify, "DELETE", path, Role.COLLECTOR)).status_code == 403
    await ask(notify, "DELETE", path, Role.ADMIN, "other")
    assert (await read(notify, secret)).status_code == 200
    await ask(notify, "DELETE", path, Role.ADMIN)
    assert (await read(notify, secret)).status_code == 404


async def test_a_feed_ends_when_its_owner_may_no_longer_sign_in(
    app: FastAPI, notify: Notify, nats_server: NatsServer
) -> None:
    gone, stays = str(uuid4()), str(uuid4())
    kept, left = await feed_of(notify, stays), await feed_of(notify, gone)
    elsewhere = await feed_of(notify, gone, "other")
    event = UserLocked.model_validate({"organisation": "demo", "user_id": gone})

    async with a_new_bus(nats_server) as bus, listening(app, bus), asyncio.timeout(10):
        await bus.jetstream().publish(event.type, event.model_dump_json().encode(), headers={"ce-id": str(uuid4())})
        while (await read(notify, left)).status_code != 404:
            await asyncio.sleep(0.1)

    assert [(await read(notify, each)).status_code for each in (kept, elsewhere)] == [200, 200]


async def feed_of(notify: Notify, user: str, organisation: str = "demo", **asked: str) -> str:
    answer = await asks_for_feed(notify, user, organisation, email=f"{user}@{organisation}.example", asked=asked)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["secret"])


async def asks_for_feed(
    notify: Notify, who: str, organisation: str = "demo", *, email: str | None, asked: dict[str, str]
) -> httpx2.Response:
    caller = replace(with_default_profiles(who, organisation, [Role.COLLECTOR]), email=email)
    headers = {"authorization": f"Bearer {notify.keys.mint().sign(caller)}"}
    return await notify.client.post("/calendar-feed", json=asked, headers=headers)


async def test_a_key_has_no_calendar_that_would_outlive_it(notify: Notify) -> None:
    answer = await asks_for_feed(notify, f"key:{uuid4()}", email=None, asked={})

    assert (answer.status_code, answer.json()["type"]) == (409, "urn:relance:problem:owner_is_no_person")
    assert (await ask(notify, "GET", "/calendar-feeds", Role.ADMIN)).json()["items"] == []


async def test_a_feed_ends_after_a_year(notify: Notify, app: FastAPI) -> None:
    secret = await a_feed(notify)
    assert (await read(notify, secret)).status_code == 200

    app.state.real_now = lambda: real_now() + timedelta(days=366)

    assert (await read(notify, secret)).status_code == 404


async def test_the_secret_is_shown_once_and_kept_as_a_digest(notify: Notify) -> None:
    secret = await a_feed(notify)
    assert len(secret) == 43
    shown = (await ask(notify, "GET", "/calendar-feed", Role.COLLECTOR)).text

    async with notify.app.state.sessions() as session:
        connection = await session.connection()
        kept: list[Any] = []
        for table in ("calendar_feeds", "outbox", "idempotency_keys"):
            kept += (await connection.execute(text(f"select {table}::text from {table}"))).scalars().all()  # noqa: S608
    assert secret not in shown
    assert kept
    assert not [row for row in kept if secret in row]


@pytest.mark.parametrize("secret", ["x", "a" * 43, "..%2ftasks", "%00"])
async def test_what_opens_nothing_is_the_same_nothing(notify: Notify, secret: str) -> None:
    assert (await read(notify, secret)).status_code == 404


async def test_nobody_keeps_what_the_address_shows(notify: Notify) -> None:
    answer = await read(notify, await a_feed(notify))
    assert (answer.headers["cache-control"], answer.headers["referrer-policy"]) == ("no-store", "no-referrer")


async def test_who_asks_too_often_waits(notify: Notify) -> None:
    answers = [(await read(notify, "a" * 43)).status_code for _ in range(70)]
    assert answers[0] == 404
    assert answers[-1] == 429


async def test_a_feed_that_an_earlier_release_gave_to_a_key_opens_nothing(notify: Notify) -> None:
    secret = await a_feed(notify)
    async with notify.app.state.sessions() as session, session.begin():
        connection = await session.connection()
        await connection.execute(text("update calendar_feeds set owner = 'key:' || owner"))

    assert (await read(notify, secret)).status_code == 404
