"""The secrets of links: made of a key that the database does not have, so that its copies open no quote."""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self
from uuid import UUID

from services.quotes.links.models import QuoteLink

PURPOSE = b"relance: links of quotes"


@dataclass(frozen=True)
class Links:
    """Makes links, and again those made before under the same key; `console_url` is where the public page stands."""

    key: bytes = field(repr=False)
    console_url: str

    @classmethod
    def of(cls, signing_key: str, console_url: str) -> Self:
        """From the service's private key; another key makes other secrets and leaves those in force as they are."""
        return cls(hmac.digest(signing_key.encode(), PURPOSE, "sha256"), console_url.rstrip("/"))

    def new(self, quote_id: UUID, *, by: str, now: datetime) -> QuoteLink:
        link = QuoteLink(quote_id=quote_id, secret_sha256="", created_at=now, created_by=by)
        link.secret_sha256 = hash_of(self.secret(link))
        return link

    def secret(self, link: QuoteLink) -> str:
        """256 bits, as 43 characters that a URL may hold."""
        return urlsafe_b64encode(hmac.digest(self.key, link.id.bytes, "sha256")).decode().rstrip("=")

    def address(self, link: QuoteLink) -> str | None:
        """Where the customer goes; None for a link made under another key, whose secret nobody knows any more."""
        secret = self.secret(link)
        return f"{self.console_url}/q/{secret}" if hash_of(secret) == link.secret_sha256 else None


def hash_of(secret: str) -> str:
    """Plain SHA-256: a secret of 256 random bits needs no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()
