"""`make chaos`: kill processes at random while a portfolio is dunned, then judge every invariant from outside."""

import argparse
import asyncio
import logging
import random
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console

from deploy.local.launch import ROOT
from deploy.local.program import CannotStart
from deploy.local.signals import cancelled_by_signals
from deploy.local.stack import local_dir
from tests.chaos import report
from tests.chaos.options import Options, options_of
from tests.chaos.pace import measured
from tests.chaos.report import Outcome
from tests.chaos.run import run
from tests.support.causes import cause_of

LONGEST_MINUTES = 240
SLOWEST = 20
BUILD = ROOT / "build"


def main(arguments: Sequence[str]) -> int:
    """0 when every invariant held, 1 when one broke or the run proves nothing, 130 when it was stopped."""
    options = _options(arguments)
    logging.basicConfig(level=logging.CRITICAL)
    console = Console()

    def tell(line: str) -> None:
        console.print(line, highlight=False, soft_wrap=True, markup=False)

    tell(f"Seed {options.seed}: the same seed makes the same choices.")
    if options.pace != 1:
        tell(f"Processes start slowly here: they are killed {options.pace:g} times as rarely as usual (PACE).")
    report.forget(BUILD)
    try:
        outcome = asyncio.run(_run(options, tell))
    except (CannotStart, TimeoutError, ExceptionGroup) as error:
        tell(f"The run could not be judged. {_explained(cause_of(error))}")
        return 1
    except (KeyboardInterrupt, asyncio.CancelledError):
        tell("Stopped; nothing was judged.")
        return 130
    report.write(outcome, BUILD)
    report.show(outcome, console)
    return 0 if outcome.is_clean else 1


def _explained(error: BaseException) -> str:
    if isinstance(error, TimeoutError):
        return "The stack did not come back."
    return str(error) if isinstance(error, CannotStart) else repr(error)


async def _run(options: Options, tell: Callable[[str], None]) -> Outcome:
    with cancelled_by_signals():
        return await run(options, tell)


def _options(arguments: Sequence[str]) -> Options:
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument("--invoices", type=_whole("INVOICES", 1, 10_000), default=500)
    parser.add_argument("--minutes", type=_number("MINUTES", LONGEST_MINUTES), default=10.0)
    parser.add_argument("--seed", type=_whole("SEED", 0, 2**63 - 1), default=None)
    parser.add_argument("--pace", type=_number("PACE", SLOWEST), default=None)
    parser.add_argument("--data", type=Path, default=local_dir({}) / "chaos")
    given = parser.parse_args(arguments)
    seed = given.seed if given.seed is not None else random.SystemRandom().randrange(10_000)
    known = given.pace if given.pace is not None else measured()
    return options_of(seed=seed, invoices=given.invoices, minutes=given.minutes, data_dir=given.data, pace=known)


def _whole(name: str, least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"{name}={text!r}: expected a whole number from {least} to {most}")
        return int(text)

    return read


def _number(name: str, most: int) -> Callable[[str], float]:
    def read(text: str) -> float:
        try:
            number = float(text)
        except ValueError:
            number = 0.0
        if not 1 <= number <= most:
            raise argparse.ArgumentTypeError(f"{name}={text!r}: expected a number from 1 to {most}")
        return number

    return read


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
