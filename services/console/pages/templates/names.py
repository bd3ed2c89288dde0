"""The templates that come with Relance, by name; those of an organisation are named by their key."""

from collections.abc import Mapping

from services.console.web.catalogues import mark
from services.console.web.visit import Visit

NAMES: Mapping[str, str] = {
    "first-reminder": mark("First reminder"),
    "second-reminder": mark("Second reminder"),
    "third-reminder": mark("Third reminder"),
    "call": mark("Note for a call"),
    "formal-notice": mark("Formal notice (letter)"),
    "quote": mark("A quote is sent"),
    "quote-follow-up": mark("Follow-up of a quote"),
    "overdue-list": mark("Overdue list by e-mail"),
}
STEPS: Mapping[str, str] = {
    **{key: NAMES[key] for key in ("first-reminder", "second-reminder", "third-reminder")},
    "call": mark("Call"),
    "formal-notice": mark("Formal notice"),
}
"""The steps of the scenarios that come with Relance, by name; those that people add are named by their key."""
GROUPS: Mapping[str, str] = {
    "invoice": mark("The invoice"),
    "quote": mark("The quote"),
    "customer": mark("The customer"),
    "overdue": mark("What is overdue"),
    "reader": mark("Who gets the list"),
    "seller": mark("Our company"),
    "": mark("This message"),
}


def name_of(key: str, visit: Visit) -> str:
    return visit.say(NAMES[key]) if key in NAMES else key
