"""`make replay FILE=…`: a history of receivables through the running stack on a fast clock.

Invoices are issued on their dates, payments published on NATS on their settlement dates; with KILLS=1 a random
process is killed each minute. What the SMTP server received is then compared with what the file alone says must be
sent.
"""

import argparse
import asyncio
import json
import random
import shutil
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from chassis.clock import real_now
from contracts.clock import Clock
from contracts.scenario import ScenarioContent
from deploy.local.credentials import mint_of
from deploy.local.launch import ROOT
from deploy.local.player import Act, Player, moment_of, player_of
from deploy.local.ports import free_ports
from deploy.local.program import CannotStart
from deploy.local.seed import ORGANISATION, seed
from deploy.local.signals import cancelled_by_signals
from deploy.local.stack import Stack, StackOptions, local_dir
from tests.chaos.witnesses import Witnesses
from tests.replay.acts import acts_of, buyer
from tests.replay.history import Entry, UnreadableHistory, customers, read
from tests.replay.judgement import calm, judge
from tests.replay.kills import Killer
from tests.replay.processes import processes
from tests.replay.report import show
from workflows.dunning.mistakes import InvalidScenario
from workflows.dunning.scenario import STANDARD, from_yaml

DAY = 86_400.0
FASTEST, SLOWEST = 4 * DAY, DAY / 4
"""Business seconds a second, between which the fastest clock that the machine holds is looked for."""
HELD = timedelta(days=2.5)
"""Business time by which an act may come late, unless a kill held it up: the judge takes two days either way."""
STARTING = timedelta(seconds=45)
"""Real time from the start of the processes to the first business day."""
MOST_KILLS = 2
"""A minute: more often, and one outage runs into the next, so that few e-mails are required of anyone."""
QUIET_DAYS = 12
"""Business days after the last settlement until the end: every step that must come has come."""


class ClockNotHeld(Exception):
    """The machine is too slow for the clock, so that what is seen says nothing of the product."""

    def __init__(self, speed: float, late: timedelta) -> None:
        days = f"{speed / DAY:g} business days a second"
        super().__init__(f"At {days} this machine is late by {late / timedelta(days=1):.1f} business days.")


def main() -> int:
    options = _options()
    console = Console()
    try:
        entries = read(options.file, limit=options.limit)
        scenario = from_yaml(options.scenario.read_text()) if options.scenario else STANDARD
    except (OSError, UnreadableHistory, InvalidScenario) as error:
        console.print(f"[red]{error}")
        return 2
    try:
        if options.speed is None:
            return _at_the_fastest(entries, scenario, options, console)
        return _attempt(entries, scenario, options, console)
    except ClockNotHeld as error:
        console.print(f"[red]{error} Choose a lower SPEED, or SPEED=fastest.", highlight=False, soft_wrap=True)
        return 1
    except CannotStart as error:
        console.print(f"[red]{error}", highlight=False, soft_wrap=True)
        return 1
    except (KeyboardInterrupt, asyncio.CancelledError):
        return 130


def _at_the_fastest(
    entries: Sequence[Entry], scenario: ScenarioContent, options: argparse.Namespace, console: Console
) -> int:
    """Begin at the fastest clock, and anew at half of it as soon as the machine is late. Raises ClockNotHeld."""
    options.speed = FASTEST
    while True:
        try:
            return _attempt(entries, scenario, options, console)
        except ClockNotHeld as error:
            if options.speed <= SLOWEST:
                raise
            options.speed /= 2
            console.print(f"{error} Again at {options.speed / DAY:g}.", highlight=False, soft_wrap=True)


def _attempt(entries: Sequence[Entry], scenario: ScenarioContent, options: argparse.Namespace, console: Console) -> int:
    try:
        return asyncio.run(_run(entries, scenario, options, console))
    except ExceptionGroup as error:
        raise _cause(error) from None


def _speed(given: str) -> float | None:
    """Business seconds a second; None for `fastest`."""
    return None if given == "fastest" else float(given)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make replay", description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--limit", type=int, default=None, help="the first invoices alone")
    parser.add_argument("--speed", type=_speed, default=DAY, help="business seconds a second, or `fastest`")
    parser.add_argument("--scenario", type=Path, default=None, help="a YAML file; else the default scenario")
    parser.add_argument("--kills", type=float, default=0.0, help="processes killed a minute, at random")
    parser.add_argument("--seed", type=int, default=None, help="repeats the choice of what is killed, and when")
    given = parser.parse_args()
    if not 0 <= given.kills <= MOST_KILLS:
        parser.error(f"--kills {given.kills:g}: expected 0 to {MOST_KILLS} a minute")
    if given.speed is not None and not 0 < given.speed <= FASTEST:
        parser.error(f"--speed {given.speed:g}: expected `fastest`, or more than 0 and at most {FASTEST:g}")
    given.seed = random.SystemRandom().randrange(10_000) if given.seed is None else given.seed
    return given


def _cause(error: Exception) -> Exception:
    """What several tasks at once may have wrapped."""
    return _cause(error.exceptions[0]) if isinstance(error, ExceptionGroup) else error


async def _run(
    entries: Sequence[Entry], scenario: ScenarioContent, options: argparse.Namespace, console: Console
) -> int:
    began = time.monotonic()
    data_dir = local_dir({}) / "replay"
    shutil.rmtree(data_dir, ignore_errors=True)
    origin = datetime.combine(entries[0].issued, datetime.min.time(), UTC)
    clock = Clock(origin=origin, started=real_now() + STARTING, speed=options.speed)
    with cancelled_by_signals():
        async with Stack(StackOptions(data_dir, ports=free_ports(), clock=clock, quiet=True, plan=processes)) as stack:
            mint = mint_of(stack.shared)
            async with player_of(stack.urls, stack.shared, mint, ORGANISATION, clock) as player:
                await seed(stack.urls, player.token())
                await _use(scenario, stack.urls, player)
                await player.register([buyer(name) for name in customers(entries)])
                killer = Killer(stack, options.kills, options.seed)
                end = await _play(player, entries, killer, console)
                witnesses = Witnesses(stack, player.http, player.js, player.token, histories=False)
                await calm(witnesses)
                replay = await judge(player, entries, scenario, witnesses, end, killer.kills)
    replay.speed, replay.seed = options.speed, options.seed if options.kills else None
    replay.seconds = round(time.monotonic() - began, 1)
    target = ROOT / "build" / "replay.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(replay.as_json(), indent=2) + "\n")
    show(replay, console, target)
    return 0 if replay.is_clean else 1


async def _use(scenario: ScenarioContent, urls: Mapping[str, str], player: Player) -> None:
    """Publish the scenario and make it the default, unless it is the one that every organisation has."""
    if scenario == STANDARD:
        return
    headers = {"authorization": f"Bearer {player.token()}"}
    key, dunning = scenario.key, urls["dunning"]
    draft = scenario.model_dump(mode="json")
    (await player.http.put(f"{dunning}/scenarios/{key}/draft", json=draft, headers=headers)).raise_for_status()
    (await player.http.post(f"{dunning}/scenarios/{key}/publish", json={}, headers=headers)).raise_for_status()
    policy = {"default_scenario": key}  # the rest as for every new organisation
    (await player.http.put(f"{dunning}/policy", json=policy, headers=headers)).raise_for_status()


async def _play(player: Player, entries: Sequence[Entry], killer: Killer, console: Console) -> date:
    """Play the whole history with a bar; returns the business day on which it ended."""
    acts = acts_of(entries)
    last = max(moment_of(act) for act in acts) + timedelta(days=QUIET_DAYS)
    begin, end = max(real_now(), player.clock.started), player.clock.real(last)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, redirect_stdout=False) as progress:
        bar = progress.add_task("starting", total=len(acts))

        def after(act: Act) -> None:
            progress.update(bar, advance=1, description=f"{act.on.isoformat()}")
            late = player.business_now() - moment_of(act)
            if late > HELD and not killer.holds_up(real_now()):
                raise ClockNotHeld(player.clock.speed, late)

        async with asyncio.TaskGroup() as group:
            if killer.per_minute:
                group.create_task(killer.strike(begin, end))
            await player.play(acts, after=after)
            progress.update(bar, description="the last steps")
            await asyncio.sleep(max(0.0, (end - real_now()).total_seconds()))
    return last.date()


if __name__ == "__main__":
    sys.exit(main())
