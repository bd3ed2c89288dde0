"""The list of variables, read off the classes: for people, and for the check at saving."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Annotated, Literal, get_args, get_origin, get_type_hints

from pydantic import BaseModel

from contracts.parties import Language
from services.notify.rendering.meaning import Meaning
from services.notify.rendering.overdue import OverdueListVariables
from services.notify.rendering.tables import TableText
from services.notify.rendering.values import AddressText, AmountsText, AmountText, DateText
from services.notify.rendering.variables import DunningVariables, QuoteMessageVariables, Variables

About = Literal["receivable", "quote", "overdue_list"]
ABOUTS: tuple[About, ...] = get_args(About)

ROOTS: dict[About, type[Variables]] = {
    "receivable": DunningVariables,
    "quote": QuoteMessageVariables,
    "overdue_list": OverdueListVariables,
}
KINDS: dict[type, str] = {
    str: "text",
    int: "number",
    bool: "yes or no",
    AmountText: "amount",
    AmountsText: "amounts",
    TableText: "table",
    DateText: "date",
    AddressText: "address",
}
FURTHER: dict[str, frozenset[str]] = {
    "group": frozenset(),
    "number": frozenset(),
    "yes or no": frozenset(),
    "amount": frozenset(),
    "amounts": frozenset(),
    "table": frozenset(),
    "date": frozenset(("short", "plus")),
    "address": frozenset(("lines",)),
}
"""What may follow a variable of a kind; the methods of a text are those of Python."""


class Variable(BaseModel):
    """One name that a template may use, such as `invoice.balance`; `shortcode` is how a text prints it."""

    name: str
    kind: str
    description: str
    meanings: dict[Language, str]
    shortcode: str


def variables_about(about: About) -> list[Variable]:
    """Every variable of the context, in the order of the classes."""
    return list(_walk(ROOTS[about], ""))


def kinds_about(about: About) -> dict[str, str]:
    """The kind of each variable by its name; a group such as `invoice` is of the kind `group`."""
    kinds = {variable.name: variable.kind for variable in variables_about(about)}
    return kinds | {name.rsplit(".", 1)[0]: "group" for name in kinds if "." in name}


def _walk(group: type, prefix: str) -> Iterator[Variable]:
    hints = get_type_hints(group, include_extras=True)
    for each in fields(group):
        hint = hints[each.name]
        if is_dataclass(hint) and isinstance(hint, type):
            yield from _walk(hint, f"{prefix}{each.name}.")
        elif get_origin(hint) is Annotated:
            kind, meaning = get_args(hint)
            yield _variable(f"{prefix}{each.name}", KINDS[kind], meaning)


def _variable(name: str, kind: str, meaning: Meaning) -> Variable:
    """What says yes or no chooses a part of the text: nobody reads the word itself."""
    shortcode = f"{{% if {name} %}}{{% endif %}}" if kind == "yes or no" else f"{{{{ {name} }}}}"
    meanings = meaning.by_language()
    return Variable(name=name, kind=kind, description=meaning.en, meanings=meanings, shortcode=shortcode)
