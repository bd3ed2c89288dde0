"""The last release is upgraded while it works, and rolled back, as docs/operating.md says it."""

import asyncio
import re
from collections import Counter, defaultdict
from typing import Any

from chassis.clock import real_now
from contracts.events import PaymentApplied
from deploy.local import evidence
from deploy.local.launch import ROOT
from tests.e2e.house import shown, until
from tests.upgrade.conftest import Fleet
from tests.upgrade.versions import NEW, OLD

PATIENCE_S = 180.0


async def test_a_release_is_upgraded_while_it_works_and_rolled_back(fleet: Fleet) -> None:
    traffic = fleet.traffic
    running = asyncio.create_task(traffic.run())
    try:
        first_quote = await phase(fleet, "old", OLD)
        await act(fleet, "migrating", fleet.migrate())
        await phase(fleet, "old, migrated", OLD)
        await act(fleet, "new ones start", fleet.start(NEW))
        await phase(fleet, "both", NEW)
        await act(fleet, "old ones stop", fleet.stop(OLD))
        second_quote = await phase(fleet, "new", NEW)
        await accept(fleet, first_quote)
        await act(fleet, "old ones start again", fleet.start(OLD))
        await phase(fleet, "both again", OLD)
        await act(fleet, "keys are sealed", fleet.seal_keys())
        await act(fleet, "new ones stop", fleet.stop(NEW))
        fleet.forget_keys()
        await phase(fleet, "rolled back", OLD)
        await accept(fleet, second_quote)
    finally:
        traffic.is_over = True  # an invoice that is being issued has to be known: it is paid at the end
        await running
    await traffic.pay_the_rest()
    await all_closed(fleet)
    await judge(fleet)


async def act(fleet: Fleet, name: str, change: Any) -> None:
    fleet.traffic.phase = name
    fleet.phases.append(f"{real_now():%H:%M:%S} {name}")
    await change


async def phase(fleet: Fleet, name: str, build: str) -> dict[str, Any]:
    """Everything works: an invoice is issued, dunned, paid and closed; a step acts for one that is older.

    Returns a quote that was sent in it.
    """
    began, traffic = real_now(), fleet.traffic
    traffic.phase = name
    fleet.phases.append(f"{began:%H:%M:%S} {name}")
    assert await fleet.current_build() == build
    assert await fleet.is_served()
    older = {each["id"] for each in traffic.issued if each["number"] not in traffic.paid}
    copies = [fleet.versions.ports[each]["billing"] for each in (OLD, NEW)]
    copies = [port for port in copies if port in fleet.fronts["billing"].behind]
    invoices = [await traffic.issue(through=port) for port in copies]
    quote = await a_quote(fleet)

    async def are_reminded() -> bool:
        sent = await evidence.emails(fleet.stack.urls["mailbox"])
        reached = {each.invoice_id for each in sent}
        later = any(each.at > began and each.invoice_id in older for each in sent)
        return {each["id"] for each in invoices} <= reached and (later or not older)

    await until(f"reminders while {name}", are_reminded, within=PATIENCE_S)
    for invoice in invoices:
        await traffic.pay(invoice)
    await until(f"cases closed while {name}", lambda: are_closed(fleet, invoices), within=PATIENCE_S)
    return quote


async def a_quote(fleet: Fleet) -> dict[str, Any]:
    house = fleet.house
    customer = await house.a_customer()
    line = {"description": "Entretien annuel", "quantity": "1", "unit_price": "500.00", "vat_rate": "20"}
    until_day = house.in_days(400).isoformat()
    draft = {"customer_id": customer["id"], "lines": [line], "valid_until": until_day}
    quote: dict[str, Any] = await house.post("quotes", "/quotes", draft)
    await house.post("quotes", f"/quotes/{quote['id']}/send")
    return quote | {"customer": customer}


async def accept(fleet: Fleet, quote: dict[str, Any]) -> None:
    """A quote that was sent by another version is accepted, and becomes a draft."""
    house = fleet.house
    assert await house.mails(quote["customer"])
    signed = {"name": "Anne Lefèvre", "mention": "Bon pour accord"}
    await house.post("quotes", f"/quotes/{quote['id']}/accept", signed)

    async def is_drafted() -> bool:
        page = await house.get("billing", "/invoices", customer_id=quote["customer"]["id"])
        return bool(page["items"])

    await until("the draft of an accepted quote", is_drafted, within=PATIENCE_S)


async def are_closed(fleet: Fleet, invoices: list[dict[str, Any]]) -> bool:
    cases = [await fleet.house.case(each) for each in invoices]
    return all(each.get("state") == "closed" for each in cases)


async def all_closed(fleet: Fleet) -> None:
    for invoice in fleet.traffic.issued:
        await until(f"{invoice['number']} closed", lambda: are_closed(fleet, [invoice]), within=PATIENCE_S)  # noqa: B023

    async def none_runs() -> bool:
        query = "WorkflowType = 'DunInvoice' AND ExecutionStatus = 'Running'"
        return not [each async for each in fleet.temporal.list_workflows(query)]

    await until("every workflow ended", none_runs, within=PATIENCE_S)


async def judge(fleet: Fleet) -> None:
    traffic, js = fleet.traffic, fleet.house.bus.jetstream()
    sent = await evidence.emails(fleet.stack.urls["mailbox"])
    steps = Counter((each.invoice_id, each.step, each.occurrence) for each in sent)
    applied = Counter(
        [str(event["payment_id"]) async for event, _ in evidence.told(js, "BILLING", PaymentApplied.type)]
    )
    dead = await js.stream_info("DEAD_LETTERS")
    told = {"phases": fleet.phases, "invoices": len(traffic.issued), "reminders": len(sent)}
    (ROOT / "build" / "upgrade.json").write_text(shown(told | {"asked again": traffic.troubles}) + "\n")

    assert max(steps.values()) == 1
    assert evidence.after_payment(sent, await evidence.paid_spans(js)) == []
    assert applied == Counter({f"bank-{each['number']}": 1 for each in traffic.issued})
    assert gaps([each["number"] for each in traffic.issued]) == []
    assert dead.state.messages == 0
    assert traffic.troubles == Counter()
    assert fleet.errors() == []


def gaps(numbers: list[str]) -> list[str]:
    """Where a series of numbers does not go from one to the next."""
    series = defaultdict[str, list[int]](list)
    for number in numbers:
        prefix, counted = re.fullmatch(r"(.*?)(\d+)", number).groups()  # type: ignore[union-attr]
        series[prefix].append(int(counted))
    return [
        f"{prefix}: {sorted(counted)}"
        for prefix, counted in series.items()
        if sorted(counted) != list(range(1, len(counted) + 1))
    ]
