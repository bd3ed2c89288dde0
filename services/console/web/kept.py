"""What a reader was about to send when their session had ended: carried through the sign-in, sent again after it.

By the same reader alone: a form goes on only in the browser whose last session wrote it, for the user of that session.
"""

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass

from services.console.web.csrf import FIELD as CSRF
from services.console.web.csrf import token_of
from services.console.web.links import local_path

FIELD = "kept"
PASSWORDS = frozenset({"current", "password", "again"})
"""Fields in which the console's pages take passwords: these are never written anywhere, but typed again."""


@dataclass(frozen=True)
class Kept:
    """`token`: what the form carried of the session that wrote it."""

    path: str
    values: Mapping[str, str]
    token: str

    @property
    def lacks_passwords(self) -> bool:
        return not PASSWORDS.isdisjoint(self.values)

    def is_of_the_last_session(self, reader: str | None) -> bool:
        """Of this browser, whosever it was."""
        user_id, _, _ = (reader or "").partition(".")
        return self.is_of(user_id, reader)

    def is_of(self, user_id: str, reader: str | None) -> bool:
        """Whether the last session of this browser wrote it, and was this user's."""
        return hmac.compare_digest(_reader(user_id, self.token).encode(), (reader or "").encode())


def reader_of(user_id: str, secret: str) -> str:
    """What the browser holds, out of reach of pages, of its last session: whose it was, and which forms it wrote."""
    return _reader(user_id, token_of(secret))


def pack(path: str, values: Mapping[str, str]) -> str:
    """Of the passwords among the values, that they were there."""
    told = {name: "" if name in PASSWORDS else value for name, value in values.items() if name != CSRF}
    return json.dumps([path, told, values.get(CSRF, "")])


def unpack(text: str) -> Kept | None:
    """None unless it is a form of one of our own pages."""
    try:
        path, values, token = json.loads(text)
        own = local_path(path, default="")
        return Kept(own, {str(name): str(value) for name, value in values.items()}, str(token)) if own else None
    except (ValueError, TypeError, AttributeError):
        return None


def _reader(user_id: str, token: str) -> str:
    return f"{user_id}.{token}"
