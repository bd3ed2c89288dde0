"""The sizes of the streams, on a real server: what an account demands, and what a stream does that is full."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import nats
import pytest
from nats.aio.client import Client as Nats
from nats.js import JetStreamContext
from nats.js.errors import ServiceUnavailableError

from chassis.provision import StreamRefused, provision
from contracts.topology import ADVISORIES, STREAMS
from deploy.local.launch import ROOT
from deploy.local.ports import free_port
from deploy.local.servers import running
from tests.support.limited_nats import LimitedNats

PAYMENT = "payments.payment.received.v1"
ADVISORY = f"{ADVISORIES}.MSG_TERMINATED.PAYMENTS.billing-payment"
ROOM = 100_000


@pytest.fixture
def demanding(tmp_path: Path) -> Iterator[LimitedNats]:
    with running(LimitedNats(tmp_path / "nats", free_port(), "max_bytes_required: true, max_file: 200MB")) as server:
        yield server


@asynccontextmanager
async def at(server: LimitedNats) -> AsyncIterator[JetStreamContext]:
    connection = await nats.connect(server.url)
    try:
        yield connection.jetstream(timeout=2)
    finally:
        await connection.close()


async def sizes(js: JetStreamContext) -> dict[str, tuple[int | None, str | None]]:
    configs = [each.config for each in await js.streams_info()]
    return {each.name or "": (each.max_bytes, each.discard) for each in configs}


async def sequences(js: JetStreamContext, stream: str) -> tuple[int, int]:
    """Of the oldest message and of the newest one."""
    state = (await js.stream_info(stream)).state
    return state.first_seq, state.last_seq


async def provisioned(server: LimitedNats, **settings: str) -> tuple[int, str]:
    """The exit code of the job, and what it said."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "chassis.provision"),
        cwd=ROOT, env={"PATH": os.environ["PATH"], "RELANCE_NATS_URL": server.url, **settings},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    async with asyncio.timeout(60):
        out, _ = await process.communicate()
    return process.returncode or 0, out.decode()


async def test_an_account_that_demands_sizes_is_told_of_in_a_sentence(demanding: LimitedNats) -> None:
    code, said = await provisioned(demanding)

    assert code == 1
    assert "RELANCE_STREAM_BYTES is not set" in said
    assert "Traceback" not in said


async def test_each_stream_has_the_size_that_is_set_and_a_later_one_too(demanding: LimitedNats) -> None:
    async with at(demanding) as js:
        for given in (20_000_000, 25_000_000):
            code, said = await provisioned(demanding, RELANCE_STREAM_BYTES=str(given))

            assert code == 0, said
            expected = {each.name: (given, "new") for each in STREAMS}
            assert await sizes(js) == expected | {"DEAD_LETTERS": (given, "old")}


async def test_an_account_without_so_much_room_is_told_of_in_a_sentence(demanding: LimitedNats) -> None:
    code, said = await provisioned(demanding, RELANCE_STREAM_BYTES="50000000")

    assert code == 1
    assert "RELANCE_STREAM_BYTES=50000000, in all 400000000 for each replica: insufficient storage" in said
    assert "Traceback" not in said


async def test_a_stream_that_is_too_small_for_a_few_messages_is_no_stream(demanding: LimitedNats) -> None:
    code, said = await provisioned(demanding, RELANCE_STREAM_BYTES="1000000")

    assert (code, "RELANCE_STREAM_BYTES: Input should be greater" in said) == (1, True), said


async def test_a_stream_without_a_size_refuses_to_be_made_there(demanding: LimitedNats) -> None:
    async with at(demanding) as js:
        with pytest.raises(StreamRefused, match="PAYMENTS"):
            await provision(js, replicas=1, days=1)


async def test_a_stream_of_before_is_given_its_size_and_loses_nothing_though_it_has_more(bus: Nats) -> None:
    js = bus.jetstream(timeout=2)
    for _ in range(3):
        await js.publish(PAYMENT, b"-" * ROOM)

    await provision(js, replicas=1, days=1, size=ROOM)

    assert await sequences(js, "PAYMENTS") == (1, 3)
    with pytest.raises(ServiceUnavailableError, match="maximum bytes exceeded"):
        await js.publish(PAYMENT, b"-")
    await provision(js, replicas=1, days=1, size=10 * ROOM)
    assert (await js.publish(PAYMENT, b"-")).seq == 4


async def test_dead_letters_that_are_full_forget_the_oldest(bus: Nats) -> None:
    js = bus.jetstream(timeout=2)
    await provision(js, replicas=1, days=1, size=2 * ROOM)

    for _ in range(3):
        await js.publish(ADVISORY, b"-" * (ROOM // 2 + ROOM // 4))

    assert await sequences(js, "DEAD_LETTERS") == (2, 3)
