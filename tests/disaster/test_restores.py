"""A database that is of an earlier moment than the rest: as docs/operating.md says it."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from tests.disaster.conftest import Ruin
from tests.disaster.dumps import dump, restore
from tests.e2e.house import until


async def test_a_database_of_dunning_that_is_older_than_the_rest_catches_up(ruin: Ruin, tmp_path: Path) -> None:
    before = await ruin.owed(3)
    await until("their cases", lambda: ruin.have_cases(before))
    servers, copy = ruin.stack.servers, tmp_path / "dunning.dump"
    await asyncio.to_thread(dump, servers.postgres, "dunning", copy)
    after = await ruin.owed(3)
    await ruin.reminded([*before, *after], "first")
    await ruin.pays(before[0], after[0])
    await ruin.closed([before[0], after[0]])

    for name in ("dunning", "dunning-worker", "workflows"):
        await ruin.stack.stop(name)
    await asyncio.to_thread(restore, servers.postgres, "dunning", copy)
    for name in ("dunning", "dunning-worker", "workflows"):
        await ruin.stack.start(name)
    seen = await ruin.relance("reconcile", "--json")
    mended = await ruin.relance("reconcile", "--repair", "--json")

    assert {"no_case", "case_behind"} & {each["kind"] for each in seen.json["found"]}, seen
    assert {each["kind"] for each in mended.json["remaining"]} <= {"not_in_journal"}, mended
    await ruin.closed([before[0]])
    await ruin.reminded([*before[1:], *after[1:]], "second")
    await ruin.pays(*before[1:], *after[1:])
    await ruin.closed([*before, *after[1:]])
    await ruin.nobody_was_bothered()


async def test_what_a_restored_database_of_billing_forgot_comes_again_and_no_number_is_given_twice(
    ruin: Ruin, tmp_path: Path
) -> None:
    owed = await ruin.owed(3)
    await until("their cases", lambda: ruin.have_cases(owed))
    servers, copy, moment = ruin.stack.servers, tmp_path / "billing.dump", datetime.now(UTC)
    await asyncio.to_thread(dump, servers.postgres, "billing", copy)
    lost = await ruin.owed(2)
    await until("cases of what will be lost", lambda: ruin.have_cases(lost))
    await ruin.pays(owed[0])
    await ruin.closed(owed[:1])

    for name in ("billing", "billing-worker"):
        await ruin.stack.stop(name)
    await asyncio.to_thread(restore, servers.postgres, "billing", copy)
    rewound = await ruin.relance("rewind", "billing-payment", "--since", moment.isoformat())
    for name in ("billing-worker", "billing"):  # first who remembers the numbers, then who gives them
        await ruin.stack.start(name)
    later = await ruin.owed(1)
    seen = await ruin.relance("reconcile", "--json")

    assert (rewound.code, "hears 1 messages again" in rewound.out) == (0, True), rewound
    assert await numbers_of(ruin, "/forgotten-invoices") == [each["number"] for each in lost]
    assert later[0]["number"] not in {each["number"] for each in [*owed, *lost]}
    assert {(each["kind"], each["number"]) for each in seen.json["found"]} == {
        ("not_in_billing", each["number"]) for each in lost
    }, seen
    await until("the payment is there again", lambda: ruin.is_settled(owed[0]))
    await ruin.stack.start("provision")  # what an upgrade runs leaves the consumer as it is
    for each in lost:
        await ruin.house.post("dunning", f"/cases/{each['id']}/close", {"reason": "excluded", "note": "by hand"})
    await until("nothing differs", lambda: nothing_differs(ruin))
    await ruin.reminded([*owed[1:], *later], "first")
    await ruin.pays(*owed[1:], *later)
    await ruin.closed([*owed, *later])
    await ruin.nobody_was_bothered()


async def numbers_of(ruin: Ruin, path: str) -> list[str]:
    return [each["number"] for each in (await ruin.house.get("billing", path))["items"]]


async def nothing_differs(ruin: Ruin) -> bool:
    return (await ruin.relance("reconcile")).code == 0


async def test_what_a_restored_database_of_notify_forgot_is_told_and_not_done_again(ruin: Ruin, tmp_path: Path) -> None:
    owed = await ruin.owed(3)
    await until("their cases", lambda: ruin.have_cases(owed))
    servers, copy = ruin.stack.servers, tmp_path / "notify.dump"
    await asyncio.to_thread(dump, servers.postgres, "notify", copy)
    await ruin.reminded(owed, "first")

    for name in ("workflows", "notify", "notify-worker"):
        await ruin.stack.stop(name)
    await asyncio.to_thread(restore, servers.postgres, "notify", copy)
    for name in ("notify-worker", "notify", "workflows"):  # first who looks up what was done, then who does it
        await ruin.stack.start(name)
    seen = await ruin.relance("reconcile", "--json")

    forgotten = {each["invoice_id"] for each in seen.json["found"] if each["kind"] == "not_in_notify"}
    assert forgotten == {each["id"] for each in owed}, seen
    assert seen.json["compared"]["decisions"] >= 3
    await ruin.reminded(owed, "second")
    await ruin.pays(*owed)
    await ruin.closed(owed)
    await ruin.nobody_was_bothered()
