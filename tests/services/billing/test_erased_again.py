"""A database that is older than an erasure: who was erased is erased again, without a person."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

import pytest
from nats.aio.client import Client as Nats
from sqlalchemy import text
from sqlmodel import select

from chassis import outbox
from chassis.clock import Now
from chassis.outbox import OutboxMessage
from chassis.personal.restored import ErasingAgain, NotErasedAgain
from chassis.worker import Worker
from contracts.clock import Clock
from contracts.events import AuditRecorded, CustomerErased
from services.billing.privacy.store import HOLDINGS
from services.billing.privacy.use_cases import erase_again
from tests.services.billing.office import CUSTOMER, Office
from tests.services.billing.till import Till

RESTORED = """update customers set name = 'Garage Lefèvre', email = 'anne@garage-lefevre.example', erased_at = null
    where id = :customer"""


@asynccontextmanager
async def looking(bus: Nats, office: Office) -> AsyncIterator[ErasingAgain]:
    """The duty of a worker that has just started, once it has looked at every erasure."""
    worker = Worker("billing", None, None, office.sessions, bus, Now(Clock()))  # type: ignore[arg-type]
    duty = ErasingAgain(HOLDINGS, erase_again, again_every=0.05)
    with pytest.raises(NotErasedAgain):
        await duty.check()
    task = asyncio.create_task(duty.watch(worker))
    try:
        async with asyncio.timeout(20):
            while not duty.is_done:
                await asyncio.sleep(0.02)
        await duty.check()
        yield duty
    finally:
        worker.stopping.set()
        await task


async def erased(bus: Nats, office: Office, customer: UUID) -> None:
    """And told."""
    await office.do("POST", f"/customers/{customer}/erasure")
    await published(bus, office)


async def published(bus: Nats, office: Office) -> None:
    while await outbox.relay(office.sessions, bus.jetstream(), source="billing"):
        pass


async def restored(office: Office, customer: UUID) -> None:
    """As a backup of before has it."""
    async with office.sessions() as session, session.begin():
        await (await session.connection()).execute(text(RESTORED), {"customer": customer})


async def is_erased(office: Office, customer: UUID) -> bool:
    name = (await office.do("GET", f"/customers/{customer}"))["name"]
    refused = await office.ask("POST", f"/customers/{customer}/comments", {"text": "again"})
    return name == f"Client {str(customer)[:8]}" and refused.status_code == 409


async def erasures_to_tell(office: Office) -> list[AuditRecorded]:
    """Of the audit; nothing else may be told."""
    async with office.sessions() as session:
        rows = (await session.exec(select(OutboxMessage))).all()
    told = [AuditRecorded.model_validate_json(row.body) for row in rows if row.subject == AuditRecorded.type]
    assert len(told) == len(rows)
    return [each for each in told if each.action == "billing.erased_customer"]


async def test_who_was_erased_after_the_backup_is_erased_again_and_the_audit_hears_of_it(
    bus: Nats, office: Office, customer: UUID
) -> None:
    await erased(bus, office, customer)
    await restored(office, customer)
    assert not await is_erased(office, customer)

    async with looking(bus, office):
        assert await is_erased(office, customer)

    (entry,) = await erasures_to_tell(office)
    assert entry.object == f"customers/{customer}"


async def test_who_is_erased_is_left_alone(bus: Nats, office: Office, customer: UUID) -> None:
    """A worker that starts tells the audit nothing, and nobody else."""
    await erased(bus, office, customer)

    async with looking(bus, office):
        pass

    assert await erasures_to_tell(office) == []


async def test_who_owes_an_invoice_again_waits_until_it_is_settled_and_keeps_nobody_waiting(
    bus: Nats, office: Office, customer: UUID
) -> None:
    """The backup is of before the payment, which comes again."""
    other = await office.customer(name="Other")
    await erased(bus, office, customer)
    await erased(bus, office, other)
    for each in (customer, other):
        await restored(office, each)
    invoice = await office.issue(customer)

    async with looking(bus, office):
        assert (await is_erased(office, customer), await is_erased(office, other)) == (False, True)
        await Till(office).receive("P1", invoice["total"], invoice_number=invoice["number"])
        async with asyncio.timeout(20):
            while not await is_erased(office, customer):
                await asyncio.sleep(0.05)


async def test_who_came_after_the_backup_is_not_there_and_no_matter(bus: Nats, office: Office, customer: UUID) -> None:
    gone = CustomerErased(organisation="demo", customer_id=uuid4(), asked_by="1", asked_by_name="Anne")
    for body in (gone.model_dump_json().encode(), b"{}"):
        await bus.jetstream().publish(CustomerErased.type, body)
    await erased(bus, office, customer)
    await restored(office, customer)

    async with looking(bus, office):
        assert await is_erased(office, customer)


async def test_of_another_organisation_nobody_is_erased(bus: Nats, office: Office, customer: UUID) -> None:
    foreign = CustomerErased(organisation="other", customer_id=customer, asked_by="1", asked_by_name="Anne")
    await bus.jetstream().publish(CustomerErased.type, foreign.model_dump_json().encode())

    async with looking(bus, office):
        assert (await office.do("GET", f"/customers/{customer}"))["name"] == CUSTOMER["name"]
