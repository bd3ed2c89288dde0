"""What a reader was about to send when their session had ended: carried through the sign-in, sent again after it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from services.console.web.csrf import FIELD as CSRF
from services.console.web.links import local_path

FIELD = "kept"
PASSWORDS = frozenset({"current", "password", "again"})
"""Fields in which the console's pages take passwords: these are never written anywhere, but typed again."""


@dataclass(frozen=True)
class Kept:
    path: str
    values: Mapping[str, str]

    @property
    def lacks_passwords(self) -> bool:
        return not PASSWORDS.isdisjoint(self.values)


def pack(path: str, values: Mapping[str, str]) -> str:
    """Of the passwords among the values, that they were there."""
    told = {name: "" if name in PASSWORDS else value for name, value in values.items() if name != CSRF}
    return json.dumps([path, told])


def unpack(text: str) -> Kept | None:
    """None unless it is a form of one of our own pages."""
    try:
        path, values = json.loads(text)
        own = local_path(path, default="")
        return Kept(own, {str(name): str(value) for name, value in values.items()}) if own else None
    except (ValueError, TypeError, AttributeError):
        return None
