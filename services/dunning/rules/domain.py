"""Which scenario an invoice follows: its own, else its customer's, else the first rule that fits, else the default."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from contracts.base import Amount, CountryCode, Currency, Input, Key
from contracts.parties import CustomerKind
from contracts.receivable import Receivable


class RuleConditions(Input):
    """All of those given must hold; totals are those of the invoice, bounds included."""

    customer_kinds: Annotated[list[CustomerKind], Field(min_length=1)] | None = None
    countries: Annotated[list[CountryCode], Field(min_length=1)] | None = None
    currencies: Annotated[list[Currency], Field(min_length=1)] | None = None
    minimum_total: Amount | None = None
    maximum_total: Amount | None = None

    @model_validator(mode="after")
    def bounds_make_a_range(self) -> Self:
        low, high = self.minimum_total, self.maximum_total
        if low is not None and high is not None and high < low:
            raise ValueError(f"maximum_total: {high:f} is below minimum_total ({low:f})")
        return self


class Rule(Input):
    conditions: RuleConditions = RuleConditions()
    scenario: Key


class ChosenBy(StrEnum):
    INVOICE = "invoice"
    CUSTOMER = "customer"
    RULE = "rule"
    DEFAULT = "default"


@dataclass(frozen=True)
class Choice:
    scenario: str
    by: ChosenBy


def choose(receivable: Receivable, rules: Sequence[Rule], default: str) -> Choice:
    if receivable.scenario:
        return Choice(receivable.scenario, ChosenBy.INVOICE)
    if receivable.customer.scenario:
        return Choice(receivable.customer.scenario, ChosenBy.CUSTOMER)
    for rule in rules:
        if fits(rule.conditions, receivable):
            return Choice(rule.scenario, ChosenBy.RULE)
    return Choice(default, ChosenBy.DEFAULT)


def fits(conditions: RuleConditions, receivable: Receivable) -> bool:
    customer, total = receivable.customer, receivable.total
    return (
        (conditions.customer_kinds is None or customer.kind in conditions.customer_kinds)
        and (conditions.countries is None or customer.country in conditions.countries)
        and (conditions.currencies is None or receivable.currency in conditions.currencies)
        and (conditions.minimum_total is None or total >= conditions.minimum_total)
        and (conditions.maximum_total is None or total <= conditions.maximum_total)
    )
