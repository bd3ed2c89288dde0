"""What differs between two versions of a scenario, step by step."""

from contracts.scenario import Scenario, Step
from services.dunning.scenarios.schemas import Comparison, FieldChange, FieldValue, StepChange


def compare(before: Scenario, after: Scenario) -> Comparison:
    """Steps are the same when their keys are."""
    had = {step.key: step for step in before.steps}
    has = {step.key: step for step in after.steps}
    both = [(had[key], step) for key, step in has.items() if key in had]
    return Comparison(
        before=before.version,
        after=after.version,
        name=FieldChange(field="name", before=before.name, after=after.name) if before.name != after.name else None,
        added=[step for key, step in has.items() if key not in had],
        removed=[step for key, step in had.items() if key not in has],
        changed=[StepChange(step=new.key, fields=_changes(old, new)) for old, new in both if old != new],
    )


def _changes(old: Step, new: Step) -> list[FieldChange]:
    was, now = _fields(old), _fields(new)
    names = [*was, *(name for name in now if name not in was)]
    return [
        FieldChange(field=name, before=was.get(name), after=now.get(name))
        for name in names
        if was.get(name) != now.get(name)
    ]


def _fields(step: Step) -> dict[str, FieldValue]:
    """By their dotted names, `repeat.times` for example."""
    found: dict[str, FieldValue] = {}
    for name, value in step.model_dump(mode="json").items():
        if isinstance(value, dict):
            found |= {f"{name}.{inner}": each for inner, each in value.items()}
        else:
            found[name] = value
    return found
