"""Scenarios to begin with. Their names are data that an admin changes, in the language of the house."""

from contracts.scenario import Conditions, Repeat, ScenarioContent, Step, StepKind
from workflows.dunning.scenario import STANDARD

GENTLE = ScenarioContent(
    key="gentle",
    name="Relance douce",
    steps=[
        Step(key="first-reminder", days=10, kind=StepKind.EMAIL, template="first-reminder"),
        Step(key="second-reminder", days=25, kind=StepKind.EMAIL, template="second-reminder"),
        Step(key="call", days=40, kind=StepKind.CALL, template="call", assignee="collections"),
        Step(key="third-reminder", days=55, kind=StepKind.EMAIL, template="third-reminder"),
    ],
)
"""For customers whom one would rather keep than press: no letter before a person decides on it."""

FIRM = ScenarioContent(
    key="firm",
    name="Relance ferme",
    steps=[
        Step(key="first-reminder", days=3, kind=StepKind.EMAIL, template="first-reminder"),
        Step(
            key="second-reminder",
            days=10,
            kind=StepKind.EMAIL,
            template="second-reminder",
            repeat=Repeat(every_days=7, times=2),
        ),
        Step(
            key="call",
            days=20,
            kind=StepKind.CALL,
            template="call",
            assignee="collections",
            conditions=Conditions.model_validate({"minimum_balance": "500.00"}),
        ),
        Step(key="formal-notice", days=30, kind=StepKind.LETTER, template="formal-notice"),
        Step(key="hand-over", days=60, kind=StepKind.EVENT),
    ],
)
"""For large or repeated debts: closer steps, and other programs are told in the end."""

READY_MADE = {content.key: content for content in (STANDARD, GENTLE, FIRM)}
