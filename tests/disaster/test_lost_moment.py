"""Databases that go back to one moment: what was done since is forgotten by all of them, and done no second time."""

import asyncio
from pathlib import Path

from tests.disaster.conftest import Ruin
from tests.disaster.dumps import dump, restore
from tests.e2e.house import until

FORGETFUL = ("dunning", "notify")
"""Both that know whether a step was done; in the others nothing happens between the backup and the loss."""


async def test_what_was_done_after_the_moment_of_the_backups_is_not_done_again(ruin: Ruin, tmp_path: Path) -> None:
    owed = await ruin.owed(4)
    await until("their cases", lambda: ruin.have_cases(owed))
    servers = ruin.stack.servers
    copies = {name: tmp_path / f"{name}.dump" for name in FORGETFUL}
    await asyncio.gather(*(asyncio.to_thread(dump, servers.postgres, name, copies[name]) for name in FORGETFUL))
    await ruin.reminded(owed, "first")

    for name in ("workflows", *(process for each in FORGETFUL for process in (each, f"{each}-worker"))):
        await ruin.stack.stop(name)
    for name in FORGETFUL:
        await asyncio.to_thread(restore, servers.postgres, name, copies[name])
    await ruin.lose("temporal")  # it would remember what both have forgotten
    # first who remembers what was done, last who asks for it
    for name in ("notify-worker", "notify", "dunning", "dunning-worker", "workflows"):
        await ruin.stack.start(name)
    mended = await ruin.relance("reconcile", "--repair", "--json")

    assert {each["kind"] for each in mended.json["remaining"]} <= {"not_in_notify"}, mended
    await ruin.reminded(owed, "second")
    received = await ruin.reminders()
    assert all(received[each["id"], "first"] == 1 for each in owed), received
    for each in owed:
        assert "first#1" in (await ruin.house.case(each))["done"]
    await ruin.pays(*owed)
    await ruin.closed(owed)
    await ruin.nobody_was_bothered()
