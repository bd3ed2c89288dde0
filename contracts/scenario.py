"""A dunning scenario: the steps that follow an invoice that is not paid, as data."""

import hashlib
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from contracts.base import Amount, Input, Key
from contracts.parties import CustomerKind

MOST_STEPS = 50
TEMPLATE_NEEDED, ASSIGNEE_NEEDED = "template_needed", "assignee_needed"
KEY_TWICE, OUT_OF_ORDER = "key_twice", "out_of_order"
"""The codes of the mistakes that concern more than one field."""


class StepKind(StrEnum):
    EMAIL = "email"
    CALL = "call"  # a task for a colleague
    LETTER = "letter"  # a PDF to print and post
    EVENT = "event"  # nothing is sent to the customer: the fact alone is published


class Conditions(Input):
    """When a step applies; an absent condition always holds."""

    minimum_balance: Amount | None = None
    customer_kinds: Annotated[list[CustomerKind], Field(min_length=1)] | None = None


class Repeat(Input):
    """The step comes again every `every_days`, `times` times in all."""

    every_days: Annotated[int, Field(ge=1, le=365)]
    times: Annotated[int, Field(ge=2, le=52)]


class Step(Input):
    """One step. `days` counts from the due date, negative before it. The key stays from version to version."""

    key: Key
    days: Annotated[int, Field(ge=-365, le=3650)]
    kind: StepKind
    template: Key | None = None
    assignee: str | None = Field(default=None, min_length=1, max_length=100)
    conditions: Conditions = Conditions()
    repeat: Repeat | None = None

    @model_validator(mode="after")
    def has_what_its_kind_needs(self) -> Self:
        told = {"step": repr(self.key), "kind": str(self.kind)}
        if self.kind in (StepKind.EMAIL, StepKind.LETTER) and self.template is None:
            raise PydanticCustomError(TEMPLATE_NEEDED, "step {step} is of kind {kind}: `template` is expected", told)
        if self.kind is StepKind.CALL and self.assignee is None:
            raise PydanticCustomError(ASSIGNEE_NEEDED, "step {step} is of kind {kind}: `assignee` is expected", told)
        return self

    @property
    def fingerprint(self) -> str:
        """The same for two steps that say the same."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()


class ScenarioDraft(Input):
    """What an admin writes: a name and steps with different keys, in the order of their days; at first, none."""

    key: Key
    name: str = Field(min_length=1, max_length=200)
    steps: Annotated[list[Step], Field(max_length=MOST_STEPS)]

    @model_validator(mode="after")
    def steps_are_ordered(self) -> Self:
        keys = [step.key for step in self.steps]
        twice = sorted({key for key in keys if keys.count(key) > 1})
        if twice:
            said = "steps: the key {step} stands twice; each step needs a key of its own"
            raise PydanticCustomError(KEY_TWICE, said, {"step": repr(twice[0])})
        for before, after in zip(self.steps, self.steps[1:], strict=False):
            if after.days < before.days:
                raise PydanticCustomError(
                    OUT_OF_ORDER,
                    "steps: {step} (day {day}) stands after {other} (day {other_day}); "
                    "expected in the order of their days",
                    {"step": repr(after.key), "day": after.days, "other": repr(before.key), "other_day": before.days},
                )
        return self


class ScenarioContent(ScenarioDraft):
    """One that can be published: it has a step at least."""

    steps: Annotated[list[Step], Field(min_length=1, max_length=MOST_STEPS)]


class Scenario(ScenarioContent):
    """A published version: it never changes again."""

    version: int = Field(ge=1)


Weekday = Annotated[int, Field(ge=0, le=6)]
"""Monday is 0."""


class Calendar(Input):
    """When the organisation contacts its customers: working days, time zone, hours (local, whole hours)."""

    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] = "FR"
    subdivision: str | None = None
    time_zone: str = "Europe/Paris"
    working_weekdays: Annotated[tuple[Weekday, ...], Field(min_length=1)] = (0, 1, 2, 3, 4)
    sending_hour: Annotated[int, Field(ge=0, le=23)] = 9
    latest_hour: Annotated[int, Field(ge=1, le=24)] = 19

    @model_validator(mode="after")
    def hours_make_a_window(self) -> Self:
        if self.latest_hour <= self.sending_hour:
            raise ValueError(
                f"latest_hour: {self.latest_hour} is not after sending_hour ({self.sending_hour}); "
                "expected a later hour of the same day"
            )
        return self
