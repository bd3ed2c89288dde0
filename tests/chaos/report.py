"""The outcome of a run: a table, a JSON file, and the story of the first offending invoice."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from contracts.clock import Clock
from tests.chaos.evidence import Evidence
from tests.chaos.judge import offences
from tests.chaos.mailbox.faults import AMBIGUOUS
from tests.chaos.striker import Blow
from tests.chaos.strikes import Kind
from tests.chaos.timeline import timeline
from tests.chaos.verdict import Verdict

LONGEST_LIST = 10
SENDING = ("notify", "notify-2", "mailbox", "postgres")


@dataclass(frozen=True)
class Outcome:
    seed: int
    kills: int
    blows: Sequence[Blow]
    evidence: Evidence
    verdicts: Mapping[str, Verdict]
    clock: Clock
    problems: Sequence[str]
    calm_after_s: float
    """Real seconds from the last restart until nothing waited any more."""

    @property
    def is_clean(self) -> bool:
        return not any(offences(self.verdicts)) and not self.problems

    @property
    def uncertain(self) -> int:
        return sum(message.status == "uncertain" for message in self.evidence.messages)

    def as_json(self) -> dict[str, object]:
        invariants = {
            name: {"checked": verdict.checked, "broken": len(verdict.offences)}
            for name, verdict in self.verdicts.items()
        }
        return {"seed": self.seed, "kills": self.kills, "invariants": invariants, "uncertain": self.uncertain}


def write(outcome: Outcome, target: Path) -> None:
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(outcome.as_json(), indent=2) + "\n")


def show(outcome: Outcome, console: Console) -> None:
    console.print(_invariants(outcome))
    console.print(_facts(outcome))
    for problem in outcome.problems:
        console.print(f"[red]{problem}", highlight=False)
    for name, verdict in outcome.verdicts.items():
        for offence in verdict.offences[:LONGEST_LIST]:
            console.print(f"[red]{name} {offence.invoice_id}: {offence.what}", highlight=False, soft_wrap=True)
    _tell(outcome, console)


def _invariants(outcome: Outcome) -> Table:
    table = Table(title=f"Chaos, seed {outcome.seed}", title_justify="left")
    for heading in ("", "invariant", "checked", "broken"):
        table.add_column(heading, justify="right" if heading in ("checked", "broken") else "left")
    for name, verdict in outcome.verdicts.items():
        broken = len(verdict.offences)
        table.add_row(name, verdict.title, str(verdict.checked), f"[red]{broken}" if broken else "0")
    return table


def _facts(outcome: Outcome) -> Table:
    evidence = outcome.evidence
    at_relay = {mail.key for mail in evidence.mails}
    uncertain = [message.key for message in evidence.messages if message.status == "uncertain"]
    ambiguous = sum(blow.strike.fault in AMBIGUOUS for blow in outcome.blows)
    table = Table(show_header=False)
    table.add_row("invoices", str(len(evidence.receivables)))
    table.add_row("processes killed", str(outcome.kills))
    for kind in Kind:
        if kind is not Kind.KILL:
            table.add_row(kind.value, str(sum(blow.strike.kind is kind for blow in outcome.blows)))
    table.add_row("payment events", str(sum(each.stream == "PAYMENTS" for each in evidence.heard)))
    table.add_row("dead letters", str(len(evidence.dead)))
    table.add_row("reminders that the relay accepted", str(len(evidence.mails)))
    table.add_row("uncertain messages", str(len(uncertain)))
    table.add_row("  which the relay had accepted", str(sum(key in at_relay for key in uncertain)))
    table.add_row("  kills of what sends, receives or records them", str(_kills_of(outcome.blows, SENDING)))
    table.add_row("  spells in which the relay left its answer open", str(ambiguous))
    table.add_row("workflow tasks tried again on a starved machine", str(sum(run.slow for run in evidence.runs)))
    table.add_row("seconds from the last restart to calm", f"{outcome.calm_after_s:.0f}")
    return table


def _kills_of(blows: Sequence[Blow], names: Sequence[str]) -> int:
    return sum(name in names for blow in blows for name in blow.hit)


def _tell(outcome: Outcome, console: Console) -> None:
    first = next((offence for offence in offences(outcome.verdicts) if offence.invoice_id), None)
    if first is None:
        return
    console.print(f"\nThe story of invoice {first.invoice_id}: {first.what}", highlight=False, soft_wrap=True)
    for moment in timeline(outcome.evidence, first.invoice_id, outcome.blows, outcome.clock):
        console.print(str(moment), highlight=False, soft_wrap=True, markup=False)
