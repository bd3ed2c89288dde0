"""What the rules' endpoint takes and answers."""

from typing import Annotated

from pydantic import BaseModel, Field

from contracts.base import Input
from services.dunning.rules.domain import Rule


class Rules(Input):
    """All rules, in the order in which they are tried; they take the place of those before."""

    rules: Annotated[list[Rule], Field(max_length=200)]


class RulesView(BaseModel):
    rules: list[Rule]
