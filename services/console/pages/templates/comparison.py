"""Two texts of a template, part by part."""

from dataclasses import dataclass

from services.console.peers.templates import Part, Sources
from services.console.web.differences import Fate, Line, lines_of


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
    return [Compared(part, list(lines_of(before.of(part), after.of(part)))) for part in parts]
