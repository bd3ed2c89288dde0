"""A server that lost everything, what brings it back, and that nobody is dunned wrongly: as docs/operating.md says it.

What differs is looked for while dunning's worker is away: it reconciles too, ten seconds after its start.
"""

from collections import Counter
from typing import Any
from uuid import UUID

from temporalio.client import Client
from temporalio.service import RPCError

from contracts.dunning import workflow_id
from tests.disaster.conftest import AFTER, ALWAYS, BEFORE, KINDS, QUICK, Ruin, each_once
from tests.e2e.house import until

ALONE = QUICK.model_copy(update={"key": "alone", "steps": [QUICK.steps[0], QUICK.steps[-1]]})
"""Its first step is not superseded, however long the loss takes here."""


async def test_temporal_that_lost_everything_is_given_its_workflows_again(ruin: Ruin) -> None:
    await ruin.follow(KINDS, ALWAYS)
    owed = await ruin.owed(6)
    paid, held, dunned = owed[:2], owed[2:3], owed[3:]
    await ruin.acted(owed, BEFORE[-1])
    await ruin.pays(*paid)
    await ruin.closed(paid)
    await ruin.house.post("dunning", f"/cases/{held[0]['id']}/pause", {"note": "holidays"})

    await ruin.stack.stop("dunning-worker")
    await ruin.lose("temporal")
    await ruin.stack.restart("workflows")
    seen = await ruin.relance("reconcile", "--json")
    mended = await ruin.relance("reconcile", "--repair", "--json")
    after = await ruin.relance("reconcile")
    await ruin.stack.start("dunning-worker")

    assert seen.code == 1
    assert seen.found == mended.found == {("no_workflow", each["id"]) for each in [*held, *dunned]}, (seen, mended)
    assert (mended.code, mended.json["remaining"]) == (0, []), mended
    assert (after.code, "Nothing differs." in after.out) == (0, True), after
    await ruin.acted(dunned, AFTER[-1])
    await ruin.pays(*held, *dunned)
    await ruin.closed(owed)
    await ruin.nobody_was_bothered()
    assert await ruin.acts() == each_once(owed, BEFORE) + each_once(dunned, AFTER)


async def test_a_step_that_was_on_its_way_when_temporal_lost_everything_is_carried_out_once(ruin: Ruin) -> None:
    await ruin.follow(ALONE, ALWAYS)  # in office hours it would soon wait for the morning, and not be on its way
    await ruin.stack.stop("notify")
    owed = await ruin.owed(3)
    temporal = await Client.connect(ruin.stack.servers.temporal.target)

    async def are_tried_again() -> bool:
        return all([await is_tried_again(temporal, each) for each in owed])

    await until("each first step is tried again", are_tried_again)
    await ruin.stack.stop("dunning-worker")
    await ruin.lose("temporal")
    await ruin.stack.start("notify")
    await ruin.stack.restart("workflows")
    mended = await ruin.relance("reconcile", "--repair", "--json")
    await ruin.stack.start("dunning-worker")

    assert mended.found == {("no_workflow", each["id"]) for each in owed}, mended
    assert (mended.code, mended.json["remaining"]) == (0, []), mended
    await ruin.acted(owed, "first")
    await ruin.pays(*owed)
    await ruin.closed(owed)
    await ruin.nobody_was_bothered()
    assert await ruin.acts() == each_once(owed, ["first"])


async def is_tried_again(temporal: Client, invoice: dict[str, Any]) -> bool:
    try:
        found = await temporal.get_workflow_handle(workflow_id(UUID(invoice["id"]))).describe()
    except RPCError:
        return False  # it has not been started yet
    return any(each.attempt > 1 for each in found.raw_description.pending_activities)


async def test_a_bus_that_lost_everything_is_made_anew_and_what_it_carried_is_found_by_comparing(ruin: Ruin) -> None:
    await ruin.follow(KINDS, ALWAYS)
    owed = await ruin.owed(6)
    await ruin.acted(owed, BEFORE[-1])
    for name in ("dunning-worker", "notify-worker"):
        await ruin.stack.stop(name)
    await ruin.pays(owed[0])  # billing tells it, dunning and notify never hear of it
    (unheard,) = await ruin.owed(1, due_in=40)  # no more than of this one; it is due once all is mended
    await until("their facts are on the bus", lambda: ruin.is_settled(owed[0]))
    await ruin.stack.stop("billing-worker")
    await ruin.pays(owed[1])  # waits in a stream that is about to be lost

    await ruin.stack.stop("workflows")
    await ruin.lose("nats")
    await ruin.stack.start("provision")
    seen = await ruin.relance("reconcile", "--json")
    planned = await ruin.statuses(owed[0])
    mended = await ruin.relance("reconcile", "--repair", "--json")
    left = await ruin.statuses(owed[0])
    for name in ("billing-worker", "dunning-worker", "notify-worker"):
        await ruin.stack.start(name)
    await ruin.pays(owed[1])  # its publisher, who had no answer, publishes it again
    await until("it is paid", lambda: ruin.is_settled(owed[1]))
    await ruin.stack.start("workflows")

    paid = {("case_behind", owed[0]["id"]), ("notify_behind", owed[0]["id"])}
    assert seen.code == 1
    assert seen.found == mended.found == paid | {("no_case", unheard["id"])}, (seen, mended)
    assert (mended.code, mended.json["remaining"]) == (0, []), mended
    assert (planned, left) == (Counter(prepared=1, opened=1), Counter(withdrawn=2))
    await ruin.closed(owed[:2])
    await ruin.acted(owed[2:], AFTER[-1])
    await ruin.acted([unheard], BEFORE[-1])
    await ruin.pays(*owed[2:], unheard)
    await ruin.closed([*owed, unheard])
    await until("nothing is left to post or to call for", lambda: everything_is_withdrawn(ruin))
    await ruin.nobody_was_bothered()
    assert await ruin.acts() == each_once([*owed, unheard], BEFORE) + each_once(owed[2:], AFTER)


async def everything_is_withdrawn(ruin: Ruin) -> bool:
    return {each["status"] for each in await ruin.planned()} == {"withdrawn"}
