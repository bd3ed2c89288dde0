"""The outcome of a run as a table and as build/load.json."""

import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.chaos.judge import offences, unproven
from tests.chaos.report import invariants
from tests.chaos.verdict import Verdict
from tests.load.footprint import Reading
from tests.load.options import Options
from tests.load.times import Spread

LONGEST_LIST = 10
STORES = ("postgresql", "nats", "temporal")


@dataclass(frozen=True)
class Outcome:
    """`disk` and `readings` by when they were read; `applied_per_s` while payments were published."""

    options: Options
    verdicts: Mapping[str, Verdict]
    spreads: Sequence[Spread]
    applied_per_s: float
    facts: Mapping[str, float]
    disk: Mapping[str, Mapping[str, int]]
    readings: Mapping[str, Reading]

    @property
    def is_clean(self) -> bool:
        return not any(offences(self.verdicts)) and not unproven(self.verdicts)

    @property
    def growth(self) -> dict[str, dict[str, float]]:
        """Bytes: for each invoice that was issued and enrolled, and for each that was paid, reminders included."""
        issued, paid = self._grown("empty", "filled"), self._grown("filled", "paid")
        return {
            store: {"open": issued[store] / self.options.invoices, "paid": paid[store] / self.options.payments}
            for store in STORES
        }

    @property
    def processor(self) -> dict[str, float]:
        """Seconds that each process spent from the first payment to the end of all work; the rest was others'."""
        before, after = self.readings["before payments"], self.readings["after payments"]
        ours = {name: after.spent[name] - before.spent.get(name, 0.0) for name in after.spent}
        return ours | {"other programs": after.busy - before.busy - sum(ours.values())}

    def as_json(self) -> dict[str, object]:
        return {
            "machine": machine(),
            "size": {name: value for name, value in vars(self.options).items() if isinstance(value, int | float)},
            "payments": self.options.payments,
            "clean": self.is_clean,
            "counts": {
                verdict.title: {count.title: [count.checked, len(count.offences)] for count in verdict.counts}
                for verdict in self.verdicts.values()
            },
            "seconds": {each.title: {"count": each.count, **each.seconds} for each in self.spreads},
            "applied_per_s": self.applied_per_s,
            "memory_mb": {name: dict(reading.memory) for name, reading in self.readings.items()},
            "processor_s": self.processor,
            "disk_bytes": self.disk,
            "growth_bytes": self.growth,
            "facts": self.facts,
        }

    def _grown(self, earlier: str, later: str) -> dict[str, int]:
        grown = dict.fromkeys(STORES, 0)
        for name, size in self.disk[later].items():
            grown[name.split()[0]] += size - self.disk[earlier][name]
        return grown


def machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores, {memory:.0f} GB, {platform.system()} {platform.machine()}"


def write(outcome: Outcome, directory: Path) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "load.json").write_text(json.dumps(outcome.as_json(), indent=2) + "\n")


def show(outcome: Outcome, console: Console) -> None:
    options = outcome.options
    size = f"{options.invoices} invoices, a wave of {options.wave}, {options.payments} payments"
    title = f"Load: {size} at {options.rate:g} a second; {machine()}"
    console.print(invariants(outcome.verdicts, title))
    console.print(_spreads(outcome.spreads))
    console.print(_processes(outcome))
    console.print(_growth(outcome))
    console.print(f"Applied while they were published: {outcome.applied_per_s:.1f} payments a second.", highlight=False)
    for name, value in outcome.facts.items():
        if not name.startswith("most memory"):
            console.print(f"{name}: {value:.1f}", highlight=False)
    for problem in unproven(outcome.verdicts):
        console.print(f"[red]{problem}", highlight=False, soft_wrap=True)
    for name, verdict in outcome.verdicts.items():
        for offence in verdict.offences[:LONGEST_LIST]:
            console.print(f"[red]{name} {offence.invoice_id}: {offence.what}", highlight=False, soft_wrap=True)


def _spreads(spreads: Sequence[Spread]) -> Table:
    table = _table("Seconds", "count", "p50", "p95", "p99", "most")
    for each in spreads:
        table.add_row(each.title, str(each.count), *(f"{value:.2f}" for value in each.seconds.values()))
    return table


def _processes(outcome: Outcome) -> Table:
    table = _table("Process", "MB empty", "MB filled", "MB at most", "processor s", "ms for each payment")
    spent = outcome.processor
    for name in sorted(spent, key=lambda name: -spent[name]):
        memory = [outcome.readings[when].memory.get(name) for when in ("empty", "filled")]
        most = outcome.facts.get(f"most memory, {name}, MB")
        each = spent[name] / outcome.options.payments * 1000
        table.add_row(name, *map(_whole, [*memory, most]), f"{spent[name]:.1f}", f"{each:.2f}")
    return table


def _growth(outcome: Outcome) -> Table:
    table = _table("Disk, kB", "for each open invoice", "for each paid one")
    for store, growth in outcome.growth.items():
        table.add_row(store, f"{growth['open'] / 1000:.1f}", f"{growth['paid'] / 1000:.1f}")
    return table


def _whole(value: float | None) -> str:
    return "" if value is None else f"{value:.0f}"


def _table(first: str, *others: str) -> Table:
    table = Table()
    table.add_column(first)
    for other in others:
        table.add_column(other, justify="right")
    return table
