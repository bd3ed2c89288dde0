"""Addresses of pages, with what they are asked."""

import re
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

NUMBER = re.compile(r"[+0-9](?:(?![/;,])[\W\d_])*")
"""Up to the first letter after it, or the next of several."""
ABROAD = ("+", "00")
TRUNK = re.compile(r"\(\s*0\s*\)")


def link(path: str, query: Mapping[str, object] | None = None, **changes: object) -> str:
    """`path?query`, where `changes` replace what the query had; None and the empty text ask nothing."""
    asked = {name: value for name, value in (dict(query or {}) | changes).items() if value is not None and value != ""}
    return f"{path}?{urlencode(asked)}" if asked else path


def tel(phone: str) -> str:
    """The address that calls this number (RFC 3966): digits, and the plus of an international one.

    What stands after the number is not dialled: an extension, another number. Nor is `(0)` from abroad.
    """
    found = NUMBER.search(phone)
    number = found.group() if found else ""
    if number.startswith(ABROAD):
        number = TRUNK.sub("", number, count=1)
    digits = "".join(each for each in number if each.isascii() and each.isdigit())
    return f"tel:{'+' if number.startswith('+') else ''}{digits}"


def local_path(text: str | None, default: str = "/") -> str:
    """The address if it is one of our own pages, else the default: nobody is led to another site."""
    if not text or not text.startswith("/") or text.startswith("//") or "\\" in text or not text.isprintable():
        return default
    parts = urlsplit(text)
    return default if parts.scheme or parts.netloc else text
