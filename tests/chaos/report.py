"""The outcome of a run: a table, two JSON files, and the story of the first offending invoice."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.chaos.blows import Blow
from tests.chaos.doubts import Cause, Doubt, doubts
from tests.chaos.effects import by_family, with_effect
from tests.chaos.evidence import Evidence
from tests.chaos.judge import offences, unproven
from tests.chaos.timeline import timeline
from tests.chaos.verdict import Setting, Verdict

LONGEST_LIST = 10
SUMMARY, DETAILS = "chaos.json", "chaos-details.json"


@dataclass(frozen=True)
class Outcome:
    """`difficulties`: what the one who strikes could not do. `calm_after_s`: from the last restart to no work left.

    `is_long`: long enough to meet everything that is judged.
    """

    seed: int
    blows: Sequence[Blow]
    evidence: Evidence
    verdicts: Mapping[str, Verdict]
    setting: Setting
    difficulties: Sequence[str]
    calm_after_s: float
    is_long: bool = False
    pace: float = 1.0

    @property
    def told(self) -> Evidence:
        """What is shown: of a witness who did not answer, nothing."""
        return self.evidence.as_told()

    @property
    def problems(self) -> list[str]:
        """Why the run proves nothing, even where nothing is broken."""
        return [*self.difficulties, *unproven(self.verdicts, in_full=self.is_long)]

    @property
    def is_clean(self) -> bool:
        return not any(offences(self.verdicts)) and not self.problems

    @property
    def kills(self) -> int:
        return len(self.setting.deaths)

    @property
    def doubts(self) -> list[Doubt]:
        return doubts(self.told, self.setting)

    def as_json(self) -> dict[str, object]:
        invariants = {
            name: {"checked": verdict.checked, "broken": len(verdict.offences)}
            for name, verdict in self.verdicts.items()
        }
        return {"seed": self.seed, "kills": self.kills, "invariants": invariants, "uncertain": len(self.doubts)}

    def details(self) -> dict[str, object]:
        """Each count of each invariant, how often each process died, and each uncertain message."""
        counts = {
            name: {count.title: [count.checked, len(count.offences)] for count in verdict.counts}
            for name, verdict in self.verdicts.items()
        }
        journal = Counter(f"{each.step}: {each.outcome}, {each.reason}" for each in self.told.journal if each.step)
        return {
            "seed": self.seed,
            "pace": self.pace,
            "invoices": len(self.setting.issued),
            "counts": counts,
            "kills": dict(sorted(Counter(death.name for death in self.setting.deaths).items())),
            "strikes": {name: [len(found), with_effect(found)] for name, found in by_family(self.blows).items()},
            "relay": dict(Counter(str(each.fault) for each in self.told.conversations if each.fault)),
            "journal": dict(sorted(journal.items())),
            "uncertain": [
                {"key": doubt.key, "because": doubt.cause.value, "arrived": doubt.arrived} for doubt in self.doubts
            ],
            "problems": self.problems,
            "offences": [f"{each.invoice_id}: {each.what}" for each in offences(self.verdicts)],
        }


def forget(directory: Path) -> None:
    """A run that ends without a judgement must not leave that of the run before."""
    for name in (SUMMARY, DETAILS):
        (directory / name).unlink(missing_ok=True)


def write(outcome: Outcome, directory: Path) -> None:
    directory.mkdir(exist_ok=True)
    for name, content in ((SUMMARY, outcome.as_json()), (DETAILS, outcome.details())):
        (directory / name).write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n")


def show(outcome: Outcome, console: Console) -> None:
    console.print(invariants(outcome.verdicts, f"Chaos, seed {outcome.seed}"))
    console.print(_facts(outcome))
    for problem in outcome.problems:
        console.print(f"[red]{problem}", highlight=False, soft_wrap=True)
    for name, verdict in outcome.verdicts.items():
        for offence in verdict.offences[:LONGEST_LIST]:
            console.print(f"[red]{name} {offence.invoice_id}: {offence.what}", highlight=False, soft_wrap=True)
    _tell(outcome, console)


def invariants(verdicts: Mapping[str, Verdict], title: str) -> Table:
    """What was judged: how much was checked of each thing that must not be, and where it was."""
    table = Table(title=title, title_justify="left")
    for heading in ("", "invariant", "checked", "broken"):
        table.add_column(heading, justify="right" if heading in ("checked", "broken") else "left")
    for name, verdict in verdicts.items():
        table.add_row(name, f"[bold]{verdict.title}", str(verdict.checked), _red(len(verdict.offences)))
        for count in verdict.counts:
            table.add_row("", f"  {count.title}", str(count.checked), _red(len(count.offences)))
    return table


def _red(broken: int) -> str:
    return f"[red]{broken}" if broken else "0"


def _facts(outcome: Outcome) -> Table:
    evidence = outcome.told
    table = Table(show_header=False)
    table.add_row("invoices", str(len(outcome.setting.issued)))
    table.add_row("processes killed", str(outcome.kills))
    for name, found in by_family(outcome.blows).items():
        table.add_row(name, f"{with_effect(found)} of {len(found)} had an effect")
    table.add_row("payment events", str(sum(each.stream == "PAYMENTS" for each in evidence.heard)))
    table.add_row("dead letters", str(len(evidence.dead)))
    table.add_row("reminders that the relay accepted", str(len(evidence.mails)))
    for name, times in evidence.mended.items():
        table.add_row(f"reconciliations: {name.replace('_', ' ')}", str(times))
    table.add_row("uncertain messages", str(len(outcome.doubts)))
    for cause in Cause:
        doubted = [doubt for doubt in outcome.doubts if doubt.cause is cause]
        if doubted:
            arrived = sum(doubt.arrived for doubt in doubted)
            table.add_row(f"  {cause.value}", f"{len(doubted)}, of which {arrived} had arrived")
    table.add_row("workflow tasks tried again on a starved machine", str(sum(run.slow for run in evidence.runs)))
    table.add_row("seconds from the last restart to calm", f"{outcome.calm_after_s:.0f}")
    return table


def _tell(outcome: Outcome, console: Console) -> None:
    first = next((offence for offence in offences(outcome.verdicts) if offence.invoice_id), None)
    if first is None:
        return
    console.print(f"\nThe story of invoice {first.invoice_id}: {first.what}", highlight=False, soft_wrap=True)
    for moment in timeline(outcome.told, outcome.setting, first.invoice_id, outcome.blows):
        console.print(str(moment), highlight=False, soft_wrap=True, markup=False)
