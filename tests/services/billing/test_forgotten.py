"""A database that is older than what the bus was told: the numbers that customers hold are not given again."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from nats.aio.client import Client as Nats
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from chassis import outbox
from chassis.clock import Now
from chassis.worker import Worker
from contracts.clock import Clock
from services.billing.forgotten.comparing import Comparing, NotCompared
from tests.services.billing.office import Office

RESTORED = """
    alter table invoices disable trigger user; alter table invoice_series disable trigger user;
    delete from receivables where number > '{kept}';
    update invoices set status = 'draft', series = null, year = null, sequence = null, number = null,
        issue_date = null, due_date = null, seller_snapshot = null, customer_snapshot = null, issued_at = null
        where number > '{kept}';
    update invoice_series set last = {last};
    alter table invoices enable trigger user; alter table invoice_series enable trigger user;
"""
"""What a restore to an earlier moment leaves: later invoices are drafts again, and their numbers are gone."""


@asynccontextmanager
async def a_duty(bus: Nats, office: Office) -> AsyncIterator[Comparing]:
    """Of a worker that has just started."""
    worker = Worker("billing", None, None, office.sessions, bus, Now(Clock()))  # type: ignore[arg-type]
    duty = Comparing()
    task = asyncio.create_task(duty.watch(worker))
    try:
        yield duty
    finally:
        worker.stopping.set()
        await task


@asynccontextmanager
async def comparing(bus: Nats, office: Office) -> AsyncIterator[Comparing]:
    """The duty once it has compared everything."""
    async with a_duty(bus, office) as duty:
        async with asyncio.timeout(20):
            while not duty.is_done:
                await asyncio.sleep(0.02)
        yield duty


async def published(bus: Nats, office: Office) -> None:
    while await outbox.relay(office.sessions, bus.jetstream(), source="billing"):
        pass


async def restored(office: Office, *, kept: str, last: int) -> None:
    async with office.sessions() as session, session.begin():
        for statement in RESTORED.format(kept=kept, last=last).split(";"):
            if statement.strip():
                await (await session.connection()).execute(text(statement))


async def five(office: Office) -> list[Any]:
    customer = await office.customer()
    return [await office.issue(customer) for _ in range(5)]


async def test_numbers_that_were_told_are_not_given_again(bus: Nats, office: Office) -> None:
    issued = await five(office)
    await published(bus, office)
    async with comparing(bus, office):
        assert await forgotten(office) == []
    await restored(office, kept=issued[1]["number"], last=2)
    async with office.sessions() as session, session.begin():
        await (await session.connection()).execute(text("update told_until set position = 2"))  # as the backup had it

    async with comparing(bus, office):
        again = await office.issue(await office.customer())

    assert [each["number"] for each in issued] == [f"F-2026-{number:05d}" for number in range(1, 6)]
    assert await forgotten(office) == [each["number"] for each in issued[2:]]
    assert again["number"] == "F-2026-00006"
    await published(bus, office)
    async with comparing(bus, office):  # nothing new, and nothing told twice
        assert len(await forgotten(office)) == 3
    assert (await office.issue(await office.customer()))["number"] == "F-2026-00007"


async def test_a_draft_whose_invoice_was_forgotten_is_not_issued_again(bus: Nats, office: Office) -> None:
    issued = await five(office)
    await published(bus, office)
    await restored(office, kept=issued[1]["number"], last=2)
    async with comparing(bus, office):
        pass

    refused = await office.ask("POST", f"/invoices/{issued[2]['id']}/issue", {})

    assert refused.status_code == 409
    assert refused.json()["type"] == "urn:relance:problem:invoice_was_forgotten"
    assert issued[2]["number"] in refused.json()["detail"]
    assert await forgotten(office) == [each["number"] for each in issued[2:]]
    assert (await office.ask("DELETE", f"/invoices/{issued[2]['id']}")).status_code == 204


async def test_a_backup_that_never_compared_is_compared_from_the_beginning(bus: Nats, office: Office) -> None:
    issued = await five(office)
    await published(bus, office)
    await restored(office, kept=issued[3]["number"], last=4)

    async with comparing(bus, office):
        assert await forgotten(office) == ["F-2026-00005"]


async def test_a_bus_that_lost_everything_is_compared_anew(bus: Nats, office: Office) -> None:
    async with office.sessions() as session, session.begin():
        await (await session.connection()).execute(text("insert into told_until values ('BILLING', 1000)"))
    issued = await five(office)
    await published(bus, office)
    await restored(office, kept=issued[3]["number"], last=4)

    async with comparing(bus, office):
        assert await forgotten(office) == ["F-2026-00005"]


async def test_a_series_leaps_over_no_other_number(office: Office) -> None:
    await five(office)
    with pytest.raises(IntegrityError, match="expected the next number"):
        async with office.sessions() as session, session.begin():
            await (await session.connection()).execute(text("update invoice_series set last = 9"))


async def test_a_worker_is_not_ready_before_it_has_compared() -> None:
    with pytest.raises(NotCompared):
        await Comparing().check()


async def forgotten(office: Office) -> list[str]:
    numbers: list[str] = []
    query = {"limit": "2"}
    while True:
        page = (await office.ask("GET", "/forgotten-invoices?" + "&".join(f"{k}={v}" for k, v in query.items()))).json()
        numbers += [each["number"] for each in page["items"]]
        if page["next"] is None:
            return numbers
        query["cursor"] = page["next"]
