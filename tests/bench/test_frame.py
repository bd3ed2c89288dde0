"""The frame of the measurements: turns, medians, goals, and what is written of them."""

import json
import xml.etree.ElementTree as ElementTree
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from tests.bench import report
from tests.bench.figure import Bench, Figure, Line, Sample, Sides
from tests.bench.figures import FIGURES
from tests.bench.measure import Entry, Goal, Round, at_least, at_most, no_more_than, percentile
from tests.bench.picture import MET, MISSED, picture

SVG = "{http://www.w3.org/2000/svg}"


def an_entry(name: str = "enrol", goal: Goal | None = None, *rounds: tuple[float, float]) -> Entry:
    measured = [Round(*each) for each in rounds or ((7, 10), (9, 10), (8, 10))]
    return Entry(name, "cases/s", goal or at_least(0.7), measured, "the least that could be done")


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
    report.write([an_entry()], tmp_path / "build", keeps_others=False)

    written = json.loads((tmp_path / "build" / "bench.json").read_text())
    assert (
        written["enrol"] | {"ours": 8, "floor": 10, "ratio": 0.8, "goal": "ratio >= 0.7", "met": True}
        == (written["enrol"])
    )
    assert written["enrol"]["spread"] == [0.7, 0.9]


def test_one_figure_measured_alone_leaves_the_others_in_the_file(tmp_path: Path) -> None:
    report.write([an_entry("enrol"), an_entry("stop")], tmp_path, keeps_others=False)
    report.write([an_entry("stop", None, (1, 10))], tmp_path, keeps_others=True)

    written = json.loads((tmp_path / "bench.json").read_text())
    assert {name: each["ours"] for name, each in written.items()} == {"enrol": 8, "stop": 1}

    report.write([an_entry("wave")], tmp_path, keeps_others=False)
    assert list(json.loads((tmp_path / "bench.json").read_text())) == ["wave"]


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
