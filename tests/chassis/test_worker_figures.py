"""What a worker tells of the streams that its service answers for."""

from collections.abc import Mapping
from typing import cast

from nats.aio.client import Client as Nats
from sqlalchemy.ext.asyncio import AsyncEngine

from chassis.clock import Now
from chassis.figures import Labels
from chassis.provision import provision
from chassis.worker_figures import WorkerFigures
from contracts.topology import streams_of


async def told(bus: Nats) -> Mapping[str, Mapping[Labels, float]]:
    """By billing's worker, by the name of the figure."""
    nobody = cast("AsyncEngine", None)  # what is asked for here reads no database
    own = WorkerFigures(nobody, bus.jetstream(timeout=2), (), streams_of("billing"), Now(), limit=None)
    return {figure.name: figure.values for figure in await own.of_streams()}


async def test_a_worker_tells_how_full_its_streams_are_and_the_one_that_others_fill_for_it(bus: Nats) -> None:
    js = bus.jetstream()
    await provision(js, replicas=1, days=1, size=20_000_000)
    before = await told(bus)
    await js.publish("payments.payment.received.v1", b"." * 5_000)

    after = await told(bus)

    assert set(after["relance_stream_bytes"]) == {("PAYMENTS",), ("BILLING",)}
    assert after["relance_stream_limit_bytes"] == {("PAYMENTS",): 20_000_000, ("BILLING",): 20_000_000}
    grown = after["relance_stream_bytes"]["PAYMENTS",] - before["relance_stream_bytes"]["PAYMENTS",]
    assert 5_000 < grown < 5_500


async def test_a_stream_without_a_size_has_no_limit_that_it_could_be_near(bus: Nats) -> None:
    await provision(bus.jetstream(), replicas=1, days=1)

    assert (await told(bus))["relance_stream_limit_bytes"] == {}
