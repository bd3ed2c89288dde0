"""The form of a step: what stands in it at first, what it says, and its mistakes in words at their fields."""

from contracts.parties import CustomerKind
from contracts.scenario import Step, StepKind
from services.console.peers.scenarios import Problem
from services.console.web.catalogues import mark
from services.console.web.formats import Formats
from services.console.web.forms import NEEDED, NOT_AN_AMOUNT, NOT_OFFERED, TOO_LONG, Form
from services.console.web.problems import NOT_ACCEPTED

FIELDS = {
    "/days": "offset",
    "/kind": "kind",
    "/template": "template",
    "/assignee": "assignee",
    "/conditions/minimum_balance": "minimum",
    "/conditions/customer_kinds": "kinds",
    "/repeat/every_days": "every_days",
    "/repeat/times": "times",
}
"""Where each field of a step stands in the form."""
BEFORE, AFTER = "before", "after"

WORDS = {
    "missing": NEEDED,
    "empty": NEEDED,
    "not_whole": mark("Please write a whole number."),
    "too_small": mark("At least %(limit)s."),
    "too_large": mark("At most %(limit)s."),
    "not_offered": NOT_OFFERED,
    "too_long": TOO_LONG,
    "not_an_amount": NOT_AN_AMOUNT,
    "template_needed": mark("Please choose the text to send."),
    "assignee_needed": mark("Please say who is to call."),
    "not_a_key": mark("Small letters, digits and hyphens only."),
    "unknown_field": mark("There is no such field."),
    "too_few": mark("At least one is needed."),
    "too_many": mark("At most %(limit)s."),
    "key_twice": mark("Two steps have the same key."),
    "out_of_order": mark("Steps are written in the order of their days."),
    "written_twice": mark("This field is written twice."),
    "unreadable": mark("This text cannot be read."),
    "not_text": mark("A text is expected."),
}


def values_of(step: Step, formats: Formats) -> dict[str, str]:
    minimum = step.conditions.minimum_balance
    return {
        "offset": str(abs(step.days)),
        "side": BEFORE if step.days < 0 else AFTER,
        "kind": step.kind,
        "template": step.template or "",
        "assignee": step.assignee or "",
        "minimum": formats.amount(minimum) if minimum is not None else "",
        "every_days": str(step.repeat.every_days) if step.repeat else "",
        "times": str(step.repeat.times) if step.repeat else "",
    } | {f"kinds.{kind}": "on" for kind in step.conditions.customer_kinds or []}


def written_in(form: Form, key: str) -> dict[str, object]:
    """The step as dunning checks it; what its kind does not use is left out."""
    kind = form.value("kind")
    offset = form.value("offset").strip()
    step: dict[str, object] = {"key": key, "kind": kind, "days": _signed(offset, form.value("side"))}
    if kind != StepKind.EVENT and form.value("template"):
        step["template"] = form.value("template")
    if kind == StepKind.CALL and form.value("assignee").strip():
        step["assignee"] = form.value("assignee").strip()
    conditions: dict[str, object] = {}
    if minimum := form.value("minimum").strip():
        amount = form.formats.read_amount(minimum)
        conditions["minimum_balance"] = minimum if amount is None else f"{amount:f}"
    if kinds := [str(each) for each in CustomerKind if form.value(f"kinds.{each}")]:
        conditions["customer_kinds"] = kinds
    every, times = form.value("every_days").strip(), form.value("times").strip()
    if every or times:
        step["repeat"] = {"every_days": every, "times": times}
    return step | {"conditions": conditions}


def tell(form: Form, problems: list[Problem]) -> None:
    """Each mistake at its field; what the form does not have, over it."""
    for problem in problems:
        form.errors.setdefault(FIELDS.get(problem.pointer, ""), words_of(form, problem))


def words_of(form: Form, problem: Problem) -> str:
    is_too_early = problem.code == "too_small" and problem.pointer == "/days"
    said = WORDS.get("too_large" if is_too_early else problem.code)
    if said is None:
        return form.say(NOT_ACCEPTED)
    limit = abs(problem.limit) if problem.limit is not None else ""
    return form.say(said, limit=limit, most=limit, example="50,00" if form.formats.locale.language == "fr" else "50.00")


def _signed(offset: str, side: str) -> str:
    return f"-{offset}" if side == BEFORE and offset not in ("", "0") else offset
