"""Forms are taken from our own pages alone: the origin must be ours, and the form must know the session."""

import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import urlsplit

FIELD = "csrf"
HEADER = "x-csrf-token"
LOOPBACK = {"127.0.0.1", "localhost"}
"""Two names of one server, on a developer's machine."""
SAFE = ("GET", "HEAD", "OPTIONS")


def token_of(secret: str) -> str:
    """What a form of the session (or the visitor) with this secret carries."""
    return seal(secret, "csrf")


def is_token_of(secret: str, token: str) -> bool:
    return hmac.compare_digest(token_of(secret).encode(), token.encode())


def seal(secret: str, text: str) -> str:
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def is_from_here(headers: Mapping[str, str], ours: str) -> bool:
    """Whether a browser says that one of our pages sent the request; whoever says nothing is not a browser's page."""
    origin = headers.get("origin")
    if origin is None:
        return headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none")
    if origin == ours:
        return True
    here, there = urlsplit(ours), urlsplit(origin)
    is_same_server = (here.scheme, here.port) == (there.scheme, there.port)
    return is_same_server and {here.hostname, there.hostname} <= LOOPBACK
