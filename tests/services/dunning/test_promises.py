"""What becomes of a promise to pay: the journal says it once, and only what is known for sure."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from contracts.clock import Clock
from contracts.dunning import CaseState
from contracts.receivable import Receivable
from services.dunning.cases.domain import CaseNotHeld
from services.dunning.cases.holding import lift_what_ran_out
from services.dunning.cases.promises import judge_promises
from tests.services.dunning.desk import Desk, Time, a_receivable, a_record, later, not_paused_any_more, on, settled
from tests.services.dunning.ledger import Ledger
from tests.support.tokens import Keys

DAY_IS_OVER = on("2026-03-01", 23)
"""The promised first of March ends in Paris, an hour before it does in UTC."""
KEPT, BROKEN = ("promise_kept", "promise_kept"), ("promise_broken", "promise_broken")
RESUMED = ("resumed", "ran_out")


@pytest.fixture
def ledger(keys: Keys) -> Ledger:
    return Ledger(keys)


async def promised(desk: Desk, amount: str | None = "500.00", **body: Any) -> Receivable:
    receivable = a_receivable()
    await desk.take(receivable)
    await promise(desk, receivable, amount=amount, **body)
    return receivable


async def promise(desk: Desk, receivable: Receivable, *, date: str = "2026-03-01", amount: str | None) -> Any:
    body = {"date": date, "note": "by phone"} | ({"amount": amount} if amount else {})
    return await desk.send("POST", f"/cases/{receivable.invoice_id}/promise", body)


async def judged(desk: Desk, ledger: Ledger, at: datetime = DAY_IS_OVER) -> int:
    desk.time.at = at
    return await judge_promises(desk.sessions, ledger.peer, now=desk.time)


async def test_a_promise_wakes_the_case_the_day_after_and_the_journal_says_that_it_was_broken(
    desk: Desk, ledger: Ledger
) -> None:
    receivable = a_receivable()
    await desk.take(receivable)
    case = await promise(desk, receivable, amount="500.00")
    assert case["holds"][0]["amount"] == "500.00"
    assert case["journal"][0]["detail"] == "500.00 EUR by 2026-03-01: by phone"
    ledger.tell(receivable, as_of=DAY_IS_OVER)

    assert await judged(desk, ledger, on("2026-03-01", 22)) == 0
    assert await judged(desk, ledger) == 1

    assert (await desk.journal(receivable))[-2:] == [BROKEN, RESUMED]
    assert await judged(desk, ledger, on("2026-03-02")) == 0


async def test_a_promise_that_cannot_be_judged_keeps_no_other_waiting(desk: Desk, ledger: Ledger) -> None:
    bad, fine = await promised(desk), await promised(desk)
    ledger.tell(bad, fine, as_of=DAY_IS_OVER)
    await not_paused_any_more(desk, bad)

    with pytest.raises(CaseNotHeld) as caught:
        await judged(desk, ledger)

    assert caught.value.__notes__ == [f"invoice {bad.invoice_id}"]
    assert (await desk.journal(fine))[-2:] == [BROKEN, RESUMED]
    assert (await desk.journal(bad))[-1][0] == "paused"


async def test_a_promise_is_kept_once_the_balance_went_down_by_as_much(desk: Desk, ledger: Ledger) -> None:
    receivable = await promised(desk)
    paid = later(receivable, balance="700.00")
    await desk.take(paid)
    ledger.tell(paid, as_of=DAY_IS_OVER)

    assert await judged(desk, ledger) == 1
    assert (await desk.journal(receivable))[-2:] == [KEPT, RESUMED]


async def test_money_that_billing_knows_of_counts_even_if_its_event_is_still_on_its_way(
    desk: Desk, ledger: Ledger
) -> None:
    receivable = await promised(desk)
    ledger.tell(later(receivable, balance="700.00"), as_of=DAY_IS_OVER)

    assert await judged(desk, ledger) == 1
    assert (await desk.journal(receivable))[-2:] == [KEPT, RESUMED]
    assert (await desk.case(receivable)).balance == 700


async def test_a_promise_waits_until_billing_has_read_what_was_paid_on_its_day(desk: Desk, ledger: Ledger) -> None:
    receivable = await promised(desk)
    ledger.tell(receivable, as_of=DAY_IS_OVER - timedelta(seconds=1))
    before = await desk.journal(receivable)

    assert await judged(desk, ledger, DAY_IS_OVER + timedelta(minutes=4)) == 0
    assert await lift_what_ran_out(desk.sessions, now=desk.time()) == 0
    assert await desk.journal(receivable) == before

    ledger.tell(later(receivable, balance="700.00"), as_of=DAY_IS_OVER)
    assert await judged(desk, ledger, DAY_IS_OVER + timedelta(minutes=5)) == 1
    assert (await desk.journal(receivable))[-2:] == [KEPT, RESUMED]


async def test_how_fresh_a_balance_is_is_real_time_on_a_fast_clock_too(desk: Desk, ledger: Ledger) -> None:
    receivable = await promised(desk)
    started = datetime(2026, 1, 1, tzinfo=UTC)
    now = Time(DAY_IS_OVER + timedelta(days=2))
    now.clock = Clock(origin=DAY_IS_OVER, started=started, speed=86_400)
    ledger.tell(receivable, as_of=started - timedelta(milliseconds=1))
    assert await judge_promises(desk.sessions, ledger.peer, now=now) == 0

    ledger.tell(receivable, as_of=started)
    assert await judge_promises(desk.sessions, ledger.peer, now=now) == 1


async def test_without_billing_a_promise_waits_and_a_pause_does_not(desk: Desk, ledger: Ledger) -> None:
    receivable, paused = await promised(desk), a_receivable()
    await desk.take(paused)
    await desk.send("POST", f"/cases/{paused.invoice_id}/pause", {"until": "2026-03-01"})
    ledger.is_away = True

    assert await judged(desk, ledger) == 0
    assert await lift_what_ran_out(desk.sessions, now=DAY_IS_OVER) == 1
    assert [(await desk.case(each)).state for each in (receivable, paused)] == [CaseState.PAUSED, CaseState.ACTIVE]

    ledger.is_away = False
    ledger.tell(receivable, as_of=DAY_IS_OVER)
    assert await judged(desk, ledger) == 1


async def test_what_billing_forgot_is_judged_on_what_the_case_knows_and_keeps_no_other_waiting(
    desk: Desk, ledger: Ledger
) -> None:
    forgotten, known = await promised(desk), await promised(desk)
    ledger.tell(known, as_of=DAY_IS_OVER)

    assert await judged(desk, ledger) == 2
    for receivable in (forgotten, known):
        assert (await desk.journal(receivable))[-2:] == [BROKEN, RESUMED]


async def test_one_that_billing_refuses_to_speak_of_keeps_no_other_waiting(desk: Desk, ledger: Ledger) -> None:
    refused, known = await promised(desk), await promised(desk)
    ledger.tell(refused, known, as_of=DAY_IS_OVER)
    ledger.refused.add(refused.invoice_id)

    assert await judged(desk, ledger) == 1
    assert (await desk.journal(known))[-2:] == [BROKEN, RESUMED]

    ledger.refused.clear()
    assert await judged(desk, ledger) == 1
    assert (await desk.journal(refused))[-2:] == [BROKEN, RESUMED]


async def test_a_dispute_outlives_a_promise_that_was_judged(desk: Desk, ledger: Ledger) -> None:
    receivable = await promised(desk)
    await desk.send("POST", f"/cases/{receivable.invoice_id}/dispute", {"note": "two chairs are broken"})
    ledger.tell(receivable, as_of=DAY_IS_OVER)

    assert await judged(desk, ledger) == 1
    assert (await desk.journal(receivable))[-1] == BROKEN
    assert (await desk.case(receivable)).state is CaseState.PAUSED


@pytest.mark.parametrize("amount", [None, "500.00"])
async def test_a_payment_in_full_keeps_the_promise_and_closes_the_case(
    desk: Desk, ledger: Ledger, amount: str | None
) -> None:
    receivable = await promised(desk, amount)
    await desk.take(settled(receivable))

    assert (await desk.journal(receivable))[-2:] == [KEPT, ("closed", "settled")]
    assert await judged(desk, ledger) == 0


async def test_a_payment_in_full_that_billing_tells_of_at_the_end_of_the_day_keeps_the_promise(
    desk: Desk, ledger: Ledger
) -> None:
    receivable = await promised(desk, None)
    ledger.tell(settled(receivable), as_of=DAY_IS_OVER)

    assert await judged(desk, ledger) == 1
    assert (await desk.journal(receivable))[-2:] == [KEPT, ("closed", "settled")]


async def test_a_step_that_finds_the_invoice_settled_keeps_the_promise_too(desk: Desk) -> None:
    receivable = await promised(desk, None)
    decision = {"outcome": "skipped", "reason": "settled", "closes": "settled"}
    await desk.record(a_record(await desk.turn(receivable), at=desk.time(), **decision))

    assert (await desk.journal(receivable))[-2:] == [KEPT, ("closed", "settled")]


@pytest.mark.parametrize(
    "end",
    [
        lambda receivable: later(receivable, balance="0.00", status="credited"),
        lambda receivable: later(receivable, balance="0.00", status="cancelled"),
    ],
)
async def test_what_ends_otherwise_says_nothing_of_the_promise(
    desk: Desk, end: Callable[[Receivable], Receivable]
) -> None:
    receivable = await promised(desk)
    await desk.take(end(receivable))

    assert {outcome for outcome, _ in await desk.journal(receivable)} == {"opened", "paused", "closed"}
