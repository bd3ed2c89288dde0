"""Where in a source a mistake stands; lines and columns count from 1, lengths are characters of that line."""

import re
from bisect import bisect_left
from collections.abc import Collection, Iterator

from jinja2 import Environment, TemplateAssertionError, TemplateSyntaxError
from pydantic import BaseModel

TAG = re.compile(r"\{#.*?#\}|\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
KEYWORD = re.compile(r"\{%[-+]?\s*(\w+)")
UNKNOWN = re.compile(r"No (?:filter|test) named '(\w+)'")
QUOTED = re.compile(r"'(\w+)'")
SOLID = re.compile(r"[^\n]")
UNCLOSED = re.compile(r"Unexpected end of template\..* closed is '(\w+)'", re.DOTALL)


class Place(BaseModel):
    line: int
    column: int
    length: int


def tags_of(source: str) -> list[re.Match[str]]:
    """What stands in double braces or in `{% %}`; comments are none."""
    return [tag for tag in TAG.finditer(source) if not tag.group().startswith("{#")]


def of_name(source: str, name: str, lines: Collection[int]) -> Iterator[Place]:
    """Each place of a dotted name on these lines; within a tag, since the text around may hold the same words."""
    written = re.compile(r"(?<![\w.])" + r"\s*\.\s*".join(map(re.escape, name.split("."))) + r"(?!\w)")
    for tag in tags_of(source):
        for found in written.finditer(source, *tag.span()):
            place = _place(source, *found.span())
            if place.line in lines:
                yield place


def of_syntax_error(environment: Environment, source: str, error: TemplateSyntaxError) -> Place | None:
    """The tag that brings the error: the first one up to which the source has it already."""
    if isinstance(error, TemplateAssertionError):
        return _of_quoted(source, error)
    tags = tags_of(source)
    if unclosed := UNCLOSED.match(error.message or ""):
        return _of_open_block(source, tags, unclosed[1])

    def has_it(tag: re.Match[str]) -> bool:
        try:
            environment.parse(source[: tag.end()])
        except TemplateSyntaxError as found:
            return (found.message, found.lineno) == (error.message, error.lineno)
        return False

    first = bisect_left(tags, True, key=has_it)
    if first < len(tags):
        return _place(source, *tags[first].span())
    begun = max(source.rfind("{{"), source.rfind("{%"), source.rfind("{#"))
    return _place(source, begun, len(source)) if begun >= 0 else None


def put_aside(environment: Environment, source: str, error: TemplateSyntaxError) -> str:
    """The source without the tag that brings the error, each other character where it was; an open block is closed."""
    if unclosed := UNCLOSED.match(error.message or ""):
        return f"{source}{{% end{unclosed[1]} %}}"
    place = of_syntax_error(environment, source, error)
    if place is None:
        return ""
    start = sum(len(line) + 1 for line in source.split("\n")[: place.line - 1]) + place.column - 1
    spans = (tag.span() for tag in tags_of(source) if tag.start() <= start < tag.end())
    begin, end = next(spans, (start, len(source)))
    return source[:begin] + SOLID.sub(" ", source[begin:end]) + source[end:]


def of_line(source: str, line: int | None) -> Place | None:
    """The tag of a line that has only one."""
    places = [_place(source, *tag.span()) for tag in tags_of(source)] if line else []
    here = [place for place in places if place.line == line]
    return here[0] if len(here) == 1 else None


def _of_quoted(source: str, error: TemplateSyntaxError) -> Place | None:
    """Of the filter, test or block that the message names."""
    name = QUOTED.search(error.message or "")
    return next(of_name(source, name[1], [error.lineno]), None) if name else None


def _of_open_block(source: str, tags: list[re.Match[str]], kind: str) -> Place | None:
    open_ones: list[re.Match[str]] = []
    for tag in tags:
        keyword = KEYWORD.match(tag.group())
        if keyword and keyword[1] == kind:
            open_ones.append(tag)
        elif keyword and keyword[1] == f"end{kind}" and open_ones:
            open_ones.pop()
    return _place(source, *open_ones[-1].span()) if open_ones else None


def _place(source: str, start: int, end: int) -> Place:
    """A tag over several lines is marked on its first one."""
    before = source[:start]
    line_end = source.find("\n", start)
    last = end if line_end < 0 else min(end, line_end)
    return Place(line=before.count("\n") + 1, column=start - (before.rfind("\n") + 1) + 1, length=last - start)
