"""Five hundred e-mail steps fall on one instant: until the relay has accepted each, and the journal tells of it."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg

from chassis.clock import real_now
from contracts import dunning
from contracts.clock import Clock
from tests.bench import sender
from tests.bench.figure import Bench, Figure, Line, Sample, Sides
from tests.bench.figures.bare import bare_client
from tests.bench.figures.office import CALLERS, Office
from tests.bench.ground import Ground, ground
from tests.bench.measure import at_least

COUNT = int(os.environ.get("BENCH_WAVE", "500"))
PROCESSES = (
    *(f"{name}{kind}" for name in ("billing", "dunning", "notify") for kind in ("", "-worker")),
    "workflows",
    "mailbox",
)
MOMENT = datetime(2026, 2, 10, 8, tzinfo=UTC)
"""Business time: a Tuesday, nine o'clock in Paris, when e-mails begin to leave."""
SCENARIO = {
    "key": "wave",
    "name": "Wave",
    "steps": [
        {"key": "on-the-day", "days": 0, "kind": "email", "template": "first-reminder"},
        {"key": "a-month-later", "days": 30, "kind": "email", "template": "second-reminder"},
    ],
}
"""An e-mail on the due date, since an invoice cannot be issued with one that has passed; the case goes on after it."""
AHEAD = timedelta(seconds=60 + COUNT * 0.3)
"""Real time from the start of the processes to the moment: by then all must be asleep."""
ASLEEP_BEFORE = timedelta(seconds=5)
PATIENCE_S = 300.0
LOOKS_EVERY_S = 0.05


@dataclass
class Wave:
    """Rates in messages a second. Each side has servers of its own: a day has one morning."""

    bench: Bench

    @property
    def sample(self) -> Path:
        """One message of ours, which the floor sends again and again."""
        return self.bench.directory / "message.eml"

    async def ours(self) -> Sample:
        clock = Clock(origin=MOMENT - AHEAD, started=real_now())
        async with ground(self.bench.directory / "ours", *PROCESSES, clock=clock) as on, _database(on) as database:
            await self._prepare(on, database)
            began = await self._moment(clock)
            await _until(lambda: _is_told(on, database))
            rate = COUNT / (time.monotonic() - began)
            self.sample.write_bytes(sender.content_of(_accepted(on)[0].read_bytes()))
            return {"wave": rate}

    async def floor(self) -> Sample:
        async with ground(self.bench.directory / "floor", "mailbox") as on:
            servers = on.stack.servers
            async with sender.serving(servers.temporal.target, servers.mailbox.smtp_port, self.sample):
                client = await bare_client(on)
                at = real_now() + timedelta(seconds=10 + COUNT / 15)
                await sender.put_to_sleep(client, COUNT, until=at)
                await asyncio.sleep((at - real_now()).total_seconds())
                began = time.monotonic()
                await _until(lambda: _all_are_accepted(on))
                return {"wave": COUNT / (time.monotonic() - began)}

    async def _prepare(self, on: Ground, database: asyncpg.Connection) -> None:
        office = Office(on)
        await office.opens()
        await _follow_the_wave(on)
        self.bench.tell(f"issuing {COUNT} invoices")
        invoices = await office.issue([await office.customer() for _ in range(COUNT)], due=MOMENT.date())
        began = time.monotonic()
        await _draw_up(on, invoices)
        self.bench.tell(f"drew their documents in {time.monotonic() - began:.0f} s, which is not in the figure")
        await _until(lambda: _are_asleep(on, database))

    async def _moment(self, clock: Clock) -> float:
        left = clock.real(MOMENT) - real_now()
        if left < ASLEEP_BEFORE:
            raise RuntimeError(f"the cases were asleep {left.total_seconds():.0f} s before their moment: too late")
        self.bench.tell(f"asleep, {left.total_seconds():.0f} s before the moment")
        await asyncio.sleep(left.total_seconds())
        return time.monotonic()


async def _follow_the_wave(on: Ground) -> None:
    dunning_url = on.stack.urls["dunning"]
    for method, path, body in (
        ("PUT", "/scenarios/wave/draft", SCENARIO),
        ("POST", "/scenarios/wave/publish", {}),
        ("PUT", "/policy", {"default_scenario": "wave"}),
    ):
        (await on.http.request(method, dunning_url + path, json=body, headers=on.admin())).raise_for_status()


async def _draw_up(on: Ground, invoices: list[dict[str, Any]]) -> None:
    """Each PDF is made once, when first asked for, and kept; here before the wave.

    So it is for every step but the first, and for that one where somebody looked at the invoice before.
    """
    waiting = iter(invoices)

    async def caller() -> None:
        for invoice in waiting:
            url = f"{on.stack.urls['billing']}/invoices/{invoice['id']}/pdf"
            (await on.http.get(url, headers=on.admin())).raise_for_status()

    await asyncio.gather(*(caller() for _ in range(CALLERS)))


async def _are_asleep(on: Ground, database: asyncpg.Connection) -> bool:
    if await database.fetchval("select count(*) from cases where state <> 'closed'") < COUNT:
        return False
    query = f'WorkflowType = "{dunning.WORKFLOW}" AND ExecutionStatus = "Running"'
    return (await on.temporal.count_workflows(query)).count >= COUNT


async def _is_told(on: Ground, database: asyncpg.Connection) -> bool:
    if not await _all_are_accepted(on):
        return False
    told = await database.fetchval("select count(*) from decisions where outcome = 'carried_out'")
    return int(told) >= COUNT


async def _all_are_accepted(on: Ground) -> bool:
    return len(_accepted(on)) >= COUNT


def _accepted(on: Ground) -> list[Path]:
    """What the relay said yes to: it is on its disk."""
    return list(on.stack.servers.mailbox.data_dir.glob("*.eml"))


async def _until(look: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not await look():
            await asyncio.sleep(LOOKS_EVERY_S)


@asynccontextmanager
async def _database(on: Ground) -> AsyncIterator[asyncpg.Connection]:
    database = await asyncpg.connect(on.dsn("dunning"))
    try:
        yield database
    finally:
        await database.close()


@asynccontextmanager
async def opened(bench: Bench) -> AsyncIterator[Sides]:
    wave = Wave(bench)
    bench.directory.mkdir(parents=True, exist_ok=True)

    async def ours(_: int) -> Sample:
        return await wave.ours()

    async def floor(_: int) -> Sample:
        return await wave.floor()

    try:
        yield Sides(ours, floor)
    finally:
        wave.sample.unlink(missing_ok=True)


WAVE = Figure(
    name="wave",
    lines=(Line("wave", "messages/s", at_least(0.6)),),
    floor=(
        "a workflow with one timer and one activity that sends the same bytes over kept connections. It leaves out"
        " reading the balance, the decision, fetching the PDF, the template, the record of the message and the journal."
        " Neither side draws a PDF: ours fetches those that were drawn and kept before the moment, as they are for"
        " every step but a first one whose invoice nobody has looked at; that one draws it besides."
    ),
    opened=opened,
    most_rounds=3,
)
