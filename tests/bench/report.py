"""The results: a table, a JSON file and a picture."""

import json
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.bench.measure import Entry, merged
from tests.bench.picture import picture


def write(entries: Sequence[Entry], directory: Path, *, keeps_others: bool) -> None:
    """`bench.json` and `bench.svg`; with `keeps_others` the file keeps the figures that were not measured now."""
    directory.mkdir(parents=True, exist_ok=True)
    target = directory / "bench.json"
    known = json.loads(target.read_text()) if keeps_others and target.exists() else {}
    target.write_text(json.dumps(merged(known, entries), indent=2) + "\n")
    (directory / "bench.svg").write_text(picture(entries))


def show(entries: Sequence[Entry], console: Console) -> None:
    table = Table(title="Ours beside the floor: medians over the rounds", title_justify="left")
    for heading in ("figure", "ours", "floor", "unit", "ratio", "spread", "goal", ""):
        table.add_column(
            heading, justify="right" if heading in ("ours", "floor", "ratio", "spread") else "left", no_wrap=True
        )
    for entry in entries:
        low, high = entry.spread
        table.add_row(
            entry.name,
            f"{entry.ours_is:.4g}",
            f"{entry.floor_is:.4g}",
            entry.unit,
            f"{entry.ratio:.3g}",
            f"{low:.3g} to {high:.3g}",
            entry.goal.text,
            "met" if entry.is_met else "[red]missed",
        )
    console.print(table)
    for floor in dict.fromkeys(entry.floor for entry in entries):
        names = ", ".join(entry.name for entry in entries if entry.floor == floor)
        console.print(f"The floor of {names}: {floor}", highlight=False, soft_wrap=True, style="dim")
