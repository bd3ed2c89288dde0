"""Mistakes where they stand: the pieces of a source, and what is said about each."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from services.console.peers.templates import Mistake, MistakeKind, Part, Sources
from services.console.web.catalogues import mark
from services.console.web.words import word_of

WORDS: Mapping[MistakeKind, str] = {
    MistakeKind.UNKNOWN: mark("This is not a known shortcode."),
    MistakeKind.SYNTAX: mark("This shortcode is not written as it must be: look at its braces and its words."),
    MistakeKind.FORBIDDEN: mark("A template may not do this."),
    MistakeKind.FAILS: mark("This does not work for every customer."),
    MistakeKind.TOO_SLOW: mark("This takes too long to work out."),
    MistakeKind.TOO_LARGE: mark("This becomes too large."),
    MistakeKind.SUBJECT_LENGTH: mark("A subject has 1 to 250 characters once it is filled in."),
}
UNKNOWN_NAME = mark("%(name)s is not a known shortcode.")
MEANT = mark("Did you mean %(suggestion)s?")
AT_LINE = mark("%(part)s, line %(line)s")
AT_COLUMN = mark("%(part)s, line %(line)s, column %(column)s")


@dataclass(frozen=True)
class Piece:
    text: str
    is_wrong: bool


@dataclass(frozen=True)
class Remark:
    """A mistake in words. `start` and `end` are places in the source as scripts count them."""

    part: Part | None
    where: str
    words: str
    excerpt: str
    start: int | None = None
    end: int | None = None


def pieces_of(source: str, part: Part, mistakes: Iterable[Mistake]) -> list[Piece]:
    """The source, cut where something wrong begins and ends."""
    spans = sorted({span for each in mistakes if each.field == part and (span := span_of(source, each))})
    pieces, reached = [], 0
    for start, end in spans:
        if start < reached:
            continue
        pieces += [Piece(source[reached:start], False), Piece(source[start:end], True)]
        reached = end
    return [*pieces, Piece(source[reached:], False)]


def span_of(source: str, mistake: Mistake) -> tuple[int, int] | None:
    """From where to where; the whole line when only that is known."""
    lines = source.split("\n")
    if mistake.line is None or not 0 < mistake.line <= len(lines):
        return None
    before = sum(len(line) + 1 for line in lines[: mistake.line - 1])
    line = lines[mistake.line - 1]
    if mistake.column is None:
        return (before, before + len(line)) if line else None
    start = min(before + mistake.column - 1, len(source))
    return start, max(start, min(start + (mistake.length or 1), len(source)))


def remarks_on(sources: Sources, mistakes: Sequence[Mistake], say: Callable[..., str]) -> list[Remark]:
    return [_remark(sources, each, say) for each in mistakes]


def _remark(sources: Sources, mistake: Mistake, say: Callable[..., str]) -> Remark:
    if mistake.field not in set(Part):
        return Remark(None, "", _words(mistake, say), mistake.value)
    part = Part(mistake.field)
    span, source = span_of(sources.of(part), mistake), sources.of(part)
    start, end = (_units(source[: span[0]]), _units(source[: span[1]])) if span else (None, None)
    return Remark(part, _where(part, mistake, say), _words(mistake, say), mistake.value, start, end)


def _words(mistake: Mistake, say: Callable[..., str]) -> str:
    words = say(UNKNOWN_NAME, name=mistake.name) if mistake.name else say(WORDS[mistake.code])
    return f"{words} {say(MEANT, suggestion=mistake.suggestion)}" if mistake.suggestion else words


def _where(part: Part, mistake: Mistake, say: Callable[..., str]) -> str:
    place = {"part": say(word_of(part)), "line": mistake.line, "column": mistake.column}
    if mistake.line is None:
        return str(place["part"])
    return say(AT_COLUMN if mistake.column else AT_LINE, **place)


def _units(text: str) -> int:
    """Scripts count in units of UTF-16."""
    return len(text.encode("utf-16-le")) // 2
