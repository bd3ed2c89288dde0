"""A crash between the taking of an invoice's number and its commit leaves no gap, and two copies no duplicate."""

import asyncio

import httpx2
import pytest

from tests.faults.ground import Ground
from tests.faults.processes import Running
from tests.services.billing.office import Office

pytestmark = pytest.mark.slow

TAKEN = "numbers: taken, not committed"


async def issue(api: Running, office: Office, draft: str) -> str:
    """The number that this copy of the API gives; `lost` when it died meanwhile."""
    headers = office.keys.bearer() | {"idempotency-key": f"issue-{draft}"}
    async with httpx2.AsyncClient(timeout=30) as client:
        try:
            answer = await client.post(f"{api.url}/invoices/{draft}/issue", json={}, headers=headers)
        except httpx2.TransportError:
            return "lost"
    assert answer.is_success, answer.text
    return str(answer.json()["number"])


async def test_a_number_that_was_not_committed_is_given_to_the_next_invoice(ground: Ground, office: Office) -> None:
    customer = await office.customer()
    lost, following = [(await office.draft(customer))["id"] for _ in range(2)]
    async with ground.start("billing", "api", at=TAKEN) as api:
        await api.ready()
        assert await issue(api, office, lost) == "lost"
        await api.killed()

    assert (await office.do("GET", f"/invoices/{lost}"))["status"] == "draft"
    async with ground.start("billing", "api") as api:
        await api.ready()
        first = await issue(api, office, following)
        second = await issue(api, office, lost)
        assert [number[-5:] for number in (first, second)] == ["00001", "00002"]
        assert await issue(api, office, lost) == second


@pytest.mark.parametrize("the_first_dies", [True, False], ids=["the first dies", "the first goes on"])
async def test_two_copies_that_issue_at_once_leave_no_gap_and_no_duplicate(
    ground: Ground, office: Office, the_first_dies: bool
) -> None:
    customer = await office.customer()
    drafts = [(await office.draft(customer))["id"] for _ in range(2)]
    async with (
        ground.start("billing", "api", at=TAKEN, act="stop") as first,
        ground.start("billing", "api") as second,
    ):
        await asyncio.gather(first.ready(), second.ready())
        holding = asyncio.create_task(issue(first, office, drafts[0]))
        await first.stopped()
        waiting = asyncio.create_task(issue(second, office, drafts[1]))
        await ground.someone_waits("billing")
        if the_first_dies:
            await first.kill()
        else:
            first.go_on()
        numbers = [await holding, await waiting]

    assert [number[-5:] for number in numbers] == (["lost", "00001"] if the_first_dies else ["00001", "00002"])
