"""Scenarios as text: what admins write, and what they are told when it is wrong."""

import pytest
from hypothesis import given

from contracts.scenario import ScenarioContent
from tests.workflows.test_plan import scenarios
from workflows.dunning.mistakes import InvalidScenario
from workflows.dunning.scenario import STANDARD, from_yaml, to_yaml

GOOD = """\
key: gentle
name: Relance douce
steps:
  - key: first-reminder
    days: 10
    kind: email
    template: first-reminder
    conditions:
      minimum_balance: "50.00"
      customer_kinds: [professional]
  - key: call
    days: 30
    kind: call
    assignee: anne
"""


def test_a_scenario_is_read_from_yaml() -> None:
    scenario = from_yaml(GOOD)
    assert [step.key for step in scenario.steps] == ["first-reminder", "call"]
    assert str(scenario.steps[0].conditions.minimum_balance) == "50.00"


@given(content=scenarios)
def test_what_is_written_reads_back_unchanged(content: ScenarioContent) -> None:
    assert from_yaml(to_yaml(content)) == content


def test_the_default_scenario_reads_back_unchanged() -> None:
    assert from_yaml(to_yaml(STANDARD)) == STANDARD


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("    days: 10", "\tdays: 10"), "line 5, text: spaces to indent; YAML allows no tab"),
        (("days: 10", "days: dix"), "line 5, steps.0.days: Input should be a valid integer"),
        (("kind: email", "kind: pigeon"), "line 6, steps.0.kind: Input should be 'email', 'call', 'letter' or 'event'"),
        (("    assignee: anne\n", ""), "line 11, steps.1: step 'call' is of kind call: `assignee` is expected"),
        (("assignee: anne", "asignee: anne"), "steps.1.asignee: Extra inputs are not permitted"),
        (('"50.00"', '"12,50"'), "line 9, steps.0.conditions.minimum_balance: '12,50' is not a decimal string"),
        (("key: call", "key: first-reminder"), "the key 'first-reminder' stands twice"),
        (("days: 30", "days: 3"), "'call' (day 3) stands after 'first-reminder' (day 10)"),
        (("name: Relance douce", "name: [a"), "valid YAML"),
        (("key: gentle\n", "key: gentle\nkey: other\n"), "line 2, key: each key once"),
        (("days: 10", "days: *a"), "valid YAML"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_field(change: tuple[str, str], told: str) -> None:
    with pytest.raises(InvalidScenario) as caught:
        from_yaml(GOOD.replace(*change))
    assert told in str(caught.value)


@pytest.mark.parametrize(
    "text", ["", "just words", "- a list", "42", "[" * 5000, "a: " * 300, "!!python/object:os.system {}"]
)
def test_nonsense_is_refused_with_what_is_expected(text: str) -> None:
    with pytest.raises(InvalidScenario):
        from_yaml(text)


def test_a_billion_laughs_stay_small() -> None:
    laughs = "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\n" + "".join(
        f"{c}: &{c} [{','.join(['*' + p] * 9)}]\n" for p, c in zip("bcdefg", "cdefgh", strict=True)
    )
    with pytest.raises(InvalidScenario):
        from_yaml(laughs)
