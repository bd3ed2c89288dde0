"""A crash around the publication of a fact: it is told, and it has one effect."""

import pytest

from contracts.events import InvoiceIssued
from contracts.topology import DUNNING_INVOICE
from tests.faults.ground import Ground
from tests.faults.processes import until
from tests.services.billing.office import Office

pytestmark = pytest.mark.slow

WAITING = "select count(*) from outbox"
ISSUED = InvoiceIssued.type


async def test_a_fact_that_was_committed_and_not_published_is_published_by_the_next_process(
    ground: Ground, office: Office
) -> None:
    await office.issue(await office.customer())
    async with ground.start("billing", "worker", at="outbox: committed, not published") as worker:
        await worker.killed()
    assert await ground.stored("BILLING") == []

    async with ground.start("billing", "worker"):
        await until("the fact is published", lambda: ground.stored("BILLING"))
    assert await ground.stored("BILLING") == [ISSUED]


async def test_a_fact_that_was_published_and_not_forgotten_is_dropped_by_the_stream(
    ground: Ground, office: Office
) -> None:
    await office.issue(await office.customer())
    await killed_after_publishing(ground)

    async with ground.start("billing", "worker"):
        await until("the row is gone", lambda: nothing_waits(ground))
    assert await ground.stored("BILLING") == [ISSUED]


async def test_a_fact_that_was_published_twice_long_after_opens_one_case(ground: Ground, office: Office) -> None:
    js = ground.bus.jetstream()
    stream = (await js.stream_info("BILLING")).config
    stream.duplicate_window = 0.1  # the start of a process takes longer
    await js.update_stream(stream)
    await office.issue(await office.customer())
    await killed_after_publishing(ground)
    async with ground.start("billing", "worker"):
        await until("the row is gone", lambda: nothing_waits(ground))
    assert await ground.stored("BILLING") == [ISSUED, ISSUED]

    async with ground.start("dunning", "worker"):
        await until("the case is told of", lambda: ground.stored("DUNNING"))
        await ground.done(DUNNING_INVOICE)
    assert await ground.count("dunning", "select count(*) from cases") == 1
    assert (await ground.stored("DUNNING")) == ["dunning.case.opened.v1"]


async def killed_after_publishing(ground: Ground) -> None:
    """The worker dies with the fact of the invoice told; what the audit told before it is taken away."""
    await ground.change("billing", "delete from outbox where subject <> :kept", kept=ISSUED)
    async with ground.start("billing", "worker", at="outbox: published, not deleted") as worker:
        await worker.killed()
    assert await ground.stored("BILLING") == [ISSUED]
    assert await ground.count("billing", WAITING) == 1


async def nothing_waits(ground: Ground) -> bool:
    return not await ground.count("billing", WAITING)
