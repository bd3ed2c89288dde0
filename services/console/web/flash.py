"""A word about what was just done, carried to the next page by a cookie that the session seals."""

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import Literal

from services.console.web.csrf import seal

Kind = Literal["done", "problem"]


@dataclass(frozen=True)
class Flash:
    text: str
    kind: Kind = "done"


def pack(flash: Flash, secret: str) -> str:
    body = urlsafe_b64encode(json.dumps([flash.kind, flash.text]).encode()).decode()
    return f"{body}.{seal(secret, body)}"


def unpack(cookie: str | None, secret: str) -> Flash | None:
    """None unless this session packed it."""
    body, _, given = (cookie or "").partition(".")
    if not body or not hmac.compare_digest(seal(secret, body).encode(), given.encode()):
        return None
    kind, text = json.loads(urlsafe_b64decode(body))
    return Flash(text, kind)
