"""What people say of a single step."""

from typing import Annotated

from pydantic import Field

from contracts.base import Input, Key
from services.dunning.cases.schemas import Note, Why


class StepOfCase(Input):
    """`occurrence` counts a step that repeats."""

    step: Key
    occurrence: Annotated[int, Field(ge=1, le=52)] = 1


class Skipping(StepOfCase):
    note: Why


class Asking(StepOfCase):
    note: Note = ""
