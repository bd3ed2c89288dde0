"""Whatever payments and reversals come, in whatever order and however often, no cent is lost or counted twice."""

from collections import Counter
from decimal import Decimal
from typing import Any
from uuid import uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from tests.services.billing.office import Office
from tests.services.billing.till import Till

TOTAL = Decimal("1200.00")
ORDINARY = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)

Fact = tuple[str, dict[str, Any]]
"""`received` or `reversed`, and what a till takes."""

amounts = st.sampled_from(["0.01", "500.00", "700.00", "1200.00", "1300.00"]) | st.integers(1, 150_000).map(
    lambda cents: f"{Decimal(cents) / 100:.2f}"
)
invoices = st.sampled_from(["F-2026-00001", "F-2026-00001", "F-2026-00001", "F-2026-00002", "F-2026-99999"])


@st.composite
def distinct_facts(draw: st.DrawFn) -> list[Fact]:
    """Payments with identities of their own, some of them reversed, some of the facts repeated, in any order."""
    facts: list[Fact] = []
    for number in range(draw(st.integers(min_value=2, max_value=5))):
        payment = {"payment_id": f"P{number}", "amount": draw(amounts), "invoice_number": draw(invoices)}
        facts.append(("received", payment))
        if draw(st.booleans()):
            facts.append(("reversed", {"payment_id": f"P{number}"}))
    repeated = draw(st.lists(st.sampled_from(facts), max_size=4))
    return draw(st.permutations([*facts, *repeated]))


few_payments = st.fixed_dictionaries(
    {
        "payment_id": st.sampled_from(["P1", "P2"]),
        "amount": st.sampled_from(["700.00", "1300.00", "-1.00"]),
        "invoice_number": st.sampled_from(["F-2026-00001", "F-2026-00002", None]),
        "currency": st.sampled_from(["EUR", "EUR", "USD"]),
    }
)
few_reversals = st.fixed_dictionaries(
    {"payment_id": st.sampled_from(["P1", "P2"]), "reason": st.sampled_from(["bounced", "chargeback", ""])}
)
matchings = st.fixed_dictionaries(
    {
        "payment_id": st.sampled_from(["P1", "P2"]),
        "invoice": st.sampled_from([0, 1]),
        "amount": st.sampled_from(["100.00", "1200.00"]),
    }
)
anything = st.one_of(
    st.tuples(st.just("received"), few_payments),
    st.tuples(st.just("reversed"), few_reversals),
    st.tuples(st.just("matched"), matchings),
)


@ORDINARY
@given(facts=distinct_facts())
async def test_the_order_of_distinct_facts_does_not_change_what_is_owed(office: Office, facts: list[Fact]) -> None:
    till, issued = await a_new_till(office)
    for fact in facts:
        await take(till, issued, fact)
        await no_cent_is_lost(till)

    undone = {body["payment_id"] for kind, body in facts if kind == "reversed"}
    paid: Counter[str] = Counter()
    for payment_id, number, amount in {
        (body["payment_id"], body["invoice_number"], body["amount"]) for kind, body in facts if kind == "received"
    }:
        paid[number] += 0 if payment_id in undone else int(Decimal(amount) * 100)
    expected = [max(Decimal(0), TOTAL - Decimal(paid[each["number"]]) / 100) for each in issued]
    assert await till.balances(issued) == expected


@ORDINARY
@given(facts=st.lists(anything, max_size=12))
async def test_contradictions_and_hands_lose_no_cent_and_each_fact_is_answered(
    office: Office, facts: list[Fact]
) -> None:
    till, issued = await a_new_till(office)
    for fact in facts:
        await take(till, issued, fact)
        await no_cent_is_lost(till)

    told = {event.payment_id for event in await till.payment_events()}
    assert told == {body["payment_id"] for kind, body in facts if kind != "matched"}
    before = len(await till.outcomes())
    for fact in facts:
        if fact[0] != "matched":
            await take(till, issued, fact)
    assert len(await till.outcomes()) == before, "a repetition is never told again"


async def a_new_till(office: Office) -> tuple[Till, list[Any]]:
    """An organisation of its own for each example, with two open invoices."""
    mine = office.of(f"o{uuid4().hex[:16]}")
    await mine.sells()
    customer = await mine.customer()
    return Till(mine), [await mine.issue(customer), await mine.issue(customer)]


async def take(till: Till, issued: list[Any], fact: Fact) -> None:
    kind, body = fact
    if kind == "received":
        await till.receive(**body)
    elif kind == "reversed":
        await till.reverse(**body)
    else:
        matching = {"invoice_id": issued[body["invoice"]]["id"], "amount": body["amount"]}
        answer = await till.office.ask("POST", f"/payments/{body['payment_id']}/allocations", matching)
        assert answer.status_code in (201, 404, 409)


LOST = {
    "an invoice's balance is not its total less what was brought to it": """
        select number from receivables r where organisation = :organisation and (balance < 0 or balance <> total - (
            select coalesce(sum(amount), 0) from allocations a where a.invoice_id = r.invoice_id))
    """,
    "a payment is not where it went plus what is left of it": """
        select payment_id from payments p where organisation = :organisation and unallocated + (
            select coalesce(sum(amount), 0) from allocations a
            where (a.organisation, a.payment_id) = (p.organisation, p.payment_id)
        ) <> case when status = 'reversed' then 0 else coalesce(amount, 0) end
    """,
}


async def no_cent_is_lost(till: Till) -> None:
    async with till.office.sessions() as session:
        connection = await session.connection()
        for what, query in LOST.items():
            found = await connection.execute(text(query), {"organisation": till.office.organisation})
            assert not found.all(), what
