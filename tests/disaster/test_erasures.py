"""Databases that go back to before an erasure: who was erased is erased again, and nobody has to see to it."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.disaster.conftest import Ruin
from tests.disaster.dumps import dump, restore
from tests.e2e.house import until

HOLDERS = ("billing", "quotes", "dunning", "notify")
NAME = "Garage Lefèvre"


async def test_who_was_erased_after_the_moment_of_the_backups_is_erased_again(ruin: Ruin, tmp_path: Path) -> None:
    """One had paid before it; of the other the backups have an open invoice and a case that runs."""
    owed = paid_before, paid_since = await ruin.owed(2)
    await ruin.reminded(owed, "first")
    await a_draft_for_each(ruin, owed)
    await ruin.pays(paid_before)
    await ruin.closed([paid_before])
    moment, copies = datetime.now(UTC), {name: tmp_path / f"{name}.dump" for name in HOLDERS}
    for name, copy in copies.items():
        await asyncio.to_thread(dump, ruin.stack.servers.postgres, name, copy)
    await ruin.pays(paid_since)
    await ruin.closed([paid_since])
    for each in owed:
        assert (await ruin.relance("customer", "erase", each["customer_id"], "--yes")).code == 0
    await until("both are erased", lambda: are_erased(ruin, owed))

    processes = [process for each in HOLDERS for process in (each, f"{each}-worker")]
    for name in ("workflows", *processes):
        await ruin.stack.stop(name)
    for name, copy in copies.items():
        await asyncio.to_thread(restore, ruin.stack.servers.postgres, name, copy)
    assert (await ruin.relance("rewind", "billing-payment", "--since", moment.isoformat())).code == 0
    for name in reversed(processes):  # the worker of each before its API
        await ruin.stack.start(name)
    assert await name_of(ruin, paid_before) != NAME  # before anybody could write to them
    await ruin.stack.start("workflows")
    mended = await ruin.relance("reconcile", "--repair", "--json")

    assert {each["kind"] for each in mended.json["remaining"]} <= {"not_in_journal", "not_in_notify"}, mended
    await until("both are erased again", lambda: are_erased(ruin, owed), within=150)
    await ruin.nobody_was_bothered()


async def a_draft_for_each(ruin: Ruin, invoices: list[dict[str, Any]]) -> None:
    """So that quotes has something of theirs."""
    line = {"description": "Entretien annuel", "quantity": "1", "unit_price": "1000.00", "vat_rate": "20"}
    for each in invoices:
        quote = {"customer_id": each["customer_id"], "lines": [line], "subject": "Entretien"}
        await ruin.house.post("quotes", "/quotes", quote)


async def name_of(ruin: Ruin, invoice: dict[str, Any]) -> Any:
    return (await ruin.house.get("billing", f"/customers/{invoice['customer_id']}"))["name"]


async def are_erased(ruin: Ruin, invoices: list[dict[str, Any]]) -> bool:
    """Nothing is left of them in any service."""
    left = []
    for invoice in invoices:
        path = f"/customers/{invoice['customer_id']}/erasure"
        left += [table for name in HOLDERS for table in (await ruin.house.get(name, path))["erased"]]
    return left == [] and NAME not in [await name_of(ruin, each) for each in invoices]
