"""Two texts line by line: what was taken away, what came."""

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from services.console.peers.templates import Part, Sources


class Fate(StrEnum):
    KEPT = "kept"
    GONE = "gone"
    CAME = "came"


@dataclass(frozen=True)
class Line:
    fate: Fate
    text: str


@dataclass(frozen=True)
class Compared:
    part: Part
    lines: list[Line]

    @property
    def is_same(self) -> bool:
        return all(line.fate is Fate.KEPT for line in self.lines)


def compared(before: Sources, after: Sources) -> list[Compared]:
    """Each part that either of them has."""
    parts = [part for part in Part if before.of(part) or after.of(part)]
    return [Compared(part, list(_lines(before.of(part), after.of(part)))) for part in parts]


def _lines(before: str, after: str) -> Iterator[Line]:
    old, new = before.splitlines(), after.splitlines()
    for kind, old_from, old_to, new_from, new_to in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            yield from (Line(Fate.KEPT, text) for text in old[old_from:old_to])
            continue
        yield from (Line(Fate.GONE, text) for text in old[old_from:old_to])
        yield from (Line(Fate.CAME, text) for text in new[new_from:new_to])
