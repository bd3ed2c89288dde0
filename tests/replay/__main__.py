"""`make replay FILE=…`: a history of receivables through the running stack on a fast clock.

Invoices are issued on their dates, payments published on NATS on their settlement dates; with KILLS=1 a random
process is killed each minute. What the SMTP server received is then compared with what the file alone says must be
sent.
"""

import asyncio
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from rich.console import Console

from contracts.scenario import ScenarioContent
from deploy.local.launch import ROOT
from deploy.local.program import CannotStart
from tests.replay import report
from tests.replay.acts import begins, ends
from tests.replay.history import Entry, UnreadableHistory, read
from tests.replay.options import Options, options_of
from tests.replay.pace import ClockNotHeld, NoRoomForKills, at_the_fastest, highest
from tests.replay.report import Replay
from tests.replay.run import run
from tests.support.causes import cause_of
from workflows.dunning.mistakes import InvalidScenario
from workflows.dunning.scenario import STANDARD, from_yaml

BUILD = ROOT / "build"


def main(arguments: Sequence[str], build: Path = BUILD) -> int:
    """0 when all is as the file says, 1 when not or nothing was judged, 2 when it cannot be read, 130 when stopped."""
    options = options_of(arguments, description=__doc__)
    console = Console()
    report.forget(build)
    try:
        entries = read(options.file, limit=options.limit)
        scenario = from_yaml(options.scenario.read_text()) if options.scenario else STANDARD
    except (OSError, UnicodeDecodeError, UnreadableHistory, InvalidScenario) as error:
        _complain(console, str(error))
        return 2
    try:
        replay = _replayed(entries, scenario, options, console)
    except NoRoomForKills as error:
        _complain(console, str(error))
        return 2
    except ClockNotHeld as error:
        advice = "Choose a lower SPEED, or SPEED=fastest." if options.speed else "Run it where less runs beside it."
        _complain(console, f"{error} {advice}")
        return 1
    except CannotStart as error:
        _complain(console, str(error))
        return 1
    except (KeyboardInterrupt, asyncio.CancelledError):
        return 130
    report.show(replay, console, report.write(replay, build))
    return 0 if replay.is_clean else 1


def _replayed(entries: Sequence[Entry], scenario: ScenarioContent, options: Options, console: Console) -> Replay:
    def attempt(speed: float) -> Replay:
        try:
            return asyncio.run(run(entries, scenario, options, speed, console))
        except ExceptionGroup as error:
            raise cause_of(error) from None

    most = highest(ends(entries) - begins(entries), options.kills)
    if options.speed is None:
        return at_the_fastest(attempt, most, partial(console.print, highlight=False, soft_wrap=True))
    if options.speed > most:
        raise NoRoomForKills(options.kills, most)
    return attempt(options.speed)


def _complain(console: Console, text: str) -> None:
    console.print(text, style="red", markup=False, highlight=False, soft_wrap=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
