"""What the guide for admins shows can be used as it stands."""

import json
import re

import pytest
from pydantic import BaseModel

from chassis.dates import ZONE
from contracts.dunning import PlannedStep, Reason
from contracts.scenario import Calendar, Conditions, Repeat, ScenarioContent, Step
from services.dunning.policies.domain import Policy
from services.dunning.rules.schemas import Rules
from tests.docs.pages import page
from tests.workflows.world import a_case
from workflows.dunning.decision import QUESTIONS
from workflows.dunning.mistakes import InvalidScenario
from workflows.dunning.plan import planned_steps
from workflows.dunning.scenario import STANDARD, from_yaml

GUIDE = page("docs/editing-scenarios.md")
BODIES: dict[str, type[BaseModel]] = {"rules": Rules, "calendar": Policy}


@pytest.mark.parametrize("text", GUIDE.fences("yaml"), ids=lambda text: text.splitlines()[0])
def test_a_scenario_of_the_guide_is_valid(text: str) -> None:
    from_yaml(text)


@pytest.mark.parametrize("text", GUIDE.fences("json"), ids=lambda text: text.split('"')[1])
def test_a_body_of_the_guide_is_valid(text: str) -> None:
    BODIES[next(iter(json.loads(text)))].model_validate_json(text)


def test_every_field_stands_in_the_guide() -> None:
    written = {row[0] for heading in ("Every field", "Calendar, hours and limits") for row in GUIDE.table(heading)}
    written |= {line.split("`")[1] for line in GUIDE.text.splitlines() if line.startswith("| `")}
    conditions = {f"conditions.{name}" for name in Conditions.model_fields}
    repeat = {f"repeat.{name}" for name in Repeat.model_fields}
    calendar = {f"calendar.{name}" for name in Calendar.model_fields}
    fields = {*ScenarioContent.model_fields, *Step.model_fields, *Policy.model_fields} - {"calendar"}
    assert fields | conditions | repeat | calendar <= written


def test_the_policys_defaults_are_those_of_the_code() -> None:
    defaults = Policy().model_dump(mode="json")
    values = {f"calendar.{name}": value for name, value in defaults.pop("calendar").items()} | defaults
    written = {row[0]: row[1] for row in GUIDE.table("Calendar, hours and limits")}
    assert written == {name: "none" if value is None else str(value) for name, value in values.items()}


def test_the_standard_scenario_stands_as_it_is() -> None:
    rows = [row[:2] for row in GUIDE.table("What a scenario is")]
    assert rows == [[f"J{step.days:+d}", step.key] for step in STANDARD.steps]


def test_the_reasons_that_make_a_step_wait_or_fall_out_are_explained() -> None:
    closings = {Reason.SETTLED, Reason.CREDITED, Reason.CANCELLED, Reason.WRITTEN_OFF, Reason.DUE}
    holds = {Reason.PAUSED, Reason.PROMISED, Reason.DISPUTED}
    missing = {reason for reason in set(Reason) - closings - holds if f"`{reason}`" not in GUIDE.text}
    assert missing == set()


def test_the_case_of_the_guide_has_the_steps_of_its_file() -> None:
    """The guide's `firm.yaml`, on the calendar that everyone begins with."""
    (firm,) = [text for text in GUIDE.fences("yaml") if text.startswith("key: firm")]
    (shown,) = [text for text in GUIDE.fences("console") if text.startswith("$ relance case show")]
    due = re.findall(r"^due ([\d-]+)", shown, re.MULTILINE)[0]
    planned = [_planned(each) for each in planned_steps(a_case(due=due, scenario=from_yaml(firm)))]
    assert [line for line in shown.splitlines() if "  planned  " in line] == planned


def _planned(planned: PlannedStep) -> str:
    step, number = planned.step, planned.occurrence
    name = f"{step.key} #{number}" if number > 1 else step.key
    return f"{planned.moment.astimezone(ZONE):%Y-%m-%d %H:%M}  planned      {name} (J{step.days:+d} {step.kind})"


def test_a_missing_field_is_told_as_the_guide_says() -> None:
    text = "key: x\nname: X\nsteps:\n  - {key: a, days: 3, kind: event}\n  - {key: b, kind: event}\n"
    with pytest.raises(InvalidScenario) as told:
        from_yaml(text)

    assert "`steps.1.days: Field required`" in GUIDE.text
    assert "steps.1.days: Field required" in str(told.value)


def test_every_question_of_a_step_stands_in_its_place() -> None:
    assert len(list(GUIDE.table("What a step asks before it acts"))) == len(QUESTIONS)
