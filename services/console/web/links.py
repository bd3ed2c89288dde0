"""Addresses of pages, with what they are asked."""

from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit


def link(path: str, query: Mapping[str, object] | None = None, **changes: object) -> str:
    """`path?query`, where `changes` replace what the query had; None and the empty text ask nothing."""
    asked = {name: value for name, value in (dict(query or {}) | changes).items() if value is not None and value != ""}
    return f"{path}?{urlencode(asked)}" if asked else path


def tel(phone: str) -> str:
    """The address that calls this number (RFC 3966): digits, and the plus of an international one."""
    digits = "".join(each for each in phone if each.isascii() and each.isdigit())
    return f"tel:{'+' if phone.strip().startswith('+') else ''}{digits}"


def local_path(text: str | None, default: str = "/") -> str:
    """The address if it is one of our own pages, else the default: nobody is led to another site."""
    if not text or not text.startswith("/") or text.startswith("//") or "\\" in text or not text.isprintable():
        return default
    parts = urlsplit(text)
    return default if parts.scheme or parts.netloc else text
