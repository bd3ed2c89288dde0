"""Secrets that are handed out once and kept as digests."""

import hashlib
import secrets
from enum import StrEnum


class Kind(StrEnum):
    """How a secret begins, so that one that leaked is known for what it is."""

    SESSION = "rls_"
    API_KEY = "rlk_"
    RESET = "rlr_"


def new_secret(kind: Kind) -> str:
    """256 random bits; a plain digest of as many cannot be guessed back."""
    return kind + secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def new_password() -> str:
    """One that a person types once."""
    return "-".join(secrets.token_hex(2) for _ in range(4))
