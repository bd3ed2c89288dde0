"""`make load`: fill a stack with open invoices, pay them at a rate while a wave of steps comes due, and judge."""

import argparse
import asyncio
import logging
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from deploy.local.launch import ROOT
from deploy.local.program import CannotStart
from deploy.local.signals import cancelled_by_signals
from deploy.local.stack import local_dir
from tests.load import report
from tests.load.options import Options
from tests.load.report import Outcome
from tests.load.run import run

WIDE = 140
"""Columns of a table that no terminal shows."""


def main(arguments: Sequence[str]) -> int:
    """0 when nothing was lost, 1 when something was or the run proves nothing, 130 when it was stopped."""
    options = _options(arguments)
    logging.basicConfig(level=logging.CRITICAL)
    console = Console(width=None if sys.stdout.isatty() else WIDE)

    def tell(line: str) -> None:
        console.print(f"{datetime.now(UTC):%H:%M:%S} {line}", highlight=False, soft_wrap=True, markup=False)

    try:
        outcome = asyncio.run(_run(options, tell))
    except (CannotStart, TimeoutError, ExceptionGroup) as error:
        tell(f"The run could not be judged: {error!r}")
        return 1
    except (KeyboardInterrupt, asyncio.CancelledError):
        tell("Stopped; nothing was judged.")
        return 130
    report.write(outcome, options.build)
    report.show(outcome, console)
    return 0 if outcome.is_clean else 1


async def _run(options: Options, tell: Callable[[str], None]) -> Outcome:
    with cancelled_by_signals():
        return await run(options, tell)


def _options(arguments: Sequence[str]) -> Options:
    parser = argparse.ArgumentParser(prog="make load", description=__doc__)
    parser.add_argument("--invoices", type=_number("INVOICES", 20, 1_000_000, int), default=50_000)
    parser.add_argument("--wave", type=_number("WAVE", 1, 100_000, int), default=None, help="else a tenth")
    parser.add_argument("--rate", type=_number("RATE", 0.1, 1_000, float), default=50.0, help="payments a second")
    parser.add_argument("--seconds", type=_number("SECONDS", 10, 7_200, float), default=600.0)
    parser.add_argument("--data", type=Path, default=local_dir({}) / "load")
    given = parser.parse_args(arguments)
    wave = given.wave if given.wave is not None else given.invoices // 10
    options = Options(given.invoices, wave, given.rate, given.seconds, given.data, ROOT / "build")
    if wave >= options.invoices:
        parser.error(f"WAVE={wave}: expected fewer than INVOICES ({options.invoices})")
    if options.rate * options.seconds > options.invoices:
        asked = options.rate * options.seconds
        parser.error(f"RATE and SECONDS make {asked:.0f} payments: expected INVOICES ({options.invoices}) at most")
    return options


def _number(name: str, least: float, most: float, kind: type[int] | type[float]) -> Callable[[str], float]:
    def read(text: str) -> float:
        try:
            value = kind(text)
        except ValueError:
            value = least - 1
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(f"{name}={text!r}: expected a number from {least:g} to {most:g}")
        return value

    return read


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
