"""A server or a process is away: the runbooks say what that means, and end with bringing it back."""

import pytest
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.service import RPCError

from tests.e2e.house import until
from tests.runbooks.conftest import Post
from workflows.client import connect

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_process_away(post: Post) -> None:
    await post.stack.stop("notify")
    await post.watch.raised("ProcessAway")

    await post.stack.start("notify")

    await post.watch.over("ProcessAway")
    assert (await post.house.http.get(f"{post.stack.urls['notify']}/readyz")).status_code == 200


async def test_payment_not_applied(post: Post) -> None:
    (invoice,) = await post.owed(1)
    await post.stack.stop("postgres")
    await post.pays(invoice)
    await post.watch.raised("PaymentNotApplied")
    assert await post.watch.value('relance_consumer_pending{consumer="billing-payment"}') + await post.watch.value(
        'relance_consumer_unanswered{consumer="billing-payment"}'
    )

    await post.stack.start("postgres")

    await post.watch.over("PaymentNotApplied")
    payment = await post.house.get("billing", f"/payments/bank-{invoice['number']}")
    assert payment["status"] == "applied"
    await post.closed([invoice])


async def test_outbox_stuck_and_balances_stale(post: Post) -> None:
    customer = await post.house.a_customer()
    await post.stack.stop("nats")
    await post.house.an_invoice(customer, due_in=1)
    await post.watch.raised("OutboxStuck")
    await post.watch.raised("BalancesStale")
    assert await post.watch.value('relance_outbox_rows{job="relance-billing-worker"}') >= 1

    await post.stack.start("nats")

    await post.watch.over("OutboxStuck")
    await post.watch.over("BalancesStale")


async def test_consumer_behind(post: Post) -> None:
    customer = await post.house.a_customer()
    await post.stack.stop("temporal")
    invoice = await post.house.an_invoice(customer, due_in=30)
    await post.watch.raised("ConsumerBehind")
    assert await post.watch.value('sum(relance_deliveries_failed_total{cause="waits"})') > 0

    await post.stack.start("temporal")

    await post.watch.over("ConsumerBehind")
    assert (await post.case(invoice))["state"] == "scheduled"


async def test_figures_missing(post: Post) -> None:
    await post.stack.stop("dunning-worker")
    await post.watch.raised("FiguresMissing")

    await post.stack.start("dunning-worker")

    await post.watch.over("FiguresMissing")


async def test_step_late(post: Post) -> None:
    await post.stack.stop("workflows")
    owed = await post.owed(2)
    await post.watch.raised("StepLate", within=150)
    assert await post.watch.value("relance_steps_due") >= 2

    await post.stack.start("workflows")

    await post.watch.over("StepLate")
    await post.reminded(owed, "first")


async def test_reconciliation_missing(post: Post) -> None:
    await post.stack.stop("billing")
    await post.watch.raised("ReconciliationMissing")
    runs = await post.house.get("dunning", "/reconciliations")
    assert runs["items"][0]["problem"]

    await post.stack.start("billing")

    await post.watch.over("ReconciliationMissing")


async def test_reconciliation_drift(post: Post) -> None:
    (invoice,) = await post.owed(1)
    await until("its workflow runs", lambda: _is_running(post, invoice["id"]))
    client = await _temporal(post)
    await client.get_workflow_handle(f"dunning:{invoice['id']}").terminate(reason="lost, in a test")
    await post.watch.raised("ReconciliationDrift")
    assert await post.watch.value('max(relance_reconciliation_mended{what="workflows_started"})') >= 1

    await post.watch.over("ReconciliationDrift")

    compared = await post.relance("reconcile")
    assert (compared.code, "Nothing differs." in compared.out) == (0, True), compared
    assert await _is_running(post, invoice["id"])


async def _temporal(post: Post) -> Client:

    return await connect(post.stack.servers.temporal.target, "default", lazy=False)


async def _is_running(post: Post, invoice_id: str) -> bool:
    try:
        found = await (await _temporal(post)).get_workflow_handle(f"dunning:{invoice_id}").describe()
    except RPCError:
        return False
    return found.status is WorkflowExecutionStatus.RUNNING
