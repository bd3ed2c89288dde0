"""Changing a draft step by step, and what to propose as the next one. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import count

from chassis.problems import DomainError, InvalidField, NotFound
from contracts.scenario import MOST_STEPS, ScenarioDraft, Step, StepKind
from workflows.dunning.scenario import STANDARD

APART = 15
"""Days between the last step and one that has no model."""
LATEST_DAY = 3650
TEMPLATES = {StepKind.EMAIL: "third-reminder", StepKind.LETTER: "formal-notice", StepKind.CALL: "call"}
"""The text of a step that has no model: the last of its kind."""
ASSIGNEE = "collections"
LONGEST_KEY = 50


class TooManySteps(DomainError):
    def __init__(self, key: str) -> None:
        super().__init__(f"Scenario {key} has {MOST_STEPS} steps; it can have no more.")


def placed(draft: ScenarioDraft, step: Step) -> ScenarioDraft:
    """With the step on its day: new, or in the place of the one of its key. Those of one day keep their order."""
    others = [each for each in draft.steps if each.key != step.key]
    if len(others) >= MOST_STEPS:
        raise TooManySteps(draft.key)
    before = [each for each in draft.steps if each.key == step.key]
    place = draft.steps.index(before[0]) if before else len(others)
    return _with(draft, [*others[:place], step, *others[place:]])


def without(draft: ScenarioDraft, key: str) -> ScenarioDraft:
    step_of(draft, key)
    return _with(draft, [each for each in draft.steps if each.key != key])


def renamed(draft: ScenarioDraft, name: str) -> ScenarioDraft:
    return ScenarioDraft(key=draft.key, name=name, steps=draft.steps)


def step_of(draft: ScenarioDraft, key: str) -> Step:
    """404 when there is none."""
    for step in draft.steps:
        if step.key == key:
            return step
    raise NotFound("step", key)


def check_key(step: Step, key: str) -> None:
    if step.key != key:
        raise InvalidField("key", step.key, f"{key!r}, the step of the address")


def proposals(draft: ScenarioDraft) -> list[Step]:
    """What may come next: first what most scenarios have there, then one of each other kind. None when it is full."""
    if len(draft.steps) >= MOST_STEPS:
        return []
    first = proposed(draft)
    return [first, *(proposed(draft, kind=kind) for kind in StepKind if kind is not first.kind)]


def proposed(draft: ScenarioDraft, *, kind: StepKind | None = None, days: int | None = None) -> Step:
    """The next step of the standard scenario that this one does not have yet, else one some days after the last."""
    last = max((step.days for step in draft.steps), default=None)
    taken = {step.key for step in draft.steps}
    for model in STANDARD.steps:
        fits = kind in (None, model.kind) and model.key not in taken
        if fits and (days is not None or last is None or model.days > last):
            return model.model_copy(update={"days": model.days if days is None else days})
    kind = kind or StepKind.EMAIL
    return Step(
        key=next(key for key in _numbered(TEMPLATES.get(kind, "event")) if key not in taken),
        days=min((last or 0) + APART, LATEST_DAY) if days is None else days,
        kind=kind,
        template=TEMPLATES.get(kind),
        assignee=ASSIGNEE if kind is StepKind.CALL else None,
    )


def keys_for(name: str) -> Iterator[str]:
    """Keys that come from a name, `relance-douce`, then `relance-douce-2` and so on."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return _numbered(re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST_KEY].strip("-") or "scenario")


def _numbered(key: str) -> Iterator[str]:
    yield key
    yield from (f"{key}-{number}" for number in count(2))


def _with(draft: ScenarioDraft, steps: Iterable[Step]) -> ScenarioDraft:
    return ScenarioDraft(key=draft.key, name=draft.name, steps=sorted(steps, key=lambda step: step.days))
