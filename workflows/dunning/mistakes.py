"""The mistakes of a scenario: where each stands, for people by line and field, for programs by pointer and code."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from contracts.scenario import ASSIGNEE_NEEDED, KEY_TWICE, OUT_OF_ORDER, TEMPLATE_NEEDED

Path = tuple[str | int, ...]

CODES = {
    "missing": "missing",
    "extra_forbidden": "unknown_field",
    "int_parsing": "not_whole",
    "int_type": "not_whole",
    "int_from_float": "not_whole",
    "greater_than_equal": "too_small",
    "less_than_equal": "too_large",
    "enum": "not_offered",
    "string_type": "not_text",
    "string_pattern_mismatch": "not_a_key",
    "string_too_short": "empty",
    "string_too_long": "too_long",
    "too_short": "too_few",
    "too_long": "too_many",
    TEMPLATE_NEEDED: TEMPLATE_NEEDED,
    ASSIGNEE_NEEDED: ASSIGNEE_NEEDED,
    KEY_TWICE: KEY_TWICE,
    OUT_OF_ORDER: OUT_OF_ORDER,
}
"""Pydantic's names of a mistake, and ours, which stay."""
NOT_ACCEPTED, NOT_AN_AMOUNT, UNREADABLE, WRITTEN_TWICE = "not_accepted", "not_an_amount", "unreadable", "written_twice"
LIMITS = ("ge", "le", "min_length", "max_length")
NAMED = {
    TEMPLATE_NEEDED: "template",
    ASSIGNEE_NEEDED: "assignee",
    KEY_TWICE: "steps",
    OUT_OF_ORDER: "steps",
}
"""Where, within what was checked, a mistake of several fields is to be mended."""


@dataclass(frozen=True)
class Problem:
    """One mistake: its line (from 1, None when the text has no lines), field, value and what is expected.

    `pointer` is the field as a JSON pointer, `code` the kind of mistake, `limit` the bound that it oversteps.
    """

    line: int | None
    field: str
    value: str
    expected: str
    code: str = UNREADABLE
    pointer: str = ""
    limit: int | None = None

    def __str__(self) -> str:
        where = f"line {self.line}, " if self.line else ""
        return f"{where}{self.field}: {self.expected} (got {self.value!r})"


class InvalidScenario(ValueError):
    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


def problem_of(item: Mapping[str, Any], lines: Mapping[Path, int]) -> Problem:
    """One error of pydantic; `lines` says where each path stands, in a text."""
    path: Path = tuple(item["loc"])
    known = next((path[:end] for end in range(len(path), -1, -1) if path[:end] in lines), ())
    value = item.get("input")
    shown = value if isinstance(value, str | int | float | None) else type(value).__name__
    return Problem(
        line=lines.get(known),
        field=field_of(path) or "scenario",
        value=str(shown)[:80],
        expected=str(item["msg"]).removeprefix("Value error, "),
        code=_code(item, path),
        pointer="".join(f"/{part}" for part in _place(item, path)),
        limit=next((item["ctx"][name] for name in LIMITS if name in item.get("ctx", {})), None),
    )


def field_of(path: Path) -> str:
    return ".".join(str(part) for part in path)


def _place(item: Mapping[str, Any], path: Path) -> Path:
    named = NAMED.get(item["type"])
    return (*path, named) if named else path


def _code(item: Mapping[str, Any], path: Path) -> str:
    if item["type"] == "value_error" and path[-1:] == ("minimum_balance",):
        return NOT_AN_AMOUNT
    return CODES.get(item["type"], NOT_ACCEPTED)
