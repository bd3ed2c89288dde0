"""Each page among very many invoices: the first byte beside the calls that the page makes, and how many those are."""

import os
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import pytest
import pytest_asyncio
from rich.console import Console
from rich.table import Table

from deploy.local.launch import ROOT
from tests.speed.calls import Call, Recorder, a_recorder
from tests.speed.house import House, Reader, a_house
from tests.speed.line import Line
from tests.speed.memory import Peak
from tests.speed.pages import pages_of

pytestmark = [pytest.mark.speed, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(1800)]

MANY, FEW = int(os.environ.get("SPEED_INVOICES", "100000")), 1000
ROUNDS = 9
MOST_OF_CALLS = 2.0
QUICK_MS = 500.0
"""A page that takes longer is felt to be slow, whatever its calls took."""
MOST_OF_A_FILE_MB = 30.0
"""What a process may take more while it passes on a file, however long this is."""


@dataclass(frozen=True)
class Figures:
    """Medians, in milliseconds; `alone` is the sum of the calls, each made alone, one after the other."""

    page: str
    first_byte: float
    alone: float
    calls: int
    calls_of_few: int
    size: int
    slowest: str

    @property
    def ratio(self) -> float:
        return self.first_byte / self.alone if self.alone else 0.0

    @property
    def is_slower_than_its_calls(self) -> bool:
        return self.ratio > MOST_OF_CALLS


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with a_house(tmp_path_factory.mktemp("speed") / "stack", many=MANY, few=FEW) as house:
        yield house


async def test_each_page_is_as_quick_as_what_it_asks(house: House) -> None:
    async with a_recorder(house.stack) as recorder:
        few = {name: len(await recorder.of(path, house.few.session)) for name, path in await _pages(house, house.few)}
        measured = [
            await _measured(house, recorder, name, path, few[name]) for name, path in await _pages(house, house.many)
        ]
    _tell(measured)
    assert [each.page for each in measured if each.is_slower_than_its_calls] == []
    assert [each.page for each in measured if each.first_byte > QUICK_MS] == []
    assert [each.page for each in measured if each.calls > each.calls_of_few] == []


async def test_the_file_of_all_receivables_is_passed_on_as_it_is_read(house: House) -> None:
    """What it takes of memory does not follow its size."""
    url, headers = f"{house.stack.urls['console']}/receivables/export", {"cookie": house.many.session}
    await _file_of(house, f"{url}?scope=all&q=zzz", headers)  # warms connections and plans
    children = house.stack.supervisor.children
    peaks = {name: Peak.of(children[name].state.pid or 0) for name in ("console", "billing")}
    first, whole, size, lines = await _file_of(house, f"{url}?scope=all", headers)
    grown = {name: peak.growth for name, peak in peaks.items()}
    told = ", ".join(f"{name} +{megabytes:.0f} MB" for name, megabytes in grown.items())
    Console(width=170).print(f"CSV: {lines} lines, {size / 1e6:.1f} MB, {first:.0f} ms, {whole / 1000:.2f} s; {told}")
    assert lines > MANY
    assert first < QUICK_MS
    assert max(grown.values()) < MOST_OF_A_FILE_MB


async def _file_of(house: House, url: str, headers: Mapping[str, str]) -> tuple[float, float, int, int]:
    """Milliseconds until its first piece and until its last, its bytes and its lines."""
    began = time.perf_counter()
    first, size, lines = 0.0, 0, 0
    async with house.http.stream("GET", url, headers=headers) as answer:
        assert answer.status_code == 200
        async for piece in answer.aiter_bytes():
            first = first or time.perf_counter() - began
            size, lines = size + len(piece), lines + piece.count(b"\n")
    return first * 1000, (time.perf_counter() - began) * 1000, size, lines


async def _pages(house: House, reader: Reader) -> Sequence[tuple[str, str]]:
    wanted = os.environ.get("SPEED_PAGES", "")
    return [
        each
        for each in (await pages_of(house, reader)).items()
        if each[0] not in os.environ.get("SKIP", "") and wanted in each[0]
    ]


async def _measured(house: House, recorder: Recorder, name: str, path: str, calls_of_few: int) -> Figures:
    """The page and its calls in turns, so that both meet the machine in the same mood."""
    calls = await recorder.of(path, house.many.session)
    await _once(house, path, calls)  # warms connections and plans
    rounds = [await _once(house, path, calls) for _ in range(ROUNDS)]
    alone = median(sum(each.calls) for each in rounds)
    slowest = max(zip(rounds[-1].calls, calls, strict=True), key=lambda each: each[0], default=None)
    told = f"{slowest[0]:.0f} ms {slowest[1].method} {slowest[1].path[:70]}" if slowest else ""
    first = median(each.page for each in rounds)
    return Figures(name, first, alone, len(calls), calls_of_few, rounds[-1].size, told)


@dataclass(frozen=True)
class Round:
    page: float
    calls: Sequence[float]
    size: int


async def _once(house: House, path: str, calls: Sequence[Call]) -> Round:
    """On new connections, which are opened before the time counts: a server closes what lies idle."""
    page = await Line.to(house.stack.urls["console"])
    first, _, size = await page.ask(path, {"cookie": house.many.session})
    page.close()
    took = []
    for call in calls:
        line = await Line.to(call.base)
        _, until_last, _ = await line.ask(call.path, call.headers, method=call.method, body=call.body)
        line.close()
        took.append(until_last)
    return Round(first, took, size)


def _tell(measured: Sequence[Figures]) -> None:
    table = Table("page", "first byte", "its calls", "ratio", "calls", "of few", "kB", "slowest call")
    for each in measured:
        table.add_row(
            each.page, f"{each.first_byte:.1f}", f"{each.alone:.1f}", f"{each.ratio:.2f}", str(each.calls),
            str(each.calls_of_few), f"{each.size / 1000:.0f}", each.slowest,
        )  # fmt: skip
    path = Path(ROOT) / "build" / "speed.txt"
    path.parent.mkdir(exist_ok=True)
    with path.open("w") as file:
        Console(file=file, width=170).print(table)
    Console(width=170).print(table)
