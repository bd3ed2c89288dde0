"""Addresses of the provider and of our own pages."""

from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

LOOPBACK = ("127.0.0.1", "localhost", "::1")


def is_safe(address: str) -> bool:
    """Whether what is sent there travels encrypted, or not at all."""
    parts = urlsplit(address)
    if parts.scheme == "http":
        return parts.hostname in LOOPBACK
    return parts.scheme == "https" and bool(parts.hostname)


def is_within(address: str, console: str) -> bool:
    """Whether the address is one of the console's pages."""
    there, ours = urlsplit(address), urlsplit(console)
    return (there.scheme, there.netloc, there.fragment) == (ours.scheme, ours.netloc, "")


def asking(address: str, query: Mapping[str, str]) -> str:
    """The address with these questions added to those that it has."""
    joint = "&" if urlsplit(address).query else "?"
    return f"{address}{joint}{urlencode(query)}"
