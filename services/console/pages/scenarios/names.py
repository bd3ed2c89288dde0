"""What the texts of steps are called."""

from services.console.web.catalogues import mark
from services.console.web.visit import Visit

NAMES = {
    "first-reminder": mark("first reminder"),
    "second-reminder": mark("second reminder"),
    "third-reminder": mark("third reminder"),
    "call": mark("notes for the call"),
    "formal-notice": mark("formal notice"),
}
"""Those that come with the house; others are called by their key."""


def name_of(visit: Visit, template: str) -> str:
    known = NAMES.get(template)
    return visit.say(known) if known else template
