"""Two texts line by line: what was taken away, what came. And what somebody else saved while one was writing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import SequenceMatcher
from enum import StrEnum

BEFORE_ALL = datetime(1970, 1, 1, tzinfo=UTC)
"""When something was saved that nobody has saved yet."""


def since(changed_at: datetime | None) -> str:
    """What a form carries along of the moment when what it shows was changed last, None before the first time."""
    return (changed_at or BEFORE_ALL).isoformat()


class Fate(StrEnum):
    KEPT = "kept"
    GONE = "gone"
    CAME = "came"


@dataclass(frozen=True)
class Line:
    fate: Fate
    text: str


@dataclass(frozen=True)
class Part:
    """`name` in the reader's language; the lines of theirs that are `gone` in ours, and those that `came`."""

    name: str
    lines: Sequence[Line]


@dataclass(frozen=True)
class Meanwhile:
    """Who saved what after the reader began to write, and how it differs from what the reader wrote."""

    by: str
    at: datetime
    parts: Sequence[Part]


def lines_of(before: str, after: str) -> Iterator[Line]:
    old, new = before.splitlines(), after.splitlines()
    for kind, old_from, old_to, new_from, new_to in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            yield from (Line(Fate.KEPT, text) for text in old[old_from:old_to])
            continue
        yield from (Line(Fate.GONE, text) for text in old[old_from:old_to])
        yield from (Line(Fate.CAME, text) for text in new[new_from:new_to])


def parts_of(theirs: Mapping[str, str], ours: Mapping[str, str]) -> list[Part]:
    """Of what both say under the same names, where it differs."""
    names = [name for name in dict.fromkeys([*theirs, *ours]) if theirs.get(name, "") != ours.get(name, "")]
    return [Part(name, list(lines_of(theirs.get(name, ""), ours.get(name, "")))) for name in names]
