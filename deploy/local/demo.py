"""`make demo`: four months of a company's receivables in about two minutes, on the real servers.

A generated portfolio is invoiced, customers pay early, late, in part, too much, twice or never, and the days pass
in the terminal. The stack then stays up, to be looked at, until Ctrl-C.
"""

import asyncio
import os
import shutil
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import nats
from rich.console import Console
from rich.live import Live

from chassis.clock import real_now
from chassis.watch import Watch, watching
from contracts.clock import Clock
from deploy.local import demo_view, evidence
from deploy.local.credentials import mint_of
from deploy.local.lock import holder
from deploy.local.player import Player, player_of
from deploy.local.portfolio import Portfolio, portfolio
from deploy.local.ports import PortIsMalformed, PortsCollide
from deploy.local.program import CannotStart
from deploy.local.report import addresses
from deploy.local.scoreboard import Scoreboard
from deploy.local.seed import ORGANISATION, seed
from deploy.local.signals import cancelled_by_signals
from deploy.local.stack import Stack, StackOptions, local_dir

DAY_A_SECOND = 86_400.0
LAST_STEP = timedelta(days=116)
"""From the first day to the letter of the invoice issued last, with a few days more."""
LEAD = timedelta(days=2)
REFRESH_S = 0.25


def main() -> int:
    """The exit code: 0 when it was stopped by a person, 1 when it could not go on."""
    console = Console()
    code = 0
    try:
        asyncio.run(_run(console))
    except* (CannotStart, PortIsMalformed, PortsCollide) as troubles:
        console.print(str(troubles.exceptions[0]), style="red", markup=False, highlight=False, soft_wrap=True)
        code = 1
    except* (KeyboardInterrupt, asyncio.CancelledError):
        console.print("Stopped.")
    return code


async def _run(console: Console) -> None:
    data_dir = local_dir(os.environ) / "demo"
    now = real_now()
    clock = Clock(origin=now, started=now, speed=DAY_A_SECOND)
    with cancelled_by_signals():
        async with Stack(StackOptions(emptied(data_dir), clock=clock)) as stack:
            mint = mint_of(stack.shared)
            async with player_of(stack.urls, stack.shared, mint, ORGANISATION, clock) as player:
                await seed(stack.urls, player.token())
                board = await _play(player, stack.shared["RELANCE_NATS_URL"], console)
                await _tell(player, board, stack.urls["mailbox"], console)
            for line in addresses(stack.state):
                console.print(line, highlight=False)
            await asyncio.Event().wait()


def emptied(data_dir: Path) -> Path:
    """A demonstration begins anew each time; one that still runs is not disturbed."""
    if not holder(data_dir):
        shutil.rmtree(data_dir, ignore_errors=True)
    return data_dir


async def _play(player: Player, nats_url: str, console: Console) -> Scoreboard:
    first_day = (player.business_now() + LEAD).date()
    plan = portfolio(first_day)
    board = Scoreboard()
    connection = await nats.connect(nats_url)
    try:
        async with watching(connection, "billing.>", "dunning.>") as watch:
            await player.register(plan.buyers)
            await _show_the_days(player, plan, watch, board, console)
    finally:
        await connection.close()
    return board


async def _show_the_days(player: Player, plan: Portfolio, watch: Watch, board: Scoreboard, console: Console) -> None:
    first = datetime.combine(min(act.on for act in plan.acts), datetime.min.time(), UTC)
    playing = asyncio.create_task(player.play(plan.acts))
    try:
        with Live(console=console, auto_refresh=False, transient=True) as live:
            while (now := player.business_now()) < first + LAST_STEP or not playing.done():
                _catch_up(watch, board)
                live.update(demo_view.frame(board, now=now, share=(now - first) / LAST_STEP), refresh=True)
                await asyncio.sleep(REFRESH_S)
                if playing.done():
                    playing.result()
        _catch_up(watch, board)
    finally:
        playing.cancel()


def _catch_up(watch: Watch, board: Scoreboard) -> None:
    while not watch.heard.empty():
        heard = watch.heard.get_nowait()
        board.hear(heard.subject, heard.data)


async def _tell(player: Player, board: Scoreboard, mailbox: str, console: Console) -> None:
    sent = await evidence.emails(mailbox)
    late = evidence.after_payment(sent, await evidence.paid_spans(player.js))
    console.print(demo_view.summary(board, emails=len(sent), after_payment=len(late), published=player.published))


if __name__ == "__main__":
    sys.exit(main())
