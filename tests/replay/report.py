"""The outcome of a replay, as a table and as JSON."""

import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from deploy.local.evidence import Email
from tests.replay.expectation import Expected
from tests.replay.kills import ON_THE_PATH

RESULT = "replay.json"
LONGEST_LIST = 20
LEAST_SHARE = 0.5
"""Of the e-mails that a run without kills requires: a run that requires fewer proves too little."""


@dataclass(frozen=True)
class Doubtful:
    """Messages of which nobody knows whether they arrived, as (invoice id, step), and those of them that no kill
    explains, in words."""

    steps: Collection[tuple[str, str]] = ()
    unexplained: Sequence[str] = ()


@dataclass
class Replay:
    """`missing`, `unexpected` and `uncertain` as "invoice step"; `latest_act` in business days after its date.

    `required`, `seen` of them, and `allowed` count e-mails; `required_without_kills` is what the file alone requires.
    An e-mail is uncertain when its process died while it was handed over: a person is shown it.
    """

    invoices: int
    steps: Mapping[str, int]
    closed: Mapping[str, int]
    after_payment: Sequence[str]
    missing: list[str]
    unexpected: list[str]
    emails: int
    required: int
    required_without_kills: int
    allowed: int
    seen: int
    latest_act: float
    uncertain: list[str] = field(default_factory=list)
    unexplained: Sequence[str] = ()
    kills: Sequence[str] = ()
    seed: int | None = None
    speed: float = 0.0
    seconds: float = 0.0

    @property
    def share(self) -> float:
        """What the kills left of the e-mails that are required."""
        return self.required / self.required_without_kills if self.required_without_kills else 1.0

    @property
    def proves_nothing(self) -> str:
        """Why its kills prove nothing, in a sentence; empty when they do, or none were asked for (`seed` is None)."""
        if self.seed is None:
            return ""
        if not self.required_without_kills:
            return "The file requires no e-mail at all. Choose another LIMIT or SCENARIO."
        if self.share < LEAST_SHARE:
            few = f"The kills left {self.share:.0%} of the required e-mails, expected {LEAST_SHARE:.0%} at least"
            return f"{few}. Choose fewer KILLS or a lower SPEED."
        if not ON_THE_PATH.intersection(self.kills):
            return "Nothing was killed that an e-mail or a payment needs. Choose more KILLS or a lower SPEED."
        return ""

    @property
    def is_clean(self) -> bool:
        broken = self.missing or self.unexpected or self.after_payment or self.unexplained
        return not self.proves_nothing and not broken

    def as_json(self) -> dict[str, object]:
        return {
            "invoices": self.invoices,
            "steps": dict(sorted(self.steps.items())),
            "closed": dict(sorted(self.closed.items())),
            "after_payment": len(self.after_payment),
            "missing": self.missing,
            "unexpected": self.unexpected,
            "emails": self.emails,
            "required": self.required,
            "required_without_kills": self.required_without_kills,
            "allowed": self.allowed,
            "seen": self.seen,
            "uncertain": self.uncertain,
            "unexplained": list(self.unexplained),
            "kills": list(self.kills),
            "seed": self.seed,
            "speed": self.speed,
            "seconds": self.seconds,
        }


def compare(
    numbers: Mapping[str, str],
    sent: Sequence[Email],
    expected: Expected,
    *,
    without_kills: Expected,
    steps: Mapping[str, int],
    closed: Mapping[str, int],
    after_payment: Sequence[str],
    latest_act: float,
    doubtful: Doubtful = Doubtful(),
    kills: Sequence[str] = (),
) -> Replay:
    """What the SMTP server received against what the file says; a message twice is unexpected.

    What is doubtful may have been received or not.
    """
    received = Counter((numbers.get(email.invoice_id, email.invoice_id), email.step) for email in sent)
    unclear = {(numbers.get(invoice, invoice), step) for invoice, step in doubtful.steps}
    missing = expected.must - received.keys() - unclear
    unexpected = {pair for pair in received if pair not in expected.must | expected.may}
    unexpected |= {pair for pair, times in received.items() if times > 1}
    return Replay(
        invoices=len(numbers),
        steps=steps,
        closed=closed,
        after_payment=after_payment,
        missing=_named(missing),
        unexpected=_named(unexpected),
        emails=len(sent),
        required=len(expected.must),
        required_without_kills=len(without_kills.must),
        allowed=len(expected.may),
        seen=len(expected.must & received.keys()),
        latest_act=latest_act,
        uncertain=_named(unclear),
        unexplained=doubtful.unexplained,
        kills=kills,
    )


def _named(pairs: Collection[tuple[str, str]]) -> list[str]:
    return sorted(f"{number} {step}" for number, step in pairs)


def forget(directory: Path) -> None:
    """A run that ends without a judgement must not leave that of the run before."""
    (directory / RESULT).unlink(missing_ok=True)


def write(replay: Replay, directory: Path) -> Path:
    """The file that it was written to."""
    directory.mkdir(exist_ok=True)
    target = directory / RESULT
    target.write_text(json.dumps(replay.as_json(), indent=2) + "\n")
    return target


def show(replay: Replay, console: Console, target: Path) -> None:
    table = Table(title="Replay", show_header=False)
    table.add_row("invoices issued", str(replay.invoices))
    table.add_row("e-mails received by the SMTP server", str(replay.emails))
    table.add_row("e-mails required, received of them", f"{replay.required}, {replay.seen}")
    table.add_row("e-mails that might come or not", str(replay.allowed))
    for step, times in sorted(replay.steps.items()):
        table.add_row(f"step {step}", str(times))
    for reason, times in sorted(replay.closed.items()):
        table.add_row(f"cases closed: {reason}", str(times))
    table.add_row("reminders more than 1 s after the payment's commit", str(len(replay.after_payment)))
    table.add_row("missing", str(len(replay.missing)))
    table.add_row("unexpected", str(len(replay.unexpected)))
    if replay.kills:
        table.add_row("processes killed", ", ".join(replay.kills))
        table.add_row("required without kills", f"{replay.required_without_kills}, {replay.share:.0%} of them still")
        table.add_row("uncertain, shown to a person", str(len(replay.uncertain)))
        table.add_row("uncertain, and no kill explains it", str(len(replay.unexplained)))
    table.add_row("business days in a second", f"{replay.speed / 86_400:g}")
    table.add_row("latest act of the player, business days", f"{replay.latest_act:.2f}")
    table.add_row("seconds", f"{replay.seconds:.0f}")
    console.print(table)
    _list(replay, console)
    if replay.proves_nothing:
        console.print(f"[red]Nothing is proved. {replay.proves_nothing}", soft_wrap=True)
    console.print(f"Written to {target}.")


def _list(replay: Replay, console: Console) -> None:
    for name, lines in (
        ("missing", replay.missing),
        ("unexpected", replay.unexpected),
        ("uncertain", replay.uncertain),
        ("unexplained", replay.unexplained),
        ("after the payment", replay.after_payment),
    ):
        for line in lines[:LONGEST_LIST]:
            console.print(f"[red]{name}: {line}")
