"""Scenarios as admins write them: YAML in, YAML out, and every mistake with its line."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

import yaml
from pydantic import ValidationError

from contracts.scenario import ScenarioContent, ScenarioDraft, Step, StepKind
from workflows.dunning.mistakes import InvalidScenario, Path, Problem, field_of, problem_of

LONGEST_TEXT = 100_000
DEEPEST = 10
MOST_VALUES = 5_000

STANDARD = ScenarioContent(
    key="standard",
    name="Relance standard",
    steps=[
        Step(key="first-reminder", days=7, kind=StepKind.EMAIL, template="first-reminder"),
        Step(key="second-reminder", days=14, kind=StepKind.EMAIL, template="second-reminder"),
        Step(key="third-reminder", days=30, kind=StepKind.EMAIL, template="third-reminder"),
        Step(key="call", days=40, kind=StepKind.CALL, template="call", assignee="collections"),
        Step(key="formal-notice", days=60, kind=StepKind.LETTER, template="formal-notice"),
    ],
)
"""What an organisation follows until its admins publish another one."""


def from_yaml(text: str) -> ScenarioContent:
    """The scenario of a YAML (or JSON) text; InvalidScenario tells every mistake at once."""
    if len(text) > LONGEST_TEXT:
        raise InvalidScenario([Problem(None, "text", f"{len(text)} characters", f"at most {LONGEST_TEXT} characters")])
    node = _compose(text)
    lines = dict(islice(_lines(node, ()), MOST_VALUES + 1))
    if len(lines) > MOST_VALUES:
        raise InvalidScenario([Problem(None, "text", "", f"at most {MOST_VALUES} values")])
    try:
        return ScenarioContent.model_validate(_data(node, ()), strict=False)
    except ValidationError as error:
        raise InvalidScenario([problem_of(item, lines) for item in error.errors(include_url=False)]) from None


def step_mistakes(data: Mapping[str, object]) -> list[Problem]:
    """Those of one step, as it is being written; its key and its place are those of its scenario."""
    try:
        Step.model_validate(data, strict=False)
    except ValidationError as error:
        return [problem_of(item, {}) for item in error.errors(include_url=False)]
    return []


def to_yaml(content: ScenarioDraft) -> str:
    """The YAML of a scenario, without what is left at its default; `from_yaml` reads it back unchanged."""
    data = content.model_dump(mode="json", include={"key", "name", "steps"}, exclude_defaults=True)
    return yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=100)


def _compose(text: str) -> yaml.Node:
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise InvalidScenario([Problem(line, "text", _around(text, line), _meaning(error))]) from None
    except RecursionError:
        raise InvalidScenario([Problem(None, "text", text[:50], f"at most {DEEPEST} levels")]) from None
    except yaml.YAMLError as error:
        raise InvalidScenario([Problem(None, "text", "", f"valid YAML; {error}")]) from None
    if not isinstance(node, yaml.MappingNode):
        raise InvalidScenario([Problem(1, "text", text[:50], "a mapping with `key`, `name` and `steps`")])
    return node


def _meaning(error: yaml.MarkedYAMLError) -> str:
    if "'\\t'" in str(error.problem):
        return "spaces to indent; YAML allows no tab"
    return f"valid YAML; {error.problem}"


def _around(text: str, line: int | None) -> str:
    rows = text.splitlines()
    return rows[line - 1][:80] if line and line <= len(rows) else ""


def _lines(node: yaml.Node, path: Path) -> Iterator[tuple[Path, int]]:
    """The line of every value, by its path."""
    yield path, node.start_mark.line + 1
    if len(path) > DEEPEST:
        raise InvalidScenario([Problem(node.start_mark.line + 1, "text", "", f"at most {DEEPEST} levels")])
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _lines(value, (*path, str(key.value)))
    if isinstance(node, yaml.SequenceNode):
        for position, value in enumerate(node.value):
            yield from _lines(value, (*path, position))


def _data(node: yaml.Node, path: Path) -> Any:
    """Plain data; text stays text, so that an amount is never a float. A key that stands twice is a mistake."""
    if isinstance(node, yaml.MappingNode):
        result: dict[str, Any] = {}
        for key, value in node.value:
            name = str(key.value)
            if name in result:
                raise InvalidScenario(
                    [Problem(key.start_mark.line + 1, field_of((*path, name)), name, "each key once")]
                )
            result[name] = _data(value, (*path, name))
        return result
    if isinstance(node, yaml.SequenceNode):
        return [_data(value, (*path, position)) for position, value in enumerate(node.value)]
    return None if node.tag == "tag:yaml.org,2002:null" else node.value
