"""Tokens of the local stack, signed with its own key."""

from collections.abc import Mapping
from pathlib import Path

from chassis.auth import Mint, Role
from chassis.settings import AuthSettings


def an_admin(environment: Mapping[str, str], organisation: str) -> str:
    """A token of five minutes for everything in this organisation; `environment` is that of the stack's processes."""
    settings = AuthSettings(
        auth_jwks=environment["RELANCE_AUTH_JWKS"],
        auth_issuer=environment["RELANCE_AUTH_ISSUER"],
        auth_audience=environment["RELANCE_AUTH_AUDIENCE"],
        signing_key=Path(environment["RELANCE_SIGNING_KEY"]),
    )
    return Mint.of(settings).token("local-stack", organisation, [Role.ADMIN])
