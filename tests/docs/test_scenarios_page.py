"""What the guide for admins shows can be used as it stands."""

import json

import pytest
from pydantic import BaseModel

from contracts.dunning import Reason
from contracts.scenario import Calendar, Conditions, Repeat, ScenarioContent, Step
from services.dunning.policies.domain import Policy
from services.dunning.rules.schemas import Rules
from tests.docs.pages import page
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
