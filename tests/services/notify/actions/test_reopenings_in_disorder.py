"""Reopenings and closings of an invoice that come late, once more or in another order: the newest one decides."""

import pytest

from contracts.events import LetterPrepared, TaskOpened
from tests.services.notify.actions.speaking import Notify, a_context
from tests.services.notify.actions.test_changes import change, the_letter, undecided
from tests.services.notify.actions.test_closings import LETTER, action, close
from tests.services.notify.actions.test_reopenings import BACK, OWED, WITHDRAWN, alter, plan, reopen, statuses


async def test_events_that_come_twice_or_late_change_nothing(notify: Notify) -> None:
    await plan(notify)
    await close(notify)
    await reopen(notify)
    await close(notify)
    await reopen(notify)

    assert await statuses(notify) == BACK
    assert await notify.facts() == [LetterPrepared.type, TaskOpened.type] * 2


async def test_a_reopening_heard_before_the_settlement_leaves_everything_planned(notify: Notify) -> None:
    await plan(notify)
    await reopen(notify)
    await close(notify)

    assert await statuses(notify) == BACK
    assert await notify.facts() == [LetterPrepared.type, TaskOpened.type]


async def test_what_closed_again_meanwhile_brings_nothing_back(notify: Notify) -> None:
    await plan(notify)
    await close(notify)
    await close(notify, version=4)
    await reopen(notify)
    assert await statuses(notify) == WITHDRAWN

    await reopen(notify, version=5)
    assert await statuses(notify) == BACK
    await close(notify, version=6)
    assert await statuses(notify) == WITHDRAWN


async def test_a_reopening_that_comes_late_does_not_undo_what_the_newest_one_decided(notify: Notify) -> None:
    await plan(notify)
    await close(notify, version=2)
    await reopen(notify, version=3)
    await close(notify, version=4)
    await reopen(notify, version=5, balance="300.00")
    assert await statuses(notify) == WITHDRAWN

    await reopen(notify, version=3)
    assert await statuses(notify) == WITHDRAWN
    assert await notify.facts() == [LetterPrepared.type, TaskOpened.type] * 2


@pytest.mark.parametrize(
    "change",
    [
        ("select 1", "select 1"),
        ("update letters set balance = null", "update tasks set invoices = '[]'"),
    ],
    ids=["more than is owed", "nobody knows how much"],
)
async def test_a_reopening_heard_before_the_settlement_withdraws_what_asks_for_more(
    notify: Notify, change: tuple[str, str]
) -> None:
    await plan(notify)
    await alter(notify, *change)
    await reopen(notify, balance="600.00")
    assert await statuses(notify) == WITHDRAWN
    assert (await notify.get("/letters/batches/2026-03-31.pdf")).status_code == 404

    await close(notify)
    await reopen(notify, balance="600.00")
    assert await statuses(notify) == WITHDRAWN


async def test_a_reopening_leaves_alone_what_was_planned_after_it(notify: Notify) -> None:
    anew = a_context(receivable={"version": 3})
    await notify.prepared(context=anew)
    await notify.opened(context=anew)

    await reopen(notify, version=3, balance="600.00")

    assert await statuses(notify) == BACK


BROUGHT_BACK_BEFORE = "update letters set status = 'prepared', reason = null"
"""As the release before writes it, which knows no cause."""


async def test_a_letter_that_the_release_before_brought_back_leaves_with_the_payment(notify: Notify) -> None:
    await plan(notify)
    await close(notify)
    await alter(notify, BROUGHT_BACK_BEFORE)
    await close(notify, version=4)

    assert await statuses(notify) == WITHDRAWN
    assert (await notify.get("/letters/batches/2026-03-31.pdf")).status_code == 404


async def test_a_letter_that_the_release_before_brought_back_asks_for_no_more_than_is_owed(notify: Notify) -> None:
    await plan(notify)
    await change(notify)
    await alter(notify, BROUGHT_BACK_BEFORE)
    assert await undecided(notify) == []
    assert "withdrawn_for" not in (await action(notify, LETTER))["evidence"]

    await change(notify, version=3, balance=OWED)
    assert (await the_letter(notify))["cause"] is None
    await alter(notify, "update letters set cause = 'less_owed'")
    await change(notify, version=4)
    assert await undecided(notify) == [LETTER]
