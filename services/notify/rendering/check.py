"""The check of a template at saving: each name it uses exists, and each sample renders."""

from collections.abc import Collection, Iterator
from difflib import get_close_matches

from jinja2 import TemplateSyntaxError, meta, nodes

from contracts.parties import Language
from services.notify.rendering import places
from services.notify.rendering.catalogue import FURTHER, About, kinds_about
from services.notify.rendering.jobs import PARTS, Mistake, Part, Problem, Sources
from services.notify.rendering.samples import Sample, sample_context
from services.notify.rendering.sandbox import Refused, environment_of, malformed, render
from services.notify.rendering.variables import variables_of

MOST_BROKEN_TAGS = 20


def problems_of(sources: Sources, about: About, language: Language) -> list[Problem]:
    """What forbids the use of a template, with its lines; nothing when it can be used."""
    found = [problem for part in PARTS for problem in _in_order(_mistakes_in(part, sources.of(part), about))]
    if found:
        return found
    try:
        for sample in Sample:
            render(sources, variables_of(sample_context(about, sample, language), language), cuts_subject=False)
    except Refused as refused:
        return [refused.problem]
    return []


def _in_order(problems: Iterator[Problem]) -> list[Problem]:
    return sorted(problems, key=lambda problem: (problem.line or 0, problem.column or 0))


def _mistakes_in(part: Part, source: str, about: About) -> Iterator[Problem]:
    """Each tag that cannot be read is put aside, so that one mistake does not hide the others."""
    environment = environment_of(part)
    for _ in range(MOST_BROKEN_TAGS):
        try:
            tree = environment.parse(source)
            undeclared = meta.find_undeclared_variables(tree)
        except RecursionError:
            return  # compiling says it
        except TemplateSyntaxError as error:
            yield malformed(environment, part, source, error)
            source = places.put_aside(environment, source, error)
            continue
        yield from _unknown_filters(part, source, tree)
        yield from _unknown_names(part, source, about, tree, undeclared)
        return


def _unknown_filters(part: Part, source: str, tree: nodes.Template) -> Iterator[Problem]:
    """Those of a part that is written for some readers only: compiling says nothing of them."""
    environment = environment_of(part)
    for noun, kind, known in (
        ("filter", nodes.Filter, environment.filters),
        ("test", nodes.Test, environment.tests),
    ):
        used = [(each.name, each.lineno) for each in tree.find_all(kind) if each.name not in known]
        for name in dict.fromkeys(name for name, _ in used):
            yield from _unknown(part, source, name, {line for each, line in used if each == name}, known, noun)


def _unknown_names(
    part: Part, source: str, about: About, tree: nodes.Template, undeclared: set[str]
) -> Iterator[Problem]:
    environment = environment_of(part)
    kinds = kinds_about(about)
    free = undeclared - set(environment.globals) - _made_here(tree)
    lines: dict[str, set[int]] = {}
    for line, path in _paths(tree, free):
        if wrong := _first_unknown(path, kinds):
            lines.setdefault(wrong, set()).add(line)
    for name, where in lines.items():
        yield from _unknown(part, source, name, where, kinds, "variable")


def _unknown(
    part: Part, source: str, name: str, lines: set[int], known: Collection[str], noun: str
) -> Iterator[Problem]:
    """The name at each of its places; by its line alone where it is written in another way."""
    close = next(iter(get_close_matches(name, known, n=1)), None)
    message = _advice(name, close, known, noun)
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


def _advice(name: str, close: str | None, known: Collection[str], noun: str) -> str:
    expected = f"did you mean {close!r}?" if close else f"expected one of {', '.join(sorted(known))}"
    return f"{name!r} is not a {noun} of this template; {expected}"
