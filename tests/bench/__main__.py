"""`make bench`: each figure and its floor, in turns, several rounds. Ends with 1 when a goal is missed."""

import argparse
import asyncio
import logging
import sys
from pathlib import Path

from rich.console import Console

from deploy.local.launch import ROOT
from deploy.local.program import CannotStart
from deploy.local.signals import cancelled_by_signals
from deploy.local.stack import local_dir
from tests.bench import report
from tests.bench.figure import Bench, Figure
from tests.bench.figures import FIGURES
from tests.bench.measure import Entry

ROUNDS = 5
WIDE = 140
"""Columns of a table that no terminal shows."""


def main() -> int:
    options = _options()
    logging.basicConfig(level=logging.CRITICAL)
    progress = Console(stderr=True)
    chosen = [FIGURES[name] for name in options.figures or FIGURES]
    try:
        entries = asyncio.run(_measure(chosen, options.rounds, options.data, progress))
    except CannotStart as error:
        progress.print(f"[red]{error}", highlight=False, soft_wrap=True)
        return 2
    except (KeyboardInterrupt, asyncio.CancelledError):
        return 130
    report.write(entries, ROOT / "build", keeps_others=bool(options.figures))
    report.show(entries, Console(width=None if sys.stdout.isatty() else WIDE))
    return 0 if all(entry.is_met for entry in entries) else 1


async def _measure(figures: list[Figure], rounds: int, directory: Path, progress: Console) -> list[Entry]:
    entries: list[Entry] = []
    with cancelled_by_signals():
        for figure in figures:

            def tell(line: str, name: str = figure.name) -> None:
                progress.print(f"{name}: {line}", highlight=False, soft_wrap=True)

            tell("starting")
            entries += await figure.measure(Bench(directory / figure.name, tell), rounds)
    return entries


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
