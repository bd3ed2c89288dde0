"""The check of a template at saving: each name it uses exists, and each sample renders."""

from collections.abc import Iterator
from difflib import get_close_matches

from jinja2 import TemplateSyntaxError, meta, nodes

from contracts.parties import Language
from services.notify.rendering import places
from services.notify.rendering.catalogue import FURTHER, About, kinds_about
from services.notify.rendering.jobs import PARTS, Mistake, Part, Problem, Sources
from services.notify.rendering.samples import Sample, sample_context
from services.notify.rendering.sandbox import Refused, environment_of, render
from services.notify.rendering.variables import variables_of


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
        undeclared = meta.find_undeclared_variables(tree)
    except (TemplateSyntaxError, RecursionError):
        return  # compiling says it with its line; of an unknown filter, too
    kinds = kinds_about(about)
    free = undeclared - set(environment.globals) - _made_here(tree)
    lines: dict[str, set[int]] = {}
    for line, path in _paths(tree, free):
        if wrong := _first_unknown(path, kinds):
            lines.setdefault(wrong, set()).add(line)
    for name, where in lines.items():
        yield from _unknown(part, source, name, where, kinds)


def _unknown(part: Part, source: str, name: str, lines: set[int], kinds: dict[str, str]) -> Iterator[Problem]:
    """The name at each of its places; by its line alone where it is written in another way."""
    close = next(iter(get_close_matches(name, kinds, n=1)), None)
    message = _advice(name, close, kinds)
    found = list(places.of_name(source, name, lines))
    for place in found:
        yield Problem(
            part=part, message=message, code=Mistake.UNKNOWN, name=name, suggestion=close, **place.model_dump()
        )
    for line in sorted(lines - {place.line for place in found}):
        yield Problem(part=part, message=message, code=Mistake.UNKNOWN, name=name, suggestion=close, line=line)


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


def _advice(name: str, close: str | None, kinds: dict[str, str]) -> str:
    expected = f"did you mean {close!r}?" if close else f"expected one of {', '.join(sorted(kinds))}"
    return f"{name!r} is not a variable of this template; {expected}"
