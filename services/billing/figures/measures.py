"""What billing tells Prometheus: money without an invoice, and how fresh its balances are."""

from collections.abc import Mapping, Sequence

from chassis.clock import real_now
from chassis.figures import Figure, Labels, Measure
from chassis.worker import Worker
from services.billing.figures import store


def measures(worker: Worker) -> Mapping[str, Measure]:
    async def unallocated() -> Sequence[Figure]:
        async with worker.sessions() as session:
            rows = await store.unallocated(session)
        payments: dict[Labels, float] = {(currency or "",): count for currency, count, _ in rows}
        amounts: dict[Labels, float] = {(currency or "",): float(amount) for currency, _, amount in rows}
        name = ("currency",)
        return [
            Figure("relance_payments_unallocated", "Payments of which something is on no invoice", payments, name),
            Figure("relance_unallocated_amount", "What of them is on no invoice, in units of currency", amounts, name),
        ]

    async def freshness() -> Sequence[Figure]:
        async with worker.sessions() as session:
            as_of = await store.balances_as_of(session)
        age = max(0.0, (real_now() - as_of).total_seconds()) if as_of else float("inf")
        return [Figure("relance_balances_age_seconds", "Age of the newest moment that balances speak of", {(): age})]

    return {"unallocated payments": unallocated, "freshness of balances": freshness}
