"""Quotes when Temporal or the bus lost everything: each is followed up once, and what was accepted is drafted."""

import shutil
from datetime import UTC, datetime
from typing import Any

from tests.disaster.conftest import Ruin
from tests.e2e.house import until

LINE = {"description": "Entretien annuel", "quantity": "1", "unit_price": "1000.00", "vat_rate": "20"}


async def a_quote_mailed(ruin: Ruin, **terms: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """A customer, and the quote that was mailed to them."""
    customer = await ruin.house.a_customer()
    quote = await ruin.house.post("quotes", "/quotes", {"customer_id": customer["id"], "lines": [LINE], **terms})
    sent = await ruin.house.post("quotes", f"/quotes/{quote['id']}/send")
    await mails(ruin, customer, 1)
    return customer, sent


async def mails(ruin: Ruin, customer: dict[str, Any], count: int) -> None:
    async def are_there() -> bool:
        return len(await ruin.house.mails(customer)) >= count

    await until(f"{count} e-mails to {customer['email']}", are_there)


async def status_of(ruin: Ruin, quote: dict[str, Any]) -> str:
    return str((await ruin.house.get("quotes", f"/quotes/{quote['id']}"))["status"])


async def test_the_follow_up_of_a_quote_comes_once_although_temporal_lost_everything(ruin: Ruin) -> None:
    customer, quote = await a_quote_mailed(ruin, follow_up_days=20, valid_until=ruin.house.in_days(150).isoformat())

    await ruin.stack.stop("temporal")
    shutil.rmtree(ruin.stack.servers.temporal.data_dir)
    await ruin.stack.start("temporal")
    await ruin.stack.restart("workflows")
    await ruin.stack.restart("quotes-worker")
    await mails(ruin, customer, 2)

    async def is_expired() -> bool:
        return await status_of(ruin, quote) == "expired"

    await until("the quote expires", is_expired, within=360)
    assert len(await ruin.house.mails(customer)) == 2


async def test_a_quote_that_was_accepted_before_the_bus_was_lost_is_drafted_once(ruin: Ruin) -> None:
    began = datetime.now(UTC)
    heard, _ = await accepted(ruin)
    await until("its draft", lambda: drafts_of(ruin, heard))
    await ruin.stack.stop("billing-worker")
    missed, quote = await accepted(ruin)
    await until("its facts are on the bus", lambda: is_told(ruin))

    await ruin.stack.stop("workflows")
    await ruin.stack.stop("nats")
    shutil.rmtree(ruin.stack.servers.nats.data_dir)
    await ruin.stack.start("nats")
    await ruin.stack.start("provision")
    await ruin.stack.start("billing-worker")
    told = await ruin.relance("tell-again", "--since", began.isoformat(), "--json")
    await ruin.relance("tell-again", "--since", began.isoformat())
    await ruin.stack.start("workflows")

    assert told.json == {"accepted_quotes": 2}, told
    await until("billing has read all that was told", lambda: nothing_waits(ruin))
    drafts = await until("the draft that was missing", lambda: drafts_of(ruin, missed))
    assert await status_of(ruin, quote) == "accepted"
    assert (len(drafts), len(await drafts_of(ruin, heard))) == (1, 1)


async def accepted(ruin: Ruin) -> tuple[dict[str, Any], dict[str, Any]]:
    customer, quote = await a_quote_mailed(ruin)
    acceptance = {"name": "Anne Lefèvre", "mention": "Bon pour accord"}
    await ruin.house.post("quotes", f"/quotes/{quote['id']}/accept", acceptance)
    return customer, quote


async def drafts_of(ruin: Ruin, customer: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await ruin.house.get("billing", "/invoices", customer_id=customer["id"]))["items"]
    return found


async def is_told(ruin: Ruin) -> bool:
    return bool((await ruin.house.get("quotes", "/operations"))["outbox"]["rows"] == 0)


async def nothing_waits(ruin: Ruin) -> bool:
    """All acceptances that quotes has told were answered by billing."""
    if not await is_told(ruin):
        return False
    consumers = (await ruin.house.get("billing", "/operations"))["consumers"] or []
    waiting = {each["durable"]: each["pending"] + each["unanswered"] for each in consumers}
    return waiting.get("billing-quote-accepted") == 0
