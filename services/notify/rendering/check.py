"""The check of a template at saving: each name it uses exists, and each sample renders."""

import re
from collections.abc import Iterator
from difflib import get_close_matches

from jinja2 import TemplateSyntaxError, meta, nodes

from contracts.parties import Language
from services.notify.rendering.catalogue import FURTHER, About, kinds_about
from services.notify.rendering.jobs import PARTS, Part, Problem, Sources
from services.notify.rendering.samples import Sample, sample_context
from services.notify.rendering.sandbox import Refused, environment_of, render
from services.notify.rendering.variables import variables_of

TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)


def problems_of(sources: Sources, about: About, language: Language) -> list[Problem]:
    """What forbids the use of a template, with its lines; nothing when it can be used."""
    unknown = [problem for part in PARTS for problem in _unknown_names(part, sources.of(part), about)]
    if unknown:
        return unknown
    try:
        for sample in Sample:
            render(sources, variables_of(sample_context(about, sample, language), language))
    except Refused as refused:
        return [refused.problem]
    return []


def _unknown_names(part: Part, source: str, about: About) -> Iterator[Problem]:
    environment = environment_of(part)
    try:
        tree = environment.parse(source)
    except (TemplateSyntaxError, RecursionError):
        return  # compiling says it with its line
    kinds = kinds_about(about)
    free = meta.find_undeclared_variables(tree) - set(environment.globals) - _made_here(tree)
    seen: set[str] = set()
    for line, path in _paths(tree, free):
        wrong = _first_unknown(path, kinds)
        if wrong and wrong not in seen:
            seen.add(wrong)
            yield Problem(part=part, line=line, column=_column(source, wrong, line), message=_advice(wrong, kinds))


def _column(source: str, name: str, line: int) -> int | None:
    """Where a dotted name stands in its line; within a tag, since the text around may hold the same words."""
    written = re.compile(r"(?<![\w.])" + r"\s*\.\s*".join(map(re.escape, name.split("."))) + r"(?!\w)")
    for tag in TAG.finditer(source):
        for found in written.finditer(source, *tag.span()):
            before = source[: found.start()]
            if before.count("\n") + 1 == line:
                return len(before) - (before.rfind("\n") + 1) + 1
    return None


def _made_here(tree: nodes.Template) -> set[str]:
    """What a template imports, defines or sets itself, which its blocks see too."""
    imported = {name for each in tree.find_all(nodes.FromImport) for name in each.names}
    own = {name[-1] if isinstance(name, tuple) else name for name in imported}
    own |= {each.target for each in tree.find_all(nodes.Import)}
    own |= {each.name for each in tree.find_all(nodes.Macro)}
    return own | {each.name for each in tree.find_all(nodes.Name) if each.ctx == "store"}


def _paths(tree: nodes.Template, free: set[str]) -> Iterator[tuple[int, str]]:
    """The dotted names of a template, such as `invoice.balance`, the longest ones first."""
    for attribute in tree.find_all(nodes.Getattr):
        if path := _dotted(attribute, free):
            yield attribute.lineno, path
    for name in tree.find_all(nodes.Name):
        if name.ctx == "load" and name.name in free:
            yield name.lineno, name.name


def _dotted(node: nodes.Node, free: set[str]) -> str | None:
    if isinstance(node, nodes.Name):
        return node.name if node.name in free else None
    if isinstance(node, nodes.Getattr) and (before := _dotted(node.node, free)):
        return f"{before}.{node.attr}"
    return None


def _first_unknown(path: str, kinds: dict[str, str]) -> str | None:
    """The shortest beginning of `path` that names nothing."""
    parts = path.split(".")
    before = "group"
    for length, part in enumerate(parts, start=1):
        name = ".".join(parts[:length])
        if name not in kinds:
            return None if part in FURTHER.get(before, {part}) else name
        before = kinds[name]
    return None


def _advice(name: str, kinds: dict[str, str]) -> str:
    close = get_close_matches(name, kinds, n=1)
    expected = f"did you mean {close[0]!r}?" if close else f"expected one of {', '.join(sorted(kinds))}"
    return f"{name!r} is not a variable of this template; {expected}"
