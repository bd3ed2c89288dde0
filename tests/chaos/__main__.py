"""`make chaos`: kill processes at random while a portfolio is dunned, then judge every invariant from outside."""

import argparse
import asyncio
import logging
import random
import sys
from collections.abc import Callable
from pathlib import Path

from rich.console import Console

from deploy.local.catalogue import SERVICES
from deploy.local.launch import ROOT
from deploy.local.program import CannotStart
from deploy.local.signals import cancelled_by_signals
from deploy.local.stack import local_dir
from tests.chaos import report
from tests.chaos.report import Outcome
from tests.chaos.run import Options, run

COPIED = (*SERVICES, *(f"{name}-worker" for name in SERVICES), "workflows")
DAY_S = 3.5
STARTING_S = 45.0


def main() -> int:
    options = _options()
    logging.basicConfig(level=logging.CRITICAL)
    console = Console()
    console.print(f"Seed {options.seed}: the same seed makes the same choices.", highlight=False)
    try:
        outcome = asyncio.run(_run(options, lambda line: console.print(line, highlight=False)))
    except (CannotStart, TimeoutError, ExceptionGroup) as error:
        console.print(f"[red]{str(_cause(error)) or 'The stack did not come back.'}", highlight=False, soft_wrap=True)
        return 1
    except (KeyboardInterrupt, asyncio.CancelledError):
        return 130
    report.write(outcome, ROOT / "build" / "chaos.json")
    report.show(outcome, console)
    return 0 if outcome.is_clean else 1


def _cause(error: Exception) -> Exception:
    """What several tasks at once may have wrapped."""
    return _cause(error.exceptions[0]) if isinstance(error, ExceptionGroup) else error


async def _run(options: Options, tell: Callable[[str], None]) -> Outcome:
    with cancelled_by_signals():
        return await run(options, tell)


def _options() -> Options:
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument("--invoices", type=int, default=500)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--data", type=Path, default=local_dir({}) / "chaos")
    given = parser.parse_args()
    if given.invoices < 1 or given.minutes < 1:
        parser.error(f"--invoices {given.invoices}, --minutes {given.minutes:g}: expected at least 1 of each")
    seconds = given.minutes * 60
    return Options(
        data_dir=given.data,
        seed=given.seed if given.seed is not None else random.SystemRandom().randrange(10_000),
        invoices=given.invoices,
        seconds=seconds,
        day=DAY_S if given.minutes > 2 else 2.5,
        starting=STARTING_S,
        held=min(150, seconds / 4),
        staleness=20 if given.minutes > 2 else 5,
        copied=COPIED,
    )


if __name__ == "__main__":
    sys.exit(main())
