"""The scenario of an invoice: its own, its customer's, the first rule that fits, the default."""

from typing import Any

import pytest

from chassis.auth import Role
from contracts.dunning import CaseState, ClosingReason
from tests.services.dunning.desk import Desk, a_customer, a_receivable


async def publish(desk: Desk, key: str, **content: Any) -> None:
    step = {"key": "nudge", "days": 3, "kind": "email", "template": "first-reminder"}
    await desk.send("PUT", f"/scenarios/{key}/draft", {"key": key, "name": key, "steps": [step]} | content)
    await desk.send("POST", f"/scenarios/{key}/publish", {})


async def rule(desk: Desk, scenario: str, **conditions: object) -> None:
    before = await desk.get("/rules")
    await desk.send("PUT", "/rules", {"rules": [*before["rules"], {"conditions": conditions, "scenario": scenario}]})


async def scenario_of(desk: Desk, **changes: Any) -> str:
    receivable = a_receivable(**changes)
    await desk.take(receivable)
    return (await desk.case(receivable)).scenario


async def test_the_invoice_goes_before_the_customer_and_the_customer_before_the_rules(desk: Desk) -> None:
    for key in ("own", "of-the-customer", "by-rule"):
        await publish(desk, key)
    await rule(desk, "by-rule")

    assert await scenario_of(desk, scenario="own", customer={"scenario": "of-the-customer"}) == "own"
    assert await scenario_of(desk, customer={"scenario": "of-the-customer"}) == "of-the-customer"
    assert await scenario_of(desk) == "by-rule"


async def test_the_first_rule_that_fits_chooses(desk: Desk) -> None:
    for key in ("abroad", "large", "any-consumer"):
        await publish(desk, key)
    await rule(desk, "abroad", countries=["DE", "BE"])
    await rule(desk, "large", minimum_total="5000.00", currencies=["EUR"])
    await rule(desk, "any-consumer", customer_kinds=["consumer"], maximum_total="9999.00")

    assert await scenario_of(desk, total="8000.00", customer={"country": "BE"}) == "abroad"
    assert await scenario_of(desk, total="8000.00", customer={"kind": "consumer"}) == "large"
    assert await scenario_of(desk, total="8000.00", currency="CHF", customer={"kind": "consumer"}) == "any-consumer"
    assert await scenario_of(desk) == "standard"


async def test_the_default_is_the_organisations_choice(desk: Desk) -> None:
    await publish(desk, "gentle")
    policy = await desk.get("/policy")
    policy.pop("updated_at")
    await desk.send("PUT", "/policy", policy | {"default_scenario": "gentle"})

    assert await scenario_of(desk) == "gentle"


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ([{"scenario": "nowhere"}], "rules.0.scenario: 'nowhere' is not valid; expected the key of a published"),
        ([{"scenario": "standard", "conditions": {"minimum_total": "12,50"}}], "12,50"),
        ([{"scenario": "standard", "conditions": {"country": "FR"}}], "country"),
        ([{"scenario": "standard", "conditions": {"currencies": ["EURO"]}}], "EURO"),
        ([{"scenario": "standard", "conditions": {"minimum_total": "9", "maximum_total": "8"}}], "maximum_total"),
    ],
)
async def test_a_rule_that_cannot_be_followed_is_refused_and_named(
    desk: Desk, rules: list[object], message: str
) -> None:
    answer = await desk.ask("PUT", "/rules", {"rules": rules})

    assert answer.status_code == 422
    assert message in answer.text
    assert await desk.get("/rules") == {"rules": []}


async def test_a_scenario_that_is_not_published_keeps_the_case_closed_with_the_reason(desk: Desk) -> None:
    receivable = a_receivable(scenario="to-come")
    await desk.take(receivable)

    case = await desk.case(receivable)
    assert (case.state, case.closing_reason, case.version) == (CaseState.CLOSED, ClosingReason.EXCLUDED, None)
    assert case.closing_note == "scenario 'to-come' has no published version"
    assert await desk.journal(receivable) == [("not_opened", "no_scenario")]
    assert await desk.facts() == []


async def test_publishing_the_scenario_opens_the_cases_that_waited_for_it(desk: Desk) -> None:
    receivable = a_receivable(scenario="to-come")
    await desk.take(receivable)
    await publish(desk, "to-come")

    case = await desk.case(receivable)
    assert (case.state, case.version, case.run) == (CaseState.SCHEDULED, 1, 1)
    assert await desk.facts() == ["case.opened published"]


async def test_an_excluded_customer_is_not_dunned_and_the_journal_says_why(desk: Desk) -> None:
    customer = a_customer()
    new = {"customer_id": customer, "reason": "in receivership"}
    await desk.send("POST", "/exclusions", new, status=201, role=Role.COLLECTOR)
    receivable = a_receivable(customer={"customer_id": customer})
    await desk.take(receivable)

    case = await desk.case(receivable)
    assert (case.closing_reason, case.closing_note) == (ClosingReason.EXCLUDED, "in receivership")
    assert await desk.journal(receivable) == [("not_opened", "excluded")]
    assert await desk.facts() == []
