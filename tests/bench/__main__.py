"""`make bench`: each figure and its floor, in turns, several rounds.

`python -m tests.bench` ends with 0 when every goal is met, 1 when one is missed, 2 when a figure could not be measured,
130 when it was stopped. `make` tells any of the last three by its own 2.
"""

import argparse
import asyncio
import logging
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from rich.console import Console

from deploy.local.launch import ROOT
from deploy.local.signals import cancelled_by_signals
from deploy.local.stack import local_dir
from tests.bench import report
from tests.bench.figure import Bench, Figure
from tests.bench.figures import FIGURES
from tests.bench.measure import Entry
from tests.support.causes import cause_of

ROUNDS = 5
WIDE = 140
"""Columns of a table that no terminal shows."""
MISSED, FAILED, STOPPED = 1, 2, 130

Tell = Callable[[str], None]


def main() -> int:
    options = _options()
    logging.basicConfig(level=logging.CRITICAL)
    progress = Console(stderr=True)

    def tell(line: str) -> None:
        progress.print(line, highlight=False, soft_wrap=True, markup=False)

    chosen, build = [FIGURES[name] for name in options.figures or FIGURES], ROOT / "build"
    try:
        measured, failed = asyncio.run(measure(chosen, options.rounds, options.data, build, tell))
    except (KeyboardInterrupt, asyncio.CancelledError):
        tell(f"Stopped; what was measured before is in {build / report.FILE}.")
        return STOPPED
    report.show(measured, Console(width=None if sys.stdout.isatty() else WIDE))
    for name in failed:
        tell(f"{name} was not measured, see above.")
    return code(measured, failed)


def code(measured: Sequence[Entry], failed: Sequence[str]) -> int:
    """How the program ends."""
    if failed:
        return FAILED
    return 0 if all(entry.is_met for entry in measured) else MISSED


async def measure(
    figures: Sequence[Figure], rounds: int, data: Path, build: Path, tell: Tell
) -> tuple[list[Entry], list[str]]:
    """What was measured, written after each figure, and the names of the figures that could not be."""
    report.begin(build, {line.name for figure in figures for line in figure.lines})
    measured: list[Entry] = []
    failed: list[str] = []
    with cancelled_by_signals():
        for figure in figures:
            try:
                entries = await _measured(figure, rounds, data / figure.name, tell)
            except Exception as error:  # whatever hinders one figure, the others are measured
                tell(f"{figure.name}: could not be measured: {_said(error)}")
                failed.append(figure.name)
                continue
            report.add(entries, build)
            measured += entries
    return measured, failed


async def _measured(figure: Figure, rounds: int, directory: Path, tell: Tell) -> list[Entry]:
    def tell_of_it(line: str) -> None:
        tell(f"{figure.name}: {line}")

    tell_of_it("starting")
    try:
        return await figure.measure(Bench(directory, tell_of_it), rounds)
    finally:
        with suppress(OSError):  # of a figure that failed the logs are in it
            directory.rmdir()


def _said(error: Exception) -> str:
    """Of several at once the first."""
    cause = cause_of(error)
    return f"{type(cause).__name__}: {cause}" if str(cause) else f"{type(cause).__name__}, which says nothing more"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--figure", dest="figures", action="append", choices=sorted(FIGURES), help="only this one")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--data", type=Path, default=local_dir({}) / "bench")
    given = parser.parse_args()
    if given.rounds < 1:
        parser.error(f"--rounds {given.rounds}: expected at least 1")
    return given


if __name__ == "__main__":
    sys.exit(main())
