"""`make replay FILE=…`: a history of receivables through the running stack on a fast clock.

Invoices are issued on their dates, payments published on NATS on their settlement dates. What the SMTP server
received is then compared with what the file alone says must be sent.
"""

import argparse
import asyncio
import json
import shutil
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from chassis.clock import real_now
from contracts.clock import Clock
from contracts.scenario import ScenarioContent, StepKind
from deploy.local import evidence
from deploy.local.credentials import mint_of
from deploy.local.launch import ROOT
from deploy.local.player import Act, Buyer, Player, Sale, Settlement, moment_of, player_of
from deploy.local.ports import free_ports
from deploy.local.program import CannotStart
from deploy.local.seed import ORGANISATION, seed
from deploy.local.signals import cancelled_by_signals
from deploy.local.stack import Stack, StackOptions, local_dir
from tests.replay.expectation import expected_emails
from tests.replay.history import Entry, UnreadableHistory, customers, read
from tests.replay.report import Replay, compare, show
from workflows.dunning.scenario import STANDARD, InvalidScenario, from_yaml

STARTING = timedelta(seconds=45)
"""Real time from the start of the processes to the first business day."""
QUIET_DAYS = 12
"""Business days after the last settlement until the end: every step that must come has come."""


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
        return asyncio.run(_run(entries, scenario, options.speed, console))
    except CannotStart as error:
        console.print(f"[red]{error}")
        return 1
    except (KeyboardInterrupt, asyncio.CancelledError):
        return 130


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make replay", description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--limit", type=int, default=None, help="the first invoices alone")
    parser.add_argument("--speed", type=float, default=86_400.0, help="business seconds a second")
    parser.add_argument("--scenario", type=Path, default=None, help="a YAML file; else the default scenario")
    return parser.parse_args()


async def _run(entries: Sequence[Entry], scenario: ScenarioContent, speed: float, console: Console) -> int:
    began = time.monotonic()
    data_dir = local_dir({}) / "replay"
    shutil.rmtree(data_dir, ignore_errors=True)
    origin = datetime.combine(entries[0].issued, datetime.min.time(), UTC)
    clock = Clock(origin=origin, started=real_now() + STARTING, speed=speed)
    with cancelled_by_signals():
        async with Stack(StackOptions(data_dir, ports=free_ports(), clock=clock, quiet=True)) as stack:
            mint = mint_of(stack.shared)
            async with player_of(stack.urls, stack.shared, mint, ORGANISATION, clock) as player:
                await seed(stack.urls, player.token())
                await _use(scenario, stack.urls, player)
                await player.register([_buyer(name) for name in customers(entries)])
                end = await _play(player, entries, console)
                replay = await _judge(player, entries, scenario, stack.urls["mailbox"], end)
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
    draft = await player.http.put(
        f"{dunning}/scenarios/{key}/draft", content=scenario.model_dump_json(), headers=headers
    )
    draft.raise_for_status()
    (await player.http.post(f"{dunning}/scenarios/{key}/publish", json={}, headers=headers)).raise_for_status()
    policy = (await player.http.get(f"{dunning}/policy", headers=headers)).raise_for_status().json()
    policy["default_scenario"] = key
    (await player.http.put(f"{dunning}/policy", json=policy, headers=headers)).raise_for_status()


def _buyer(name: str) -> Buyer:
    address = {"lines": [f"1 rue {name}"], "postal_code": "75001", "city": "Paris", "country": "FR"}
    details = {"name": f"Client {name}", "kind": "professional", "address": address}
    return Buyer(name, details | {"email": f"{name.lower()}@customers.example", "phone": "+33 1 00 00 00 00"})


def _acts(entries: Sequence[Entry]) -> list[Act]:
    sales = [_sale(entry) for entry in entries]
    payments = [
        Settlement(f"pay-{entry.number}", entry.number, entry.settled, entry.amount)
        for entry in entries
        if entry.settled
    ]
    return [*sales, *payments]


def _sale(entry: Entry) -> Sale:
    return Sale(entry.number, entry.customer, entry.issued, entry.due, entry.amount, Decimal(0), "Services")


async def _play(player: Player, entries: Sequence[Entry], console: Console) -> date:
    """Play the whole history with a bar; returns the business day on which it ended."""
    acts = _acts(entries)
    last = max(moment_of(act) for act in acts) + timedelta(days=QUIET_DAYS)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, redirect_stdout=False) as progress:
        bar = progress.add_task("starting", total=len(acts))
        await player.play(
            acts,
            after=lambda act: progress.update(bar, advance=1, description=f"{act.on.isoformat()}"),
        )
        progress.update(bar, description="the last steps")
        await asyncio.sleep(max(0.0, (player.clock.real(last) - real_now()).total_seconds()))
    return last.date()


async def _judge(
    player: Player, entries: Sequence[Entry], scenario: ScenarioContent, mailbox: str, end: date
) -> Replay:
    sent = await evidence.emails(mailbox)
    email_steps = {step.key: step.days for step in scenario.steps if step.kind is StepKind.EMAIL}
    numbers = {issued.invoice_id: ref for ref, issued in player.issued.items()}
    expected = expected_emails(entries, email_steps, until=end - timedelta(days=2))
    return compare(
        numbers,
        sent,
        expected,
        steps=await evidence.carried_out(player.js),
        closed=await evidence.closed(player.js),
        after_payment=evidence.after_payment(sent, await evidence.paid_spans(player.js)),
        latest_act=player.latest,
    )


if __name__ == "__main__":
    sys.exit(main())
