"""A case follows its receivable, in whatever order and however often billing's events come."""

import asyncio
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from sqlalchemy import text

from contracts.base import utc
from contracts.dunning import CaseState, ClosingReason
from tests.services.dunning.desk import Desk, a_customer, a_receivable, later, on, settled

FIRST_REMINDER = datetime(2026, 2, 9, 8, tzinfo=UTC)
"""Day 7 is Saturday 7 February: Monday at nine in Paris."""


async def test_an_issued_invoice_opens_a_case_that_waits_for_its_first_step(desk: Desk) -> None:
    receivable = a_receivable()
    await desk.take(receivable)

    case = await desk.case(receivable)
    assert (case.state, case.scenario, case.version, case.run) == (CaseState.SCHEDULED, "standard", 1, 1)
    assert case.next_moment == FIRST_REMINDER
    assert await desk.facts() == ["case.opened default"]
    assert await desk.journal(receivable) == [("opened", "default")]


async def test_the_same_event_twice_is_one_case(desk: Desk) -> None:
    receivable = a_receivable()
    await desk.take(receivable, receivable)

    assert await desk.facts() == ["case.opened default"]


async def test_the_first_events_of_an_invoice_at_the_same_instant_make_one_case(desk: Desk) -> None:
    receivable = a_receivable()
    partly = later(receivable, balance="700.00")
    await asyncio.gather(*(desk.take(event) for event in (receivable, settled(partly), receivable, partly)))

    case = await desk.case(receivable)
    assert (case.closing_reason, case.receivable_version) == (ClosingReason.SETTLED, 3)
    assert len((await desk.get("/cases"))["items"]) == 1


async def test_a_payment_closes_the_case(desk: Desk) -> None:
    receivable = a_receivable()
    await desk.take(receivable, settled(receivable))

    case = await desk.case(receivable)
    assert (case.state, case.closing_reason, case.balance) == (CaseState.CLOSED, ClosingReason.SETTLED, Decimal(0))
    assert await desk.facts() == ["case.opened default", "case.closed settled"]


async def test_an_invoice_settled_before_it_was_heard_of_opens_nothing(desk: Desk) -> None:
    receivable = a_receivable()
    await desk.take(settled(receivable), receivable)

    case = await desk.case(receivable)
    assert (case.state, case.closing_reason) == (CaseState.CLOSED, ClosingReason.SETTLED)
    assert await desk.facts() == []
    assert await desk.journal(receivable) == [("not_opened", "settled")]


async def test_a_reopening_heard_before_the_settlement_leaves_the_case_open_and_gives_it_another_run(
    desk: Desk,
) -> None:
    receivable = a_receivable()
    paid = settled(receivable)
    reopened = later(paid, balance="1200.00", status="open")
    await desk.take(receivable, reopened)
    await desk.send("POST", f"/cases/{receivable.invoice_id}/dispute", {"note": "not delivered"})
    await desk.take(paid, paid)

    case = await desk.case(receivable)
    assert (case.state, case.run, case.receivable_version) == (CaseState.PAUSED, 2, 3)
    assert case.balance == Decimal("1200.00")
    assert await desk.facts() == ["case.opened default", "case.paused disputed", "case.changed run"]


async def test_a_settlement_that_comes_again_after_the_reopening_changes_nothing(desk: Desk) -> None:
    receivable = a_receivable()
    paid = settled(receivable)
    await desk.take(receivable, paid, later(paid, balance="1200.00", status="open"), paid)

    assert (await desk.case(receivable)).run == 2
    assert await desk.facts() == ["case.opened default", "case.closed settled", "case.opened reopened"]


async def test_a_balance_older_than_the_known_one_is_ignored(desk: Desk) -> None:
    receivable = a_receivable()
    older = later(receivable, balance="900.00")
    newer = later(older, balance="300.00")
    await desk.take(receivable, newer, older)

    assert (await desk.case(receivable)).balance == 300


async def test_a_part_payment_changes_the_balance_alone(desk: Desk) -> None:
    receivable = a_receivable()
    await desk.take(receivable, later(receivable, balance="700.00"))

    assert (await desk.case(receivable)).balance == 700
    assert await desk.facts() == ["case.opened default"]


@pytest.mark.parametrize("status", ["credited", "cancelled", "written_off"])
async def test_whatever_ends_the_receivable_names_the_end_of_the_case(desk: Desk, status: str) -> None:
    receivable = a_receivable()
    await desk.take(receivable, later(receivable, balance="0.00", status=status))

    assert (await desk.case(receivable)).closing_reason == status


async def test_a_reversed_payment_reopens_the_case_in_another_run_without_what_was_done(desk: Desk) -> None:
    receivable = a_receivable()
    await desk.take(receivable)
    desk.time.at = FIRST_REMINDER
    await desk.decide(receivable)
    paid = settled(receivable)
    await desk.take(paid, later(paid, balance="1200.00", status="open"))

    case = await desk.case(receivable)
    assert (case.state, case.run, case.closing_reason) == (CaseState.ACTIVE, 2, None)
    contract = await desk.contract(receivable)
    assert (contract.run, contract.done) == (2, ("first-reminder#1",))
    assert case.next_moment == on("2026-02-16", 8)  # day 14 is a Saturday too
    assert (await desk.facts())[-2:] == ["case.closed settled", "case.opened reopened"]


async def test_a_step_asked_for_before_the_payment_is_not_asked_of_the_run_after_it(desk: Desk) -> None:
    """Nor where a row that an earlier release closed still holds it."""
    receivable = a_receivable()
    await desk.take(receivable)
    path = f"/cases/{receivable.invoice_id}"
    await desk.send("POST", f"{path}/run", {"step": "formal-notice"}, status=202)
    paid = settled(receivable)
    await desk.take(paid)
    assert (await desk.get(path))["asked"] == []

    async with desk.sessions() as session, session.begin():
        await (await session.connection()).execute(text("""update cases set asked = '["formal-notice#1"]'"""))
    await desk.take(later(paid, balance="1200.00", status="open"))

    case = await desk.get(path)
    assert (case["asked"], case["state"], case["next_moment"]) == ([], "scheduled", utc(FIRST_REMINDER))
    assert (await desk.turn(receivable)).planned.step.key == "first-reminder"


async def test_a_due_date_moved_before_the_first_step_moves_the_first_step(desk: Desk) -> None:
    receivable = a_receivable()
    await desk.take(receivable, later(receivable, due_date="2026-02-28"))

    case = await desk.case(receivable)
    assert case.next_moment == on("2026-03-09", 8)
    assert await desk.facts() == ["case.opened default", "case.changed due_date"]


async def test_a_due_date_moved_after_the_first_step_repeats_nothing(desk: Desk) -> None:
    receivable = a_receivable()
    await desk.take(receivable)
    desk.time.at = FIRST_REMINDER
    await desk.decide(receivable)
    await desk.take(later(receivable, due_date="2026-02-28"))

    case = await desk.case(receivable)
    assert case.next_moment == on("2026-03-16", 8)
    assert case.done == ["first-reminder#1"]


async def test_an_old_invoice_taken_in_late_is_active_at_its_last_step(desk: Desk) -> None:
    desk.time.at = on("2026-03-20")
    receivable = a_receivable()
    await desk.take(receivable)

    case = await desk.case(receivable)
    assert (case.state, case.next_moment) == (CaseState.ACTIVE, on("2026-03-12", 8))


async def test_an_exhausted_case_that_is_paid_says_so_and_reopens_no_more(desk: Desk) -> None:
    receivable = a_receivable()
    desk.time.at = on("2026-06-01")
    await desk.take(receivable)
    await desk.decide(receivable)
    assert (await desk.case(receivable)).closing_reason is ClosingReason.EXHAUSTED

    paid = settled(receivable)
    await desk.take(paid)
    assert (await desk.case(receivable)).closing_reason is ClosingReason.SETTLED
    await desk.take(later(paid, balance="1200.00", status="open"))

    case = await desk.case(receivable)
    assert (case.state, case.closing_reason, case.run) == (CaseState.CLOSED, ClosingReason.EXHAUSTED, 1)
    assert (await desk.journal(receivable))[-1] == ("not_opened", "exhausted")


async def test_the_same_invoice_id_in_two_organisations_is_two_cases(desk: Desk) -> None:
    ours = a_receivable()
    theirs = a_receivable(invoice_id=str(ours.invoice_id), organisation="other", customer={"customer_id": a_customer()})
    await desk.take(ours, theirs, settled(theirs))

    assert (await desk.case(ours)).is_open
    assert not (await desk.case(theirs)).is_open
