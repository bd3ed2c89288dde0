"""How answers are printed: JSON for programs, text for people."""

import json
from collections.abc import Iterable
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

console = Console(soft_wrap=True, highlight=False, emoji=False, markup=False)


def json_of(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def table(columns: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    """The last column takes the room that is left."""
    names = list(columns)
    grid = Table(box=None, pad_edge=False, header_style="bold")
    for name in names:
        grid.add_column(name, no_wrap=name != names[-1], overflow="fold")
    for row in rows:
        grid.add_row(*(Text(printable(cell)) for cell in row))
    Console(highlight=False).print(grid)


def line(*parts: str | tuple[str, str]) -> None:
    """One line of texts, some with a style."""
    console.print(Text.assemble(*(_clean(part) for part in parts)))


def _clean(part: str | tuple[str, str]) -> str | tuple[str, str]:
    return printable(part) if isinstance(part, str) else (printable(part[0]), part[1])


def printable(value: object) -> str:
    """Without control characters: what others sent must not drive the terminal."""
    text = "" if value is None else str(value)
    return "".join(each if each.isprintable() or each == "\n" else "\N{REPLACEMENT CHARACTER}" for each in text)
