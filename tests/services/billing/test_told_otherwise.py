"""A database that is older than what the bus was told of receivables: who heard of a later one takes what is here."""

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest
from nats.aio.client import Client as Nats
from sqlalchemy import text

from chassis.clock import real_now
from contracts.events.billing import InvoiceBalanceChanged, InvoiceEvent
from contracts.receivable import ReceivableStatus
from contracts.topology import BILLING_PAYMENT
from services.billing.forgotten.comparing import Comparing
from services.billing.forgotten.domain import is_otherwise, latest, tell_anew
from services.billing.payments import store as intake
from services.billing.receivables.models import Receivable
from tests.services.billing.office import Office
from tests.services.billing.test_forgotten import a_duty, comparing, published, restored
from tests.services.billing.till import Till

LATER, OTHER = "2026-04-30", "2026-05-31"
AS_ISSUED = """
    update receivables set version = 1, status = 'open', balance = receivables.total, waived = 0,
        due_date = invoices.due_date from invoices where invoices.id = receivables.invoice_id
"""
"""What a restore to the moment of the issue leaves."""


@pytest.fixture
async def till(office: Office) -> Till:
    return Till(office)


async def put_off(office: Office, invoice: Any, until: str) -> None:
    await office.do("POST", f"/receivables/{invoice['id']}/due-date", {"due_date": until, "reason": "agreed"})


async def lost(bus: Nats, office: Office) -> None:
    """What happened is told, and then forgotten."""
    await published(bus, office)
    async with office.sessions() as session, session.begin():
        await (await session.connection()).execute(text(AS_ISSUED))


async def no_payment_waits(office: Office) -> None:
    async with office.sessions() as session, session.begin():
        await intake.keep_as_of(session, BILLING_PAYMENT.durable, real_now() + timedelta(hours=1))


async def told_anew(bus: Nats, till: Till) -> list[tuple[str, int, ReceivableStatus, str]]:
    """Once the payments are in, and the bus was compared: type, version, status, due date."""
    await no_payment_waits(till.office)
    async with comparing(bus, till.office):
        events = await till.told(InvoiceEvent)
    return [(type(each).__name__, each.version, each.status, each.due_date.isoformat()) for each in events]


async def test_a_due_date_that_was_moved_since_the_backup_is_told_back(bus: Nats, till: Till) -> None:
    office = till.office
    invoice = await office.issue(await office.customer(), due="2026-02-28")
    await put_off(office, invoice, LATER)
    await lost(bus, office)

    assert await told_anew(bus, till) == [("InvoiceBalanceChanged", 3, "open", "2026-02-28")]
    assert (await till.receivable(invoice))["version"] == 3
    await published(bus, office)
    assert await told_anew(bus, till) == []
    await put_off(office, invoice, OTHER)
    await published(bus, office)
    assert await told_anew(bus, till) == []
    assert (await till.receivable(invoice))["version"] == 4


async def test_numbers_wait_for_no_payment(bus: Nats, till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    """One receivable waits to be told anew until the payments are in; the number behind it is taken at once."""
    monkeypatch.setattr("services.billing.forgotten.comparing.AT_ONCE", 1)
    office = till.office
    customer = await office.customer()
    doubtful = await office.issue(customer, due="2026-02-28")
    await put_off(office, doubtful, LATER)
    gone = await office.issue(customer, due="2026-02-28")
    await lost(bus, office)
    await restored(office, kept=doubtful["number"], last=1)

    async with a_duty(bus, office) as duty, asyncio.timeout(20):
        while not (found := await office.do("GET", "/forgotten-invoices"))["items"]:
            await asyncio.sleep(0.05)
        assert not duty.is_done
    assert [each["number"] for each in found["items"]] == [gone["number"]]


@pytest.mark.parametrize("lost_by", ["write-off", "credit"])
async def test_an_invoice_that_was_closed_since_the_backup_is_told_to_be_open(
    bus: Nats, till: Till, lost_by: str
) -> None:
    office = till.office
    invoice = await office.issue(await office.customer(), due="2026-02-28")
    path = f"/receivables/{invoice['id']}/write-off" if lost_by == "write-off" else f"/invoices/{invoice['id']}/credit"
    await office.do("POST", path, {"reason": "a mistake"})
    await lost(bus, office)

    assert await told_anew(bus, till) == [("InvoiceReopened", 3, "open", "2026-02-28")]


@pytest.mark.parametrize("is_told", [True, False], ids=["told before it is compared", "not told yet"])
async def test_a_version_that_was_given_twice_is_left_behind(bus: Nats, till: Till, is_told: bool) -> None:
    """A worker that starts may work on payments before it has compared."""
    office = till.office
    invoice = await office.issue(await office.customer(), due="2026-02-28")
    await put_off(office, invoice, LATER)
    await lost(bus, office)
    await put_off(office, invoice, OTHER)
    if is_told:
        await published(bus, office)

    assert (await told_anew(bus, till))[-1] == ("InvoiceBalanceChanged", 3, "open", OTHER)


async def test_what_came_again_as_it_was_is_not_told_twice(bus: Nats, till: Till) -> None:
    office = till.office
    invoice = await office.issue(await office.customer(), due="2026-02-28")
    await put_off(office, invoice, LATER)
    await lost(bus, office)
    await put_off(office, invoice, LATER)
    await published(bus, office)

    assert await told_anew(bus, till) == []


async def test_who_paid_since_the_backup_is_not_told_of_before_the_payment_is_there_again(
    bus: Nats, till: Till
) -> None:
    office = till.office
    invoice = await office.issue(await office.customer(), due="2026-02-28")
    await till.receive(invoice_number=invoice["number"])
    await published(bus, office)
    async with office.sessions() as session, session.begin():
        connection = await session.connection()
        await connection.execute(text("alter table allocations disable trigger user"))
        await connection.execute(text("alter table payments disable trigger user"))
        for statement in ("delete from allocations", "delete from payments", AS_ISSUED):
            await connection.execute(text(statement))

    async with a_duty(bus, office) as duty:
        await until_doubted(duty)
        assert not duty.is_done
        await till.receive(invoice_number=invoice["number"])
        await published(bus, office)
        await no_payment_waits(office)
        async with asyncio.timeout(20):
            while not duty.is_done:
                await asyncio.sleep(0.02)

    assert await till.told(InvoiceEvent) == []
    assert (await till.receivable(invoice))["version"] == 2


async def until_doubted(duty: Comparing) -> None:
    async with asyncio.timeout(20):
        while duty.doubted_at is None:
            await asyncio.sleep(0.02)


async def test_a_later_fact_of_a_forgotten_invoice_keeps_its_number_too(bus: Nats, till: Till) -> None:
    """The stream keeps messages for a time only: that of the issue may be gone."""
    office = till.office
    kept, invoice = [await office.issue(await office.customer(), due="2026-02-28") for _ in range(2)]
    async with office.sessions() as session, session.begin():
        await (await session.connection()).execute(text("delete from outbox"))
    await put_off(office, invoice, LATER)
    await published(bus, office)
    async with office.sessions() as session, session.begin():
        await (await session.connection()).execute(text("alter table receivable_decisions disable trigger user"))
        await (await session.connection()).execute(text("delete from receivable_decisions"))
    await restored(office, kept=kept["number"], last=1)

    async with comparing(bus, office):
        page = await office.do("GET", "/forgotten-invoices")
    assert [each["number"] for each in page["items"]] == [invoice["number"]]


def known(version: int, **more: Any) -> Receivable:
    told = event(version, **more)
    values: dict[str, Any] = {name: getattr(told, name) for name in ("status", "balance", "due_date", "version")}
    return Receivable(**values)


def event(version: int, **more: Any) -> InvoiceEvent:
    return InvoiceEvent.model_validate(InvoiceBalanceChanged.example | {"version": version} | more)


def test_what_is_told_of_a_version_before_says_nothing_of_this_one() -> None:
    assert not is_otherwise(known(3), event(2, balance="1.00"))
    assert not is_otherwise(known(3), event(3))
    assert not is_otherwise(None, event(3))
    assert is_otherwise(known(3), event(4))
    for other in ({"balance": "1.00"}, {"status": "settled"}, {"due_date": date(2027, 1, 1)}):
        assert is_otherwise(known(3), event(3, **other))


def test_the_latest_of_each_invoice_decides() -> None:
    assert [each.version for each in latest([event(2), event(4), event(3)])] == [4]


@pytest.mark.parametrize(
    ("here", "told", "fact"),
    [
        ("open", "open", "InvoiceBalanceChanged"),
        ("open", "settled", "InvoiceReopened"),
        ("settled", "open", "InvoiceSettled"),
        ("credited", "open", "InvoiceSettled"),
        ("written_off", "open", "InvoiceCancelled"),
    ],
)
def test_the_kind_of_fact_is_what_is_so_here(here: str, told: str, fact: str) -> None:
    receivable = known(1, status=here)
    assert tell_anew(receivable, event(5, status=told)).__name__ == fact
    assert receivable.version == 6
