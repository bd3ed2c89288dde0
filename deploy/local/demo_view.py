"""What the demonstration shows: a frame a quarter of a second, and the sum at the end."""

from collections.abc import Mapping
from datetime import datetime

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from deploy.local.scoreboard import LATEST, Scoreboard
from workflows.dunning.scenario import STANDARD

BAR_WIDTH = 40
COUNT_WIDTH = 4

KINDS = {"email": "e-mail", "call": "call", "letter": "letter", "event": "event"}
CLOSINGS = {"settled": "paid", "exhausted": "every step done, not paid"}
PAYMENTS = ("applied", "reversed", "unallocated", "rejected")


def frame(board: Scoreboard, *, now: datetime, share: float) -> RenderableType:
    """The day, the counts, and the latest things that happened."""
    head = Table.grid(padding=(0, 2))
    head.add_row(Text(f"{now:%A %d %B %Y}".ljust(27), style="bold"), _bar(share))
    counts = Table.grid(padding=(0, 3))
    counts.add_row(_states(board), _steps(board), _closings(board), _payments(board))
    return Panel(Group(head, Text(), counts, Text(), _latest(board)), title="Relance, a day a second")


def summary(board: Scoreboard, *, emails: int, after_payment: int, published: int) -> RenderableType:
    """What all of it added up to; `published` counts payment events, `emails` what the SMTP server received."""
    table = Table(title="What happened", show_header=False, title_justify="left")
    table.add_column()
    table.add_column(justify="right")
    table.add_row("invoices issued", str(len(board.invoices)))
    table.add_row("invoices reopened, since the payment bounced", str(board.reopened))
    table.add_section()
    table.add_row("payment events published", str(published))
    for outcome, times in sorted(board.payments.items()):
        table.add_row(f"  {outcome}", str(times))
    table.add_row("  told again, and counted once", str(published - board.payments.total()))
    table.add_row("payments of more than was owed", str(board.too_much))
    table.add_section()
    for step in STANDARD.steps:
        name = step.key if step.key == step.kind else f"{KINDS[step.kind]}, {step.key}"
        table.add_row(f"day {step.days:+}: {name}", str(board.steps[step.key]))
    for reason, times in sorted(board.skipped.items()):
        table.add_row(f"steps not done: {reason.replace('_', ' ')}", str(times))
    table.add_row("reminders that the SMTP server received", str(emails))
    table.add_row("  of these, more than 1 s after the payment", str(after_payment))
    table.add_section()
    for reason, times in sorted(board.closed.items()):
        table.add_row(f"cases closed: {CLOSINGS.get(reason, reason)}", str(times))
    table.add_row("cases still open", str(board.open))
    return table


def _bar(share: float) -> ProgressBar:
    return ProgressBar(100, max(0, min(100, share * 100)), width=BAR_WIDTH)


def _states(board: Scoreboard) -> Table:
    return _counts("Invoices", {"issued": len(board.invoices), "open cases": board.open, "reopened": board.reopened})


def _steps(board: Scoreboard) -> Table:
    steps = {f"day {step.days:+} {KINDS[step.kind]}": board.steps[step.key] for step in STANDARD.steps}
    return _counts("Steps carried out", steps)


def _closings(board: Scoreboard) -> Table:
    reasons = list(dict.fromkeys([*CLOSINGS, *sorted(board.closed)]))
    return _counts("Cases closed", {CLOSINGS.get(reason, reason): board.closed[reason] for reason in reasons})


def _payments(board: Scoreboard) -> Table:
    return _counts("Payments", {outcome: board.payments[outcome] for outcome in PAYMENTS})


def _counts(title: str, counts: Mapping[str, int]) -> Table:
    """As wide at the beginning as at the end."""
    table = Table.grid(padding=(0, 1))
    table.add_column(min_width=len(title), no_wrap=True)
    table.add_column(min_width=COUNT_WIDTH, justify="right")
    table.add_row(Text(title, style="bold"), "")
    for name, count in counts.items():
        table.add_row(name, str(count))
    return table


def _latest(board: Scoreboard) -> Table:
    table = Table.grid(padding=(0, 1))
    table.add_column(min_width=12, no_wrap=True)
    table.add_column(no_wrap=True)
    rows = [*board.latest, *[("", "", "")] * (LATEST - len(board.latest))]
    for style, number, text in rows:
        table.add_row(Text(number, style="dim"), Text(text, style=style))
    return table
