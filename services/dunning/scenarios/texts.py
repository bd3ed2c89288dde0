"""Scenarios as texts, YAML or JSON, and their mistakes as a person reads them."""

from collections.abc import Mapping

from chassis.problems import DomainError, readable
from contracts.scenario import ScenarioContent
from services.dunning.scenarios.schemas import ProblemView, Validation
from workflows.dunning.mistakes import InvalidScenario, Problem
from workflows.dunning.scenario import from_yaml, step_mistakes


class ScenarioIsInvalid(DomainError):
    """Every mistake at once, each with its line, field, value and what is expected."""

    status = 422

    def __init__(self, problems: list[ProblemView]) -> None:
        lines = [f"line {each.line}, {each.field}: {each.expected}".removeprefix("line None, ") for each in problems]
        super().__init__("; ".join(lines))
        self.problems = problems

    @property
    def facts(self) -> dict[str, object]:
        return {"errors": [problem.model_dump() for problem in self.problems]}


def decoded(body: bytes) -> str:
    """422 when it is not UTF-8."""
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        problem = Problem(None, "text", "bytes", f"UTF-8 text; {error.reason}")
        raise ScenarioIsInvalid([_view(problem)]) from None


def read(text: str) -> ScenarioContent:
    """422 with every mistake when it is not a scenario."""
    try:
        return from_yaml(text)
    except InvalidScenario as error:
        raise ScenarioIsInvalid([_view(problem) for problem in error.problems]) from None


def validation_of(text: str) -> Validation:
    try:
        from_yaml(text)
    except InvalidScenario as error:
        return Validation(is_valid=False, problems=[_view(problem) for problem in error.problems])
    return Validation(is_valid=True, problems=[])


def validation_of_step(data: Mapping[str, object]) -> Validation:
    problems = [_view(problem) for problem in step_mistakes(data)]
    return Validation(is_valid=not problems, problems=problems)


def _view(problem: Problem) -> ProblemView:
    texts = {name: readable(value) for name, value in vars(problem).items() if isinstance(value, str)}
    return ProblemView.model_validate(vars(problem) | texts)
