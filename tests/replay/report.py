"""The outcome of a replay, as a table and as JSON."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from deploy.local.evidence import Email
from tests.replay.expectation import Expected

LONGEST_LIST = 20


@dataclass
class Replay:
    """`missing` and `unexpected` as "invoice step"; `latest_act` in business days after its date."""

    invoices: int
    steps: Mapping[str, int]
    closed: Mapping[str, int]
    after_payment: int
    missing: list[str]
    unexpected: list[str]
    emails: int
    latest_act: float
    seconds: float = 0.0

    @property
    def is_clean(self) -> bool:
        return not (self.missing or self.unexpected or self.after_payment)

    def as_json(self) -> dict[str, object]:
        return {
            "invoices": self.invoices,
            "steps": dict(sorted(self.steps.items())),
            "closed": dict(sorted(self.closed.items())),
            "after_payment": self.after_payment,
            "missing": self.missing,
            "unexpected": self.unexpected,
            "emails": self.emails,
            "seconds": self.seconds,
        }


def compare(
    numbers: Mapping[str, str],
    sent: Sequence[Email],
    expected: Expected,
    *,
    steps: Mapping[str, int],
    closed: Mapping[str, int],
    after_payment: Sequence[Email],
    latest_act: float,
) -> Replay:
    """What the SMTP server received against what the file says; a message twice is unexpected."""
    received = Counter((numbers.get(email.invoice_id, email.invoice_id), email.step) for email in sent)
    missing = expected.must - received.keys()
    unexpected = {pair for pair in received if pair not in expected.must | expected.may}
    unexpected |= {pair for pair, times in received.items() if times > 1}
    return Replay(
        invoices=len(numbers),
        steps=steps,
        closed=closed,
        after_payment=len(after_payment),
        missing=sorted(f"{number} {step}" for number, step in missing),
        unexpected=sorted(f"{number} {step}" for number, step in unexpected),
        emails=len(sent),
        latest_act=latest_act,
    )


def show(replay: Replay, console: Console, target: Path) -> None:
    table = Table(title="Replay", show_header=False)
    table.add_row("invoices issued", str(replay.invoices))
    table.add_row("e-mails received by the SMTP server", str(replay.emails))
    for step, times in sorted(replay.steps.items()):
        table.add_row(f"step {step}", str(times))
    for reason, times in sorted(replay.closed.items()):
        table.add_row(f"cases closed: {reason}", str(times))
    table.add_row("reminders more than 1 s after the payment", str(replay.after_payment))
    table.add_row("missing", str(len(replay.missing)))
    table.add_row("unexpected", str(len(replay.unexpected)))
    table.add_row("latest act of the player, business days", f"{replay.latest_act:.2f}")
    table.add_row("seconds", f"{replay.seconds:.0f}")
    console.print(table)
    for name, pairs in (("missing", replay.missing), ("unexpected", replay.unexpected)):
        for pair in pairs[:LONGEST_LIST]:
            console.print(f"[red]{name}: {pair}")
    console.print(f"Written to {target}.")
