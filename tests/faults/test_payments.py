"""A crash around a payment's commit, and two copies of the consumer at one payment: it counts once."""

import pytest

from chassis.publish import publish
from contracts.events import PaymentReceived, PaymentReversed
from contracts.topology import BILLING_PAYMENT
from tests.faults.ground import Ground
from tests.faults.processes import until
from tests.services.billing.office import Office
from tests.services.billing.till import a_payment, a_reversal

pytestmark = pytest.mark.slow

HANDLED, COMMITTED = "billing-payment: handled, not committed", "billing-payment: committed, not acknowledged"
ALLOCATIONS = "select count(*) from allocations"
TOLD = ["billing.invoice.issued.v1", "billing.payment.applied.v1", "billing.invoice.settled.v1"]


async def owed_and_paid(ground: Ground, office: Office) -> None:
    """An invoice of 1,200.00 EUR and, in the stream, the payment that settles it."""
    invoice = await office.issue(await office.customer())
    paid = PaymentReceived.model_validate(a_payment(invoice_number=invoice["number"]))
    await publish(ground.bus.jetstream(), paid, identity="P1-1", source="urn:bank", at=office.now)


async def counts_once(ground: Ground) -> None:
    """Every message was answered, every fact published: there is one of each."""
    await ground.done(BILLING_PAYMENT)
    await until("every fact is published", lambda: told(ground, len(TOLD)))
    assert await ground.stored("BILLING") == TOLD
    assert await ground.count("billing", ALLOCATIONS) == 1


async def told(ground: Ground, count: int) -> bool:
    return len(await ground.stored("BILLING")) >= count


async def test_a_payment_that_was_not_committed_is_taken_by_the_next_process(ground: Ground, office: Office) -> None:
    await owed_and_paid(ground, office)
    async with ground.start("billing", "worker", at=HANDLED) as worker:
        await worker.killed()
    assert await ground.count("billing", ALLOCATIONS) == 0

    async with ground.start("billing", "worker"):
        await counts_once(ground)


async def test_a_payment_that_comes_again_after_its_facts_were_published_counts_once(
    ground: Ground, office: Office
) -> None:
    await owed_and_paid(ground, office)
    async with ground.start("billing", "worker", at=COMMITTED) as worker:
        await worker.killed()
    assert await ground.count("billing", ALLOCATIONS) == 1
    assert not await ground.is_done(BILLING_PAYMENT)

    async with ground.start("billing", "worker"):
        await counts_once(ground)


@pytest.mark.parametrize("the_first_dies", [True, False], ids=["the first dies", "the first goes on"])
async def test_two_copies_at_one_payment_count_it_once(ground: Ground, office: Office, the_first_dies: bool) -> None:
    await owed_and_paid(ground, office)
    async with ground.start("billing", "worker", at=HANDLED, act="stop") as first:
        await first.stopped()
        async with ground.start("billing", "worker"):
            await ground.someone_waits("billing")
            if the_first_dies:
                await first.kill()
            else:
                first.go_on()
            await counts_once(ground)


async def test_a_reversal_that_overtakes_its_unanswered_payment_leaves_the_invoice_owed(
    ground: Ground, office: Office
) -> None:
    await owed_and_paid(ground, office)
    async with ground.start("billing", "worker", at=HANDLED, act="stop") as first:
        await first.stopped()
        reversed_ = PaymentReversed.model_validate(a_reversal())
        await publish(ground.bus.jetstream(), reversed_, identity="P1-2", source="urn:bank", at=office.now)
        async with ground.start("billing", "worker"):
            await ground.someone_waits("billing")
            await first.kill()
            await ground.done(BILLING_PAYMENT)
    assert await ground.count("billing", "select coalesce(sum(amount), 0)::int from allocations") == 0
    assert await ground.count("billing", "select balance::int from receivables") == 1200
