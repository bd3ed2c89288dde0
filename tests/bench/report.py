"""The results: a table, a JSON file and a picture."""

import json
from collections.abc import Collection, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.bench.measure import Entry
from tests.bench.picture import picture

FILE, PICTURE = "bench.json", "bench.svg"


def begin(directory: Path, names: Collection[str]) -> None:
    """Forget what was written of these lines: one that cannot be measured now must not look as if it had been."""
    _write([entry for entry in known(directory) if entry.name not in names], directory)


def add(entries: Sequence[Entry], directory: Path) -> None:
    """Write these entries in the place of the earlier ones of their names; the others stay, with their time."""
    names = {entry.name for entry in entries}
    _write([*(entry for entry in known(directory) if entry.name not in names), *entries], directory)


def known(directory: Path) -> list[Entry]:
    """What is written; nothing when there is no file, or one that another version wrote."""
    try:
        written = json.loads((directory / FILE).read_text())
        return [Entry.of_json(name, each) for name, each in written.items()]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return []


def _write(entries: Sequence[Entry], directory: Path) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    written = {entry.name: entry.as_json() for entry in entries}
    (directory / FILE).write_text(json.dumps(written, indent=2) + "\n")
    (directory / PICTURE).write_text(picture(entries))


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
