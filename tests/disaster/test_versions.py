"""What a restored database of billing no longer knows of its receivables, nobody goes on believing."""

import asyncio
from decimal import Decimal
from pathlib import Path

from tests.disaster.conftest import Ruin
from tests.disaster.dumps import dump, restore
from tests.e2e.house import until


async def test_a_due_date_that_a_restored_database_of_billing_forgot_is_forgotten_by_its_case_too(
    ruin: Ruin, tmp_path: Path
) -> None:
    (owed,) = await ruin.owed(1)
    await until("its case", lambda: ruin.house.case(owed))
    servers, copy = ruin.stack.servers, tmp_path / "billing.dump"
    await asyncio.to_thread(dump, servers.postgres, "billing", copy)
    put_off = {"due_date": ruin.house.in_days(400).isoformat(), "reason": "agreed by phone"}
    await ruin.house.post("billing", f"/receivables/{owed['id']}/due-date", put_off)
    await until("its case is put off", lambda: knows(ruin, owed["id"], due_date=put_off["due_date"]))

    for name in ("billing", "billing-worker"):
        await ruin.stack.stop(name)
    await asyncio.to_thread(restore, servers.postgres, "billing", copy)
    for name in ("billing-worker", "billing"):
        await ruin.stack.start(name)
    part = {"amount": Decimal("500.00"), "payment_id": f"part-{owed['number']}"}
    await ruin.house.publish(ruin.payment(owed).model_copy(update=part))

    await until(
        "its case is as billing has it",
        lambda: knows(ruin, owed["id"], due_date=owed["due_date"], balance="700.00"),
    )
    view = await ruin.house.get("billing", f"/receivables/{owed['id']}")
    assert (view["due_date"], view["balance"]) == (owed["due_date"], "700.00")
    await until("nothing differs", lambda: nothing_differs(ruin))
    await ruin.reminded([owed], "second")
    rest = {"amount": Decimal("700.00"), "payment_id": f"rest-{owed['number']}"}
    await ruin.house.publish(ruin.payment(owed).model_copy(update=rest))
    await ruin.closed([owed])
    await ruin.nobody_was_bothered()


async def knows(ruin: Ruin, invoice_id: str, **expected: str) -> bool:
    case = await ruin.house.case({"id": invoice_id})
    return all(case.get(name) == value for name, value in expected.items())


async def nothing_differs(ruin: Ruin) -> bool:
    return (await ruin.relance("reconcile")).code == 0
