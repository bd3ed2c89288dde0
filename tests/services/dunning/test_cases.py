"""What people do with cases: see, pause, resume, close, exclude."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from contracts.base import utc
from contracts.dunning import CaseState, ClosingReason
from services.dunning.cases.domain import CaseNotHeld
from services.dunning.cases.holding import lift_what_ran_out
from tests.services.dunning.desk import Desk, a_customer, a_receivable, later, not_paused_any_more, on, settled


async def test_a_case_shows_its_steps_to_come_and_its_journal(desk: Desk) -> None:
    receivable = a_receivable()
    await desk.take(receivable)

    case = await desk.get(f"/cases/{receivable.invoice_id}")
    assert [(step["step"], step["moment"][:10]) for step in case["planned"]] == [
        ("first-reminder", "2026-02-09"),
        ("second-reminder", "2026-02-16"),
        ("third-reminder", "2026-03-02"),
        ("call", "2026-03-12"),
        ("formal-notice", "2026-04-01"),
    ]
    assert [entry["outcome"] for entry in case["journal"]] == ["opened"]
    assert (case["balance"], case["number"]) == ("1200.00", "F-2026-00042")


async def test_cases_are_listed_newest_first_and_page_by_page(desk: Desk) -> None:
    receivables = [a_receivable(number=f"F-2026-{number:05d}") for number in range(5)]
    for receivable in receivables:
        desk.time.at += timedelta(seconds=1)
        await desk.take(receivable)

    first = await desk.get("/cases?limit=3")
    second = await desk.get(f"/cases?limit=3&cursor={first['next']}")
    numbers = [case["number"] for case in first["items"] + second["items"]]
    assert numbers == [receivable.number for receivable in reversed(receivables)]
    assert second["next"] is None


async def test_cases_are_found_by_state_reason_customer_and_number(desk: Desk) -> None:
    customer = a_customer()
    ours, paid = a_receivable(number="A-1", customer={"customer_id": customer}), a_receivable(number="B-2")
    await desk.take(ours, paid, settled(paid))

    async def found(query: str) -> list[str]:
        return [case["number"] for case in (await desk.get(f"/cases?{query}"))["items"]]

    assert await found("state=scheduled") == ["A-1"]
    assert await found("state=closed&reason=settled") == ["B-2"]
    assert await found(f"customer_id={customer}") == ["A-1"]
    assert await found("number=B-2") == ["B-2"]
    assert await found(f"invoice_id={paid.invoice_id}&invoice_id={uuid4()}") == ["B-2"]
    assert len(await found(f"invoice_id={paid.invoice_id}&invoice_id={ours.invoice_id}")) == 2


@pytest.mark.parametrize("cursor", ["nonsense", "WyJ4IiwgInkiXQ", "WzFd", "WyIyMDI2LTAxLTAxVDAwOjAwOjAwIiwgIngiXQ"])
async def test_a_foreign_cursor_is_refused(desk: Desk, cursor: str) -> None:
    for path in ("/cases", "/exclusions", "/reconciliations"):
        answer = await desk.ask("GET", f"{path}?cursor={cursor}")
        assert answer.status_code == 422
        assert "cursor" in answer.json()["detail"]


async def test_a_dispute_pauses_the_case_until_it_is_resumed(desk: Desk) -> None:
    receivable = a_receivable()
    await desk.take(receivable)
    hold = {"kind": "disputed", "note": "two chairs are broken"}
    case = await desk.send("POST", f"/cases/{receivable.invoice_id}/pause", hold)
    placed = {"placed_at": utc(desk.time.at), "placed_by": "somebody", "placed_by_name": "somebody"}
    no_promise = {"promised_on": None, "amount": None}
    assert (case["state"], case["holds"]) == ("paused", [hold | {"until": None} | no_promise | placed])

    case = await desk.send("POST", f"/cases/{receivable.invoice_id}/resume")
    assert (case["state"], case["holds"]) == ("scheduled", [])
    assert await desk.facts() == ["case.opened default", "case.paused disputed", "case.resumed resumed"]


async def test_a_promise_runs_out_by_itself(desk: Desk) -> None:
    receivable = a_receivable()
    await desk.take(receivable)
    promise = {"kind": "promised", "until": utc(on("2026-03-01"))}
    await desk.send("POST", f"/cases/{receivable.invoice_id}/pause", promise)

    assert await lift_what_ran_out(desk.sessions, now=on("2026-02-28")) == 0
    assert await lift_what_ran_out(desk.sessions, now=on("2026-03-01")) == 1

    assert (await desk.case(receivable)).state is CaseState.ACTIVE
    assert (await desk.facts())[-1] == "case.resumed ran_out"
    assert await lift_what_ran_out(desk.sessions, now=on("2026-03-02")) == 0


@pytest.mark.parametrize("which", [0, 1])
async def test_a_hold_that_cannot_be_lifted_keeps_no_other_waiting(desk: Desk, which: int) -> None:
    """That of a case which is not paused although something holds it; whichever of two is looked at first."""
    both = [a_receivable(), a_receivable()]
    await desk.take(*both)
    for each in both:
        await desk.send("POST", f"/cases/{each.invoice_id}/pause", {"until": utc(on("2026-03-01"))})
    bad, fine = sorted(both, key=lambda each: each.invoice_id, reverse=bool(which))
    await not_paused_any_more(desk, bad)

    with pytest.raises(CaseNotHeld) as caught:
        await lift_what_ran_out(desk.sessions, now=on("2026-03-01"))

    assert caught.value.__notes__ == [f"invoice {bad.invoice_id}"]
    assert (await desk.journal(fine))[-1] == ("resumed", "ran_out")
    assert (await desk.journal(bad))[-1][0] == "paused"


async def test_a_dispute_outlives_a_promise(desk: Desk) -> None:
    receivable = a_receivable()
    await desk.take(receivable)
    path = f"/cases/{receivable.invoice_id}/pause"
    await desk.send("POST", path, {"kind": "promised", "until": utc(on("2026-03-01"))})
    await desk.send("POST", path, {"kind": "disputed"})
    await lift_what_ran_out(desk.sessions, now=on("2026-03-01"))

    assert (await desk.case(receivable)).state is CaseState.PAUSED


async def test_a_promise_renewed_takes_the_place_of_the_one_before(desk: Desk) -> None:
    receivable = a_receivable()
    await desk.take(receivable)
    path = f"/cases/{receivable.invoice_id}/pause"
    await desk.send("POST", path, {"kind": "promised", "until": utc(on("2026-03-01"))})
    case = await desk.send("POST", path, {"kind": "promised", "until": utc(on("2026-03-09"))})

    assert [hold["until"] for hold in case["holds"]] == ["2026-03-09T12:00:00Z"]


async def test_a_pause_that_ends_before_it_begins_is_refused(desk: Desk) -> None:
    receivable = a_receivable()
    await desk.take(receivable)
    body = {"until": "2020-01-01T00:00:00Z"}
    answer = await desk.send("POST", f"/cases/{receivable.invoice_id}/pause", body, status=422)

    assert "until: '2020-01-01T00:00:00+00:00' is not valid; expected a moment after" in answer["detail"]
    assert (await desk.case(receivable)).state is CaseState.SCHEDULED


async def test_what_is_closed_is_neither_paused_nor_closed_again(desk: Desk) -> None:
    receivable = a_receivable()
    await desk.take(receivable, settled(receivable))
    path = f"/cases/{receivable.invoice_id}"

    assert (await desk.send("POST", f"{path}/pause", {}, status=409))["type"].endswith("case_is_closed")
    assert (await desk.send("POST", f"{path}/resume", status=409))["type"].endswith("case_not_held")
    closing = {"reason": "written_off"}
    assert (await desk.send("POST", f"{path}/close", closing, status=409))["type"].endswith("case_is_closed")


async def test_a_payment_during_a_dispute_closes_the_case_and_ends_the_dispute(desk: Desk) -> None:
    receivable = a_receivable()
    await desk.take(receivable)
    await desk.send("POST", f"/cases/{receivable.invoice_id}/pause", {"kind": "disputed"})
    paid = settled(receivable)
    await desk.take(paid, later(paid, balance="1200.00", status="open"))

    case = await desk.get(f"/cases/{receivable.invoice_id}")
    assert (case["state"], case["run"], case["holds"]) == ("scheduled", 2, [])


async def test_a_case_written_off_by_hand_stays_closed_whatever_is_paid(desk: Desk) -> None:
    receivable = a_receivable()
    await desk.take(receivable)
    body = {"reason": "written_off", "note": "not worth it"}
    await desk.send("POST", f"/cases/{receivable.invoice_id}/close", body)
    paid = settled(receivable)
    await desk.take(later(receivable, balance="700.00"), later(paid, balance="1200.00", status="open"))

    case = await desk.case(receivable)
    assert (case.closing_reason, case.closing_note) == (ClosingReason.WRITTEN_OFF, "not worth it")
    assert case.closed_by == "somebody"


@pytest.mark.parametrize("reason", ["settled", "exhausted", "cancelled"])
async def test_people_close_a_case_for_their_own_reasons_alone(desk: Desk, reason: str) -> None:
    receivable = a_receivable()
    await desk.take(receivable)
    answer = await desk.send("POST", f"/cases/{receivable.invoice_id}/close", {"reason": reason}, status=422)

    assert "reason: Input should be 'excluded' or 'written_off'" in answer["detail"]


async def test_a_case_excluded_by_hand_opens_again_once_its_exclusion_is_lifted(desk: Desk) -> None:
    receivable = a_receivable()
    await desk.take(receivable)
    closing = {"reason": "excluded", "note": "a friend of the house"}
    case = await desk.send("POST", f"/cases/{receivable.invoice_id}/close", closing)
    assert (case["state"], case["closing_reason"]) == ("closed", "excluded")
    (exclusion,) = (await desk.get("/exclusions"))["items"]
    assert exclusion["invoice_id"] == str(receivable.invoice_id)

    await desk.send("DELETE", f"/exclusions/{exclusion['id']}", status=204)

    case = await desk.get(f"/cases/{receivable.invoice_id}")
    assert (case["state"], case["run"]) == ("scheduled", 2)
    assert (await desk.facts())[1:] == ["case.closed excluded", "case.opened exclusion_lifted"]


async def test_excluding_a_customer_closes_all_their_cases_and_no_others(desk: Desk) -> None:
    customer = a_customer()
    ours = [a_receivable(customer={"customer_id": customer}) for _ in range(2)]
    paid = a_receivable(customer={"customer_id": customer})
    other = a_receivable(customer={"customer_id": a_customer()})
    await desk.take(*ours, paid, settled(paid), other)
    await desk.send("POST", "/exclusions", {"customer_id": customer, "reason": "insolvent"}, status=201)

    assert [(await desk.case(each)).closing_reason for each in ours] == ["excluded", "excluded"]
    assert (await desk.case(paid)).closing_reason is ClosingReason.SETTLED
    assert (await desk.case(other)).is_open


async def test_a_case_excluded_twice_over_stays_closed_when_one_exclusion_is_lifted(desk: Desk) -> None:
    customer = a_customer()
    receivable = a_receivable(customer={"customer_id": customer})
    await desk.take(receivable)
    invoice = {"invoice_id": str(receivable.invoice_id), "reason": "disputed in court"}
    first = await desk.send("POST", "/exclusions", invoice, status=201)
    await desk.send("POST", "/exclusions", {"customer_id": customer, "reason": "insolvent"}, status=201)
    await desk.send("DELETE", f"/exclusions/{first['id']}", status=204)

    case = await desk.case(receivable)
    assert (case.closing_reason, case.closing_note) == (ClosingReason.EXCLUDED, "insolvent")


async def test_an_excluded_invoice_that_is_paid_is_settled(desk: Desk) -> None:
    receivable = a_receivable()
    await desk.take(receivable)
    invoice = {"invoice_id": str(receivable.invoice_id), "reason": "a gesture"}
    exclusion = await desk.send("POST", "/exclusions", invoice, status=201)
    await desk.take(settled(receivable))
    await desk.send("DELETE", f"/exclusions/{exclusion['id']}", status=204)

    assert (await desk.case(receivable)).closing_reason is ClosingReason.SETTLED


async def test_the_same_exclusion_twice_is_refused_even_at_the_same_instant(desk: Desk) -> None:
    new = {"customer_id": a_customer(), "reason": "insolvent"}
    answers = await asyncio.gather(*(desk.ask("POST", "/exclusions", new) for _ in range(4)))

    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"reason": "x"}, "customer_id, invoice_id: exactly one of them is expected"),
        ({"customer_id": a_customer(), "reason": ""}, "reason"),
        ({"customer_id": a_customer(), "reason": "a\0b"}, "U+0000"),
        ({"customer": a_customer(), "reason": "x"}, "customer: Extra inputs are not permitted"),
    ],
)
async def test_an_exclusion_that_makes_no_sense_is_refused(desk: Desk, body: object, message: str) -> None:
    answer = await desk.send("POST", "/exclusions", body, status=422)
    assert message in answer["detail"]
