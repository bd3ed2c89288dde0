"""Organisations whose day is another than that of Paris: one date in a letter, and their own today is taken."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from chassis.auth import Role
from tests.services.notify.actions.speaking import Body, Notify, text_of

NOUMEA = datetime(2026, 3, 9, 22, tzinfo=UTC)
"""Nine in the morning of the tenth there, the ninth in Paris."""


@pytest.fixture(autouse=True)
def in_noumea(notify: Notify) -> Iterator[None]:
    state = notify.app.state
    before, state.now = state.now, lambda: NOUMEA
    yield
    state.now = before


async def a_letter_of_noumea(notify: Notify) -> Body:
    return await notify.prepared(at=NOUMEA.isoformat(), today="2026-03-10")


async def test_a_letter_has_the_date_of_its_own_calendar_and_no_other(notify: Notify) -> None:
    letter = await a_letter_of_noumea(notify)

    text = text_of(await notify.pdf(letter))
    assert letter["evidence"]["prepared_on"] == "2026-03-10"
    assert "10 mars 2026" in text
    assert "9 mars 2026" not in text
    assert (await notify.get("/letters/batches/2026-03-10.pdf")).status_code == 200
    assert (await notify.get("/letters/batches/2026-03-09.pdf")).status_code == 404


@pytest.mark.parametrize(
    ("day", "status"), [("2026-03-08", 422), ("2026-03-09", 200), ("2026-03-10", 200), ("2026-03-11", 422)]
)
async def test_it_may_be_posted_on_their_today_and_on_that_of_paris(notify: Notify, day: str, status: int) -> None:
    letter = await a_letter_of_noumea(notify)
    path = f"/letters/{letter['evidence']['letter_id']}/posted"

    assert (await notify.post(path, {"posted_on": day}, role=Role.COLLECTOR)).status_code == status


@pytest.mark.parametrize(("day", "status"), [("2026-03-08", 422), ("2026-03-09", 200), ("2026-03-10", 200)])
async def test_payment_may_be_promised_for_today_wherever_that_is(notify: Notify, day: str, status: int) -> None:
    call = await notify.opened()
    path = f"/tasks/{call['evidence']['task_id']}/complete"
    promised = {"outcome": "promised", "promised_on": day}

    assert (await notify.post(path, promised, role=Role.COLLECTOR)).status_code == status


async def test_in_the_far_west_it_may_be_still_yesterday(notify: Notify) -> None:
    notify.app.state.now = lambda: datetime(2026, 3, 10, 1, tzinfo=UTC)  # nine in the evening of the ninth
    call = await notify.opened()
    promised = {"outcome": "promised", "promised_on": "2026-03-09"}

    answer = await notify.post(f"/tasks/{call['evidence']['task_id']}/complete", promised, role=Role.COLLECTOR)
    assert answer.status_code == 200
