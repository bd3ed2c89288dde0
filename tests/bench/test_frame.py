"""The frame of the measurements: turns, medians, goals, and what is written of them."""

import json
import xml.etree.ElementTree as ElementTree
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from tests.bench import report, sender
from tests.bench.__main__ import code, measure
from tests.bench.figure import Bench, Figure, Line, Sample, Sides
from tests.bench.figures import FIGURES
from tests.bench.ground import emptied
from tests.bench.measure import Entry, Goal, Round, at_least, at_most, no_more_than, percentile
from tests.bench.picture import MET, MISSED, picture

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
SVG = "{http://www.w3.org/2000/svg}"


def an_entry(name: str = "enrol", goal: Goal | None = None, *rounds: tuple[float, float]) -> Entry:
    measured = [Round(*each) for each in rounds or ((7, 10), (9, 10), (8, 10))]
    return Entry(name, "cases/s", goal or at_least(0.7), measured, "the least that could be done", NOON)


def a_figure(name: str, measured: float | Exception) -> Figure:
    """One line of its own name, whose goal is a ratio of 1 at most; its directory holds a file and logs meanwhile."""

    @asynccontextmanager
    async def opened(bench: Bench) -> AsyncIterator[Sides]:
        with emptied(bench.directory / "side"):
            (bench.directory / "side" / "logs").mkdir(parents=True)
            (bench.directory / "side" / "postgres").mkdir()

            async def one(_: int) -> Sample:
                if isinstance(measured, Exception):
                    raise measured
                return {name: measured}

            async def floor(_: int) -> Sample:
                return {name: 1}

            yield Sides(one, floor)

    return Figure(name, (Line(name, "ms", at_most(1)),), "nothing", opened)


def test_the_ratio_is_the_median_of_the_rounds_ratios_and_not_that_of_the_medians() -> None:
    entry = an_entry("x", at_least(1), (1, 1), (10, 5), (30, 100))

    assert (entry.ours_is, entry.floor_is) == (10, 5)
    assert entry.ratios == [0.3, 1, 2]
    assert entry.ratio == 1
    assert entry.spread == (0.3, 2)


@pytest.mark.parametrize(
    ("goal", "met"),
    [
        (at_least(0.8), True),
        (at_least(0.81), False),
        (at_most(0.8), True),
        (at_most(0.79), False),
        (no_more_than(8, "MB"), True),
        (no_more_than(7.9, "MB"), False),
    ],
)
def test_a_goal_is_met_on_its_bound_and_not_beyond(goal: Goal, met: bool) -> None:
    assert an_entry("x", goal).is_met is met


def test_where_the_floor_is_nothing_the_ratio_is_the_share_of_the_bound() -> None:
    entry = an_entry("idle", no_more_than(20, "MB"), (5, 0))

    assert (entry.ratio, entry.is_met) == (0.25, True)


def test_a_percentile_is_a_value_that_was_measured() -> None:
    values = [float(number) for number in range(1, 101)]

    assert [percentile(values, share) for share in (0.5, 0.99, 1)] == [50, 99, 100]
    assert percentile([3.0], 0.5) == 3
    with pytest.raises(ValueError, match="at least one value"):
        percentile([], 0.5)


def test_the_file_holds_what_each_figure_was_and_whether_its_goal_is_met(tmp_path: Path) -> None:
    report.add([an_entry()], tmp_path / "build")

    written = json.loads((tmp_path / "build" / "bench.json").read_text())
    assert (
        written["enrol"] | {"ours": 8, "floor": 10, "ratio": 0.8, "goal": "ratio >= 0.7", "met": True}
        == (written["enrol"])
    )
    assert written["enrol"]["spread"] == [0.7, 0.9]
    assert written["enrol"]["measured_at"] == "2026-11-30T12:00:00+00:00"


@pytest.mark.parametrize("goal", [at_least(0.7), at_most(1.5), no_more_than(20, "MB")])
def test_what_the_file_holds_is_read_back_as_it_was(goal: Goal) -> None:
    entry = an_entry("x", goal, (5, 0), (6, 0))

    assert Entry.of_json("x", entry.as_json()) == entry


def test_one_figure_measured_alone_leaves_the_others_in_the_file_and_in_the_picture(tmp_path: Path) -> None:
    report.add([an_entry("enrol"), an_entry("stop")], tmp_path)
    report.add([an_entry("stop", None, (1, 10))], tmp_path)

    assert {entry.name: entry.ours_is for entry in report.known(tmp_path)} == {"enrol": 8, "stop": 1}
    drawing = (tmp_path / "bench.svg").read_text()
    assert ">enrol<" in drawing
    assert ">stop<" in drawing
    assert drawing.count("2026-11-30 12:00") == 2


def test_what_an_earlier_version_wrote_is_no_measurement(tmp_path: Path) -> None:
    without_its_time = {name: value for name, value in an_entry().as_json().items() if name != "measured_at"}
    (tmp_path / "bench.json").write_text(json.dumps({"enrol": without_its_time}))

    assert report.known(tmp_path) == []


async def test_a_figure_that_cannot_be_measured_is_told_and_the_others_are_written(tmp_path: Path) -> None:
    report.add([an_entry("slow"), an_entry("elsewhere")], tmp_path / "build")
    figures = [a_figure("good", 1), a_figure("slow", TimeoutError()), a_figure("bad", 2)]
    told: list[str] = []

    measured, failed = await measure(figures, 1, tmp_path / "data", tmp_path / "build", told.append)

    assert [entry.name for entry in report.known(tmp_path / "build")] == ["elsewhere", "good", "bad"]
    assert "slow: could not be measured: TimeoutError, which says nothing more" in told
    assert failed == ["slow"]
    assert [code(measured, failed), code(measured, []), code(measured[:1], [])] == [2, 1, 0]


async def test_of_a_figure_nothing_stays_but_the_logs_of_one_that_failed(tmp_path: Path) -> None:
    figures = [a_figure("good", 1), a_figure("slow", TimeoutError())]
    await measure(figures, 1, tmp_path / "data", tmp_path / "build", lambda _: None)

    assert [path.relative_to(tmp_path).as_posix() for path in (tmp_path / "data").rglob("*")] == [
        "data/slow",
        "data/slow/side",
        "data/slow/side/logs",
    ]


def test_what_was_interrupted_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), emptied(tmp_path / "data"):
        (tmp_path / "data" / "logs").mkdir(parents=True)
        raise KeyboardInterrupt

    assert list(tmp_path.iterdir()) == []


def test_the_floors_sender_dies_with_whoever_started_it() -> None:
    assert sender.command("temporal", 25, Path("message.eml"))[1:4] == ["--pdeathsig", "KILL", "--"]


def test_the_picture_has_a_bar_for_each_figure_in_the_colour_of_its_outcome() -> None:
    drawing = ElementTree.fromstring(picture([an_entry("a < b"), an_entry("missed", at_least(0.9))]))  # noqa: S314 (ours)

    bars = drawing.findall(f"{SVG}rect")[1:]
    assert [bar.get("fill") for bar in bars] == [MET, MISSED]
    names = [text.text for text in drawing.findall(f"{SVG}text")]
    assert "a < b" in names
    width = float(drawing.get("viewBox", "").split()[2])
    assert all(float(bar.get("x", "")) + float(bar.get("width", "")) < width for bar in bars)


def test_the_table_says_which_goals_are_missed_and_what_the_floor_is() -> None:
    console = Console(file=StringIO(), width=160)
    report.show([an_entry("good"), an_entry("bad", at_least(0.9))], console)

    shown = console.file.getvalue()  # type: ignore[attr-defined]  # a StringIO
    lines = {line.split()[1]: line for line in shown.splitlines() if line.startswith("│")}
    assert "missed" in lines["bad"]
    assert "met" in lines["good"]
    assert "The floor of good, bad: the least that could be done" in shown


async def test_both_sides_take_turns_and_the_one_that_went_first_goes_second_next() -> None:
    turns: list[str] = []

    @asynccontextmanager
    async def opened(_: Bench) -> AsyncIterator[Sides]:
        async def ours(number: int) -> Sample:
            turns.append(f"ours {number}")
            return {"p50": 2.0 + number, "p99": 9}

        async def floor(number: int) -> Sample:
            turns.append(f"floor {number}")
            return {"p50": 1, "p99": 3}

        yield Sides(ours, floor)

    lines = (Line("p50", "ms", at_most(2)), Line("p99", "ms", at_most(5)))
    said: list[str] = []
    entries = await Figure("stop", lines, "nothing", opened).measure(Bench(Path("/nowhere"), said.append), 3)

    assert turns == ["ours 0", "floor 0", "floor 1", "ours 1", "ours 2", "floor 2"]
    assert [entry.ratios for entry in entries] == [[2, 3, 4], [3, 3, 3]]
    assert [entry.is_met for entry in entries] == [False, True]
    assert len(said) == 3


async def test_a_figure_may_say_that_more_rounds_would_measure_nothing_more() -> None:
    @asynccontextmanager
    async def opened(_: Bench) -> AsyncIterator[Sides]:
        async def one(_: int) -> Sample:
            return {"x": 1}

        yield Sides(one, one)

    figure = Figure("x", (Line("x", "MB", at_most(1)),), "nothing", opened, most_rounds=1)
    (entry,) = await figure.measure(Bench(Path("/nowhere"), lambda _: None), 5)

    assert len(entry.rounds) == 1


def test_every_line_of_every_figure_has_a_name_of_its_own() -> None:
    names = [line.name for figure in FIGURES.values() for line in figure.lines]

    assert len(names) == len(set(names))
