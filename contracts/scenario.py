"""A dunning scenario: the steps that follow an invoice that is not paid, as data."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from contracts.base import Amount, Input, Key
from contracts.parties import CustomerKind


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
        if self.kind in (StepKind.EMAIL, StepKind.LETTER) and self.template is None:
            raise ValueError(f"step {self.key!r} is of kind {self.kind}: `template` is expected")
        if self.kind is StepKind.CALL and self.assignee is None:
            raise ValueError(f"step {self.key!r} is of kind call: `assignee` is expected")
        return self


class ScenarioContent(Input):
    """What an admin writes: a name and steps with different keys, in the order of their days."""

    key: Key
    name: str = Field(min_length=1, max_length=200)
    steps: Annotated[list[Step], Field(min_length=1, max_length=50)]

    @model_validator(mode="after")
    def steps_are_ordered(self) -> Self:
        keys = [step.key for step in self.steps]
        twice = sorted({key for key in keys if keys.count(key) > 1})
        if twice:
            raise ValueError(f"steps: the key {twice[0]!r} stands twice; each step needs a key of its own")
        for before, after in zip(self.steps, self.steps[1:], strict=False):
            if after.days < before.days:
                raise ValueError(
                    f"steps: {after.key!r} (day {after.days}) stands after {before.key!r} (day {before.days}); "
                    "expected in the order of their days"
                )
        return self


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
