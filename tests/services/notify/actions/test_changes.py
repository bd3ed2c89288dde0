"""An invoice of which a part is paid, or that is due later, takes the letters with it that say otherwise."""

import asyncio
from typing import Any

import pytest
from fastapi import FastAPI

from chassis.auth import Role
from contracts.events import InvoiceBalanceChanged, LetterPrepared, TaskOpened
from deploy.local.servers import NatsServer
from services.notify.closings import use_cases as closings
from tests.services.notify.actions.conftest import MORNING
from tests.services.notify.actions.speaking import INVOICE, Body, Notify, a_context, a_letter, a_task
from tests.services.notify.actions.test_closings import LETTER, a_new_bus, action, close, listening
from tests.services.notify.actions.test_reopenings import BACK, OWED, WITHDRAWN, alter, plan, reopen, statuses

LETTER_ALONE = ("withdrawn", "opened")
AGREED = {"due_date": "2026-05-15"}


def a_change(*, version: int = 2, balance: str = "234.50", **changes: Any) -> InvoiceBalanceChanged:
    facts = {"invoice_id": INVOICE, "version": version, "balance": balance}
    return InvoiceBalanceChanged.model_validate(InvoiceBalanceChanged.example | facts | changes)


async def change(notify: Notify, **changes: Any) -> None:
    async with notify.app.state.sessions() as session, session.begin():
        await closings.change_invoice(session, a_change(**changes), now=MORNING)


async def the_letter(notify: Notify) -> Body:
    (letter,) = (await notify.get("/letters")).json()["items"]
    return dict(letter)


async def undecided(notify: Notify) -> list[str]:
    headers = notify.keys.bearer(Role.COLLECTOR, organisation="demo")
    found = await notify.client.get("/letters?cause=less_owed&cause=due_date_moved", headers=headers)
    return [each["key"] for each in found.json()["items"]]


async def test_a_letter_that_waits_asks_for_nothing_that_was_paid(notify: Notify) -> None:
    await plan(notify)
    await change(notify)

    assert await statuses(notify) == LETTER_ALONE
    letter = await the_letter(notify)
    assert letter["cause"] == (await action(notify, LETTER))["evidence"]["withdrawn_for"] == "less_owed"
    assert letter["reason"] == "Of invoice F-2026-00042 only 234.50 EUR was owed on 2026-04-01."
    posting = await notify.post(f"/letters/{letter['id']}/posted", {"posted_on": "2026-04-01"}, role=Role.COLLECTOR)
    assert (posting.status_code, posting.json()["type"]) == (409, "urn:relance:problem:letter_withdrawn")
    assert (await notify.get("/letters/batches/2026-03-31.pdf")).status_code == 404


async def test_a_letter_that_waits_says_no_due_date_that_was_moved(notify: Notify) -> None:
    await plan(notify)
    await change(notify, balance=OWED, due_date="2026-03-15")

    assert await statuses(notify) == LETTER_ALONE
    letter = await the_letter(notify)
    assert letter["cause"] == "due_date_moved"
    assert letter["reason"] == "The due date of invoice F-2026-00042 was moved to 2026-03-15 on 2026-04-01."


async def calls_due(notify: Notify, day: str) -> list[str]:
    """The days of the open calls that are due until then."""
    listed = (await notify.get("/tasks", status="opened", due=day)).json()["items"]
    assert sum(each["calls"] for each in (await notify.get("/tasks/assignees", due=day)).json()["items"]) == len(listed)
    return [each["due_on"] for each in listed]


async def test_nobody_is_called_about_an_invoice_before_it_is_due_again(notify: Notify) -> None:
    await plan(notify)
    note = (await notify.get("/tasks")).json()["items"][0]["note"]
    await change(notify, balance=OWED, **AGREED)

    assert await statuses(notify) == LETTER_ALONE
    assert await calls_due(notify, "2026-05-15") == []
    assert await calls_due(notify, "2026-05-16") == ["2026-05-16"]
    assert (await notify.get("/tasks")).json()["items"][0]["note"] == note
    await close(notify, version=3)
    assert await statuses(notify) == WITHDRAWN
    await reopen(notify, version=4, due_date="2026-05-31")
    assert await statuses(notify) == LETTER_ALONE
    assert await calls_due(notify, "2026-06-01") == ["2026-06-01"]


async def test_a_due_date_that_is_moved_back_brings_the_call_back_to_its_day(notify: Notify) -> None:
    await plan(notify)
    await change(notify, balance=OWED, **AGREED)
    await change(notify, version=3, balance=OWED, due_date="2026-04-20")
    assert await calls_due(notify, "2026-05-16") == ["2026-04-21"]

    await change(notify, version=4, balance=OWED, due_date="2026-01-31")
    assert await calls_due(notify, "2026-05-16") == ["2026-04-01"]
    assert await statuses(notify) == BACK


async def test_a_call_that_the_release_before_withdrew_for_its_due_date_is_shown_again(notify: Notify) -> None:
    await plan(notify)
    await alter(notify, "update tasks set status = 'withdrawn', reason = 'The due date was moved.'")
    await change(notify, balance=OWED, **AGREED)

    assert await calls_due(notify, "2026-05-16") == ["2026-05-16"]


@pytest.mark.parametrize("due_date", ["2026-05-15", "2026-04-20"])
async def test_a_call_before_the_due_date_stays(notify: Notify, due_date: str) -> None:
    await notify.opened(context=a_context(receivable=AGREED))
    await change(notify, due_date=due_date)

    assert await calls_due(notify, "2026-04-01") == ["2026-04-01"]


@pytest.mark.parametrize("due_date", ["2026-03-15", "2026-04-20"])
async def test_a_call_that_is_later_than_the_new_due_date_keeps_its_day(notify: Notify, due_date: str) -> None:
    await notify.opened(due_on="2026-05-01")
    await change(notify, balance=OWED, due_date=due_date)

    assert await calls_due(notify, "2026-06-30") == ["2026-05-01"]


@pytest.mark.parametrize("balance", [OWED, "1300.00"])
async def test_what_asks_for_no_more_than_is_owed_stays(notify: Notify, balance: str) -> None:
    await plan(notify)
    await change(notify, balance=balance)

    assert await statuses(notify) == BACK
    assert await notify.facts() == [LetterPrepared.type, TaskOpened.type]


async def test_what_was_posted_stays_posted(notify: Notify) -> None:
    await plan(notify)
    letter = await the_letter(notify)
    await notify.post(f"/letters/{letter['id']}/posted", {"posted_on": "2026-04-01"}, role=Role.COLLECTOR)
    await change(notify)

    assert await statuses(notify) == ("posted", "opened")


async def test_a_part_that_was_paid_and_reversed_brings_the_letter_back(notify: Notify) -> None:
    await plan(notify)
    await change(notify)
    await change(notify, version=3, balance=OWED)

    assert await statuses(notify) == BACK
    letter = await the_letter(notify)
    assert (letter["cause"], letter["reason"], letter["prepared_on"]) == (None, None, "2026-04-01")
    assert await notify.facts() == [LetterPrepared.type, TaskOpened.type, LetterPrepared.type]
    assert await undecided(notify) == []


async def test_a_person_decides_until_the_invoice_is_paid(notify: Notify) -> None:
    await plan(notify)
    await change(notify)
    assert await undecided(notify) == [LETTER]

    await close(notify, version=3)
    assert await undecided(notify) == []
    await reopen(notify, version=4, balance="100.00")
    assert await undecided(notify) == [LETTER]


async def test_a_person_decides_until_the_invoice_is_paid_though_the_letter_cannot_be_printed_any_more(
    notify: Notify,
) -> None:
    await plan(notify)
    await change(notify)
    await alter(notify, "delete from letter_documents")
    await change(notify, version=3, balance=OWED)
    assert await undecided(notify) == [LETTER]

    await close(notify, version=4)
    assert await undecided(notify) == []


async def test_the_newest_change_decides_whenever_the_others_come(notify: Notify) -> None:
    await plan(notify)
    await change(notify, version=4, balance=OWED)
    await change(notify, version=2)
    await close(notify, version=3)
    assert await statuses(notify) == BACK

    await close(notify, version=5)
    await change(notify, version=4, balance=OWED)
    await reopen(notify, version=3)
    assert await statuses(notify) == WITHDRAWN


async def test_what_comes_twice_changes_nothing(notify: Notify) -> None:
    await plan(notify)
    await change(notify)
    anew = a_context(receivable={"version": 2, "balance": "234.50"})
    await notify.prepared(key="anew", context=anew)
    await change(notify)

    assert (await action(notify, "anew"))["status"] == "prepared"
    assert await statuses(notify) == LETTER_ALONE


async def test_who_read_the_balance_before_it_changed_is_told_to_read_it_again(notify: Notify) -> None:
    await change(notify)

    refused = [await notify.post("/letters", a_letter()), await notify.post("/tasks", a_task())]
    assert [answer.status_code for answer in refused] == [409, 409]
    assert {answer.json()["type"] for answer in refused} == {"urn:relance:problem:too_late"}
    anew = a_context(receivable={"version": 2, "balance": "234.50"})
    assert (await notify.post("/letters", a_letter(context=anew))).status_code == 201


async def test_another_organisations_invoice_changes_nothing(notify: Notify) -> None:
    await plan(notify)
    await change(notify, organisation="other")

    assert await statuses(notify) == BACK


async def test_the_worker_hears_of_the_change(app: FastAPI, notify: Notify, nats_server: NatsServer) -> None:
    await plan(notify)
    changed = a_change()

    async with a_new_bus(nats_server) as bus, listening(app, bus), asyncio.timeout(20):
        await bus.jetstream().publish(changed.type, changed.model_dump_json().encode(), headers={"ce-id": "1"})
        while await statuses(notify) != LETTER_ALONE:
            await asyncio.sleep(0.05)
