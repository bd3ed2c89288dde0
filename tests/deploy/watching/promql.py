"""What a query asks for: its selectors, read by PromQL's tokens and grammar.

A word is a figure unless it is a keyword, a function or an aggregation, or a label that `by`, `on` and the like list.
"""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

TOKEN = re.compile(
    r"""(?P<nothing>\s+|\#[^\n]*)
      | (?P<text>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`)
      | (?P<number>\.?[0-9][0-9a-zA-Z.]*)  # `5m` too
      | (?P<word>[a-zA-Z_:][a-zA-Z0-9_:]*)
      | (?P<sign>=~|!~|!=|==|<=|>=|.)""",
    re.VERBOSE | re.DOTALL,
)
WORD = re.compile("[a-zA-Z_:][a-zA-Z0-9_:]*")
KEYWORDS = {"and", "or", "unless", "atan2", "bool", "offset", "inf", "nan"}
GROUPING = {"by", "without"}
LISTING = {*GROUPING, "on", "ignoring", "group_left", "group_right"}


@dataclass(frozen=True)
class Selector:
    """`matchers`: label, operator and value, as `("job", "=", "relance-billing")`."""

    figure: str
    matchers: frozenset[tuple[str, str, str]]


def selectors(query: str) -> list[Selector]:
    tokens = (found for found in TOKEN.finditer(query) if found.lastgroup != "nothing")
    return list(_selectors(deque(token[0] for token in tokens)))


def _selectors(rest: deque[str]) -> Iterator[Selector]:
    while rest:
        token, following = rest.popleft(), rest[0] if rest else ""
        if token.lower() in LISTING and following == "(":
            _through(rest, ")")
        elif token == "[":
            _through(rest, "]")
        elif token == "{":
            yield Selector("", _matchers(_through(rest, "}")))
        elif _is_figure(token, following):
            yield Selector(token, _matchers(_through(rest, "}")[1:]) if following == "{" else frozenset())


def _is_figure(token: str, following: str) -> bool:
    if not WORD.fullmatch(token) or token.lower() in KEYWORDS | LISTING:
        return False
    return following != "(" and following.lower() not in GROUPING


def _through(rest: deque[str], end: str) -> list[str]:
    """What comes before `end`, which is taken too."""
    taken = []
    while (token := rest.popleft()) != end:
        taken.append(token)
    return taken


def _matchers(tokens: list[str]) -> frozenset[tuple[str, str, str]]:
    """Of what stands in braces: a label, an operator, a value in quotes; a comma between two."""
    assert all(comma == "," for comma in tokens[3::4]), tokens
    each = (tokens[at : at + 3] for at in range(0, len(tokens), 4))
    return frozenset((label, operator, value[1:-1]) for label, operator, value in each)
