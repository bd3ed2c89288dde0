"""What a replay is asked for."""

import argparse
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.replay.pace import DAY, FASTEST

MOST_KILLS = 2
"""A minute: more often, and one outage runs into the next, so that few e-mails are required of anyone."""

SPEED = f"business seconds a second, or `fastest`: {FASTEST:.0f}, and half of it each time that the machine is late"


@dataclass(frozen=True)
class Options:
    """`speed` in business seconds a second, None for `fastest`; `kills` a minute."""

    file: Path
    limit: int | None
    speed: float | None
    scenario: Path | None
    kills: float
    seed: int


def options_of(arguments: Sequence[str], *, description: str | None) -> Options:
    """Ends the program with 2 when they are not understood."""
    parser = argparse.ArgumentParser(prog="make replay", description=description)
    parser.add_argument("file", type=Path)
    parser.add_argument("--limit", type=_limit, default=None, help="the first invoices alone")
    parser.add_argument("--speed", type=_speed, default=DAY, help=SPEED)
    parser.add_argument("--scenario", type=Path, default=None, help="a YAML file; else the default scenario")
    parser.add_argument("--kills", type=float, default=0.0, help="processes killed a minute, at random")
    parser.add_argument("--seed", type=int, default=None, help="repeats the choice of what is killed, and when")
    given = parser.parse_args(arguments)
    if not 0 <= given.kills <= MOST_KILLS:
        parser.error(f"--kills {given.kills:g}: expected 0 to {MOST_KILLS} a minute")
    given.seed = random.SystemRandom().randrange(10_000) if given.seed is None else given.seed
    return Options(**vars(given))


def _limit(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"LIMIT={text!r}: expected a whole number of at least 1")
    return int(text)


def _speed(text: str) -> float | None:
    if text == "fastest":
        return None
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not 0 < speed <= FASTEST:
        expected = f"expected `fastest`, or more than 0 and at most {FASTEST:.0f}"
        raise argparse.ArgumentTypeError(f"SPEED={text!r}: {expected}")
    return speed
