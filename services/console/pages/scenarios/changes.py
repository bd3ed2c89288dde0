"""What two versions differ in, for people: names of fields and their values in the reader's language."""

from dataclasses import dataclass
from decimal import Decimal

from contracts.parties import CustomerKind
from contracts.scenario import StepKind
from services.console.pages.scenarios.names import name_of
from services.console.peers.scenarios import Comparison, FieldChange
from services.console.web.catalogues import mark
from services.console.web.visit import Visit
from services.console.web.words import word_of

LABELS = {
    "name": mark("Name"),
    "days": mark("Day"),
    "kind": mark("Kind"),
    "template": mark("Text"),
    "assignee": mark("Who calls"),
    "conditions.minimum_balance": mark("From what balance on"),
    "conditions.customer_kinds": mark("Which customers"),
    "repeat": mark("Repetition"),
    "repeat.every_days": mark("Again every (days)"),
    "repeat.times": mark("Times in all"),
}


@dataclass(frozen=True)
class Change:
    """`step` is the key of the step, empty for the scenario as a whole."""

    step: str
    label: str
    before: str
    after: str


def changes_of(comparison: Comparison, visit: Visit) -> list[Change]:
    whole = [_change(visit, "", comparison.name)] if comparison.name else []
    fields = [(each.step, field) for each in comparison.changed for field in each.fields if field.field != "repeat"]
    return whole + [_change(visit, step, field) for step, field in fields]


def _change(visit: Visit, step: str, change: FieldChange) -> Change:
    known = LABELS.get(change.field)
    label = visit.say(known) if known else change.field
    return Change(step, label, _shown(visit, change.field, change.before), _shown(visit, change.field, change.after))


def _shown(visit: Visit, field: str, value: object) -> str:
    if value is None:
        return "–"
    if field == "template":
        return name_of(visit, str(value))
    if field == "kind":
        return visit.say(word_of(StepKind(str(value))))
    if field == "conditions.minimum_balance":
        return visit.formats.amount(Decimal(str(value)))
    if isinstance(value, list):
        return ", ".join(visit.say(word_of(CustomerKind(each))) for each in value)
    return str(value)
