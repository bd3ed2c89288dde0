"""Two invoices never write to one customer too soon after each other."""

import asyncio
from datetime import datetime
from typing import Any

from chassis.auth import Role
from contracts.base import utc
from contracts.receivable import Receivable
from tests.services.dunning.desk import Desk, a_customer, a_receivable, a_record, on


async def with_delay(desk: Desk, days: int) -> None:
    policy = await desk.get("/policy")
    policy.pop("updated_at")
    await desk.send("PUT", "/policy", policy | {"minimum_contact_delay": f"P{days}D"})


async def two_invoices(desk: Desk) -> tuple[Receivable, Receivable]:
    customer = {"customer_id": a_customer()}
    pair = a_receivable(customer=customer), a_receivable(customer=customer)
    await desk.take(*pair)
    return pair


async def claim(desk: Desk, receivable: Receivable, at: datetime, key: str = "first-reminder") -> Any:
    body = {"key": f"{receivable.invoice_id}:standard:{key}:1", "at": utc(at)}
    return await desk.send("POST", f"/cases/{receivable.invoice_id}/contacts", body, role=Role.SERVICE)


async def circumstances(desk: Desk, receivable: Receivable) -> Any:
    return await desk.get(f"/cases/{receivable.invoice_id}/circumstances", role=Role.SERVICE)


NOON = on("2026-02-09")
GRANTED = {"granted": True, "not_before": None}


async def test_of_two_claims_at_the_same_instant_one_is_granted(desk: Desk) -> None:
    await with_delay(desk, 3)
    first, second = await two_invoices(desk)
    answers = await asyncio.gather(claim(desk, first, NOON), claim(desk, second, NOON))

    assert sorted(answer["granted"] for answer in answers) == [False, True]
    assert {answer["not_before"] for answer in answers} == {None, "2026-02-12T12:00:00Z"}


async def test_a_step_may_claim_again_what_it_was_granted(desk: Desk) -> None:
    await with_delay(desk, 3)
    first, second = await two_invoices(desk)

    assert await claim(desk, first, NOON) == GRANTED
    assert await claim(desk, first, NOON) == GRANTED
    assert (await circumstances(desk, first))["last_contact_at"] is None
    assert (await circumstances(desk, second))["last_contact_at"] == "2026-02-09T12:00:00Z"
    assert await claim(desk, second, on("2026-02-12")) == GRANTED


async def test_a_claim_that_led_to_no_contact_is_given_back(desk: Desk) -> None:
    await with_delay(desk, 3)
    first, second = await two_invoices(desk)
    await claim(desk, first, NOON)
    await desk.decide(first, outcome="deferred", reason="relay_silent", retry_after=30)

    assert await claim(desk, second, NOON) == GRANTED


async def test_a_contact_that_was_made_binds_the_same_invoice_too(desk: Desk) -> None:
    await with_delay(desk, 3)
    first, second = await two_invoices(desk)
    await claim(desk, first, NOON)
    desk.time.at = NOON
    await desk.decide(first)

    assert (await circumstances(desk, first))["last_contact_at"] == "2026-02-09T12:00:00Z"
    assert not (await claim(desk, first, NOON, key="second-reminder"))["granted"]
    assert not (await claim(desk, second, NOON))["granted"]


async def test_without_a_delay_everybody_may(desk: Desk) -> None:
    first, second = await two_invoices(desk)

    assert await claim(desk, first, NOON) == GRANTED
    assert await claim(desk, second, NOON) == GRANTED


async def test_what_contacts_nobody_is_no_contact(desk: Desk) -> None:
    step = {"key": "signal", "days": 1, "kind": "event"}
    content = {"key": "quiet", "name": "Quiet", "steps": [step, step | {"key": "again", "days": 2}]}
    await desk.send("PUT", "/scenarios/quiet/draft", content)
    await desk.send("POST", "/scenarios/quiet/publish", {})
    receivable = a_receivable(scenario="quiet")
    await desk.take(receivable)
    await desk.decide(receivable)

    assert (await circumstances(desk, receivable))["last_contact_at"] is None


async def test_circumstances_tell_what_bears_on_contacting_now(desk: Desk) -> None:
    receivable = a_receivable()
    await desk.take(receivable)
    hold = {"kind": "promised", "until": utc(on("2026-02-20")), "note": "by transfer"}
    await desk.send("POST", f"/cases/{receivable.invoice_id}/pause", hold)

    assert await circumstances(desk, receivable) == {
        "scenario": "standard",
        "version": 1,
        "run": 1,
        "due_date": receivable.due_date.isoformat(),
        "state": "paused",
        "closing_reason": None,
        "excluded": None,
        "holds": [hold],
        "staleness": "PT5M",
        "minimum_contact_delay": "PT0S",
        "minimum_balance": "0.00",
        "last_contact_at": None,
        "done": [],
    }
    desk.time.at = on("2026-02-21")
    assert (await circumstances(desk, receivable))["holds"] == []


async def test_circumstances_tell_why_nobody_is_to_be_contacted(desk: Desk) -> None:
    receivable = a_receivable()
    await desk.take(receivable)
    customer = {"customer_id": str(receivable.customer.customer_id), "reason": "insolvent"}
    await desk.send("POST", "/exclusions", customer, status=201)

    told = await circumstances(desk, receivable)
    assert (told["state"], told["closing_reason"], told["excluded"]) == ("closed", "excluded", "insolvent")


async def test_a_decision_confirms_a_contact_that_was_never_claimed(desk: Desk) -> None:
    receivable, _ = await two_invoices(desk)
    await desk.record(a_record(await desk.turn(receivable), at=NOON))

    assert (await circumstances(desk, receivable))["last_contact_at"] == "2026-02-09T12:00:00Z"
