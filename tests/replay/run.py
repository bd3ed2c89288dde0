"""One replay at one speed: the stack is started, the history played, what came of it judged."""

import asyncio
import shutil
import time
from collections.abc import Mapping, Sequence
from datetime import date

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from chassis.clock import real_now
from contracts.clock import Clock
from contracts.scenario import ScenarioContent
from deploy.local.credentials import mint_of
from deploy.local.player import Act, Player, moment_of, player_of
from deploy.local.ports import free_ports
from deploy.local.seed import ORGANISATION, seed
from deploy.local.signals import cancelled_by_signals
from deploy.local.stack import Stack, StackOptions, local_dir
from tests.chaos.witnesses import Witnesses
from tests.replay.acts import acts_of, begins, buyer, ends
from tests.replay.history import Entry, customers
from tests.replay.judgement import calm, judge
from tests.replay.kills import Killer
from tests.replay.options import Options
from tests.replay.pace import HELD, STARTING, ClockNotHeld, up_in_time
from tests.replay.processes import processes
from tests.replay.report import Replay
from workflows.dunning.scenario import STANDARD


async def run(
    entries: Sequence[Entry], scenario: ScenarioContent, options: Options, speed: float, console: Console
) -> Replay:
    """Raises ClockNotHeld, CannotStart, or a group of them."""
    began = time.monotonic()
    data_dir = local_dir({}) / "replay"
    shutil.rmtree(data_dir, ignore_errors=True)
    clock = Clock(origin=begins(entries), started=real_now() + STARTING, speed=speed)
    with cancelled_by_signals():
        async with Stack(StackOptions(data_dir, ports=free_ports(), clock=clock, quiet=True, plan=processes)) as stack:
            mint = mint_of(stack.shared)
            async with player_of(stack.urls, stack.shared, mint, ORGANISATION, clock) as player:
                await seed(stack.urls, player.token())
                await _use(scenario, stack.urls, player)
                await player.register([buyer(name) for name in customers(entries)])
                killer = Killer(stack, options.kills, options.seed)
                end = await _play(player, entries, killer, console)
                witnesses = Witnesses(stack, player.http, player.js, {ORGANISATION: player.token}, histories=False)
                await calm(witnesses)
                replay = await judge(player, entries, scenario, witnesses, end, killer.kills)
    replay.speed, replay.seed = speed, options.seed if options.kills else None
    replay.seconds = round(time.monotonic() - began, 1)
    return replay


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
    acts, last = acts_of(entries), ends(entries)
    up_in_time(player.clock, real_now())
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
