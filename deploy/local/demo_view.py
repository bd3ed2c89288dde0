"""What the demonstration shows: a frame a quarter of a second, and the sum at the end."""

from collections import Counter
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


def frame(board: Scoreboard, *, now: datetime, share: float) -> RenderableType:
    """The day, the counts, and the latest things that happened."""
    head = Table.grid(padding=(0, 2))
    head.add_row(Text(f"{now:%A %d %B %Y}", style="bold"), ProgressBar(100, min(100, share * 100), width=BAR_WIDTH))
    counts = Table.grid(padding=(0, 3))
    counts.add_row(_states(board), _steps(board.steps), _closings(board), _payments(board))
    return Panel(Group(head, Text(), counts, Text(), _latest(board)), title="Relance, a day a second")


def summary(board: Scoreboard, *, emails: int, after_payment: int, published: int) -> RenderableType:
    table = Table(title="What happened", show_header=False, title_justify="left")
    table.add_row("invoices issued", str(len(board.invoices)))
    table.add_row("payment events published", str(published))
    for outcome, times in sorted(board.payments.items()):
        table.add_row(f"  {outcome}", str(times))
    table.add_row("invoices reopened by a bounced payment", str(board.reopened))
    table.add_section()
    for step in STANDARD.steps:
        table.add_row(f"day +{step.days}, {step.key} ({step.kind})", str(board.steps[step.key]))
    table.add_row("e-mails that the SMTP server received", str(emails))
    for reason, times in sorted(board.skipped.items()):
        table.add_row(f"steps not done: {reason}", str(times))
    table.add_section()
    for reason, times in sorted(board.closed.items()):
        table.add_row(f"cases closed: {reason}", str(times))
    table.add_row("cases still open", str(board.open))
    table.add_row("reminders more than 1 s after the payment", str(after_payment))
    return table


def _states(board: Scoreboard) -> Table:
    return _counts("Invoices", {"issued": len(board.invoices), "open cases": board.open, "reopened": board.reopened})


def _steps(steps: Counter[str]) -> Table:
    return _counts("Steps carried out", {step.key: steps[step.key] for step in STANDARD.steps})


def _closings(board: Scoreboard) -> Table:
    return _counts("Cases closed", dict(sorted(board.closed.items())))


def _payments(board: Scoreboard) -> Table:
    return _counts("Payments", dict(sorted(board.payments.items())))


def _counts(title: str, counts: Mapping[str, int]) -> Table:
    table = Table.grid(padding=(0, 1))
    table.add_row(Text(title, style="bold"), "")
    for name, count in counts.items():
        table.add_row(name, Text(str(count), justify="right"))
    return table


def _latest(board: Scoreboard) -> Table:
    table = Table.grid(padding=(0, 1))
    rows = [*board.latest, *[("", "", "")] * (LATEST - len(board.latest))]
    for style, number, text in rows:
        table.add_row(Text(number, style="dim"), Text(text, style=style))
    return table
