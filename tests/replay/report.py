"""The outcome of a replay, as a table and as JSON."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from deploy.local.evidence import Email
from tests.replay.expectation import Expected

LONGEST_LIST = 20


@dataclass
class Replay:
    """`missing`, `unexpected` and `uncertain` as "invoice step"; `latest_act` in business days after its date.

    An e-mail is uncertain when its process died while it was handed over: a person is shown it.
    """

    invoices: int
    steps: Mapping[str, int]
    closed: Mapping[str, int]
    after_payment: int
    missing: list[str]
    unexpected: list[str]
    emails: int
    latest_act: float
    uncertain: list[str] = field(default_factory=list)
    kills: list[str] = field(default_factory=list)
    seed: int | None = None
    speed: float = 0.0
    seconds: float = 0.0

    @property
    def is_clean(self) -> bool:
        is_explained = len(self.uncertain) <= len(self.kills)
        return is_explained and not (self.missing or self.unexpected or self.after_payment)

    def as_json(self) -> dict[str, object]:
        return {
            "invoices": self.invoices,
            "steps": dict(sorted(self.steps.items())),
            "closed": dict(sorted(self.closed.items())),
            "after_payment": self.after_payment,
            "missing": self.missing,
            "unexpected": self.unexpected,
            "emails": self.emails,
            "uncertain": self.uncertain,
            "kills": self.kills,
            "seed": self.seed,
            "speed": self.speed,
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
    uncertain: Collection[tuple[str, str]] = (),
) -> Replay:
    """What the SMTP server received against what the file says; a message twice is unexpected.

    `uncertain` are (invoice id, step): these may have been received or not.
    """
    received = Counter((numbers.get(email.invoice_id, email.invoice_id), email.step) for email in sent)
    unclear = {(numbers.get(invoice, invoice), step) for invoice, step in uncertain}
    missing = expected.must - received.keys() - unclear
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
        uncertain=sorted(f"{number} {step}" for number, step in unclear),
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
    if replay.kills:
        table.add_row("processes killed", ", ".join(replay.kills))
        table.add_row("uncertain, shown to a person", str(len(replay.uncertain)))
    table.add_row("business days in a second", f"{replay.speed / 86_400:g}")
    table.add_row("latest act of the player, business days", f"{replay.latest_act:.2f}")
    table.add_row("seconds", f"{replay.seconds:.0f}")
    console.print(table)
    for name, pairs in (
        ("missing", replay.missing),
        ("unexpected", replay.unexpected),
        ("uncertain", replay.uncertain),
    ):
        for pair in pairs[:LONGEST_LIST]:
            console.print(f"[red]{name}: {pair}")
    console.print(f"Written to {target}.")
