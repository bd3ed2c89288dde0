"""Tokens of the local stack, signed with its own key."""

from collections.abc import Mapping
from pathlib import Path

from chassis.auth import Mint, Role
from chassis.settings import AuthSettings


def mint_of(environment: Mapping[str, str]) -> Mint:
    """What signs tokens of the stack whose processes have this environment."""
    return Mint.of(
        AuthSettings(
            auth_jwks=environment["RELANCE_AUTH_JWKS"],
            auth_issuer=environment["RELANCE_AUTH_ISSUER"],
            auth_audience=environment["RELANCE_AUTH_AUDIENCE"],
            signing_key=Path(environment["RELANCE_SIGNING_KEY"]),
        )
    )


def an_admin(environment: Mapping[str, str], organisation: str) -> str:
    """A token of five minutes for everything in this organisation."""
    return mint_of(environment).token("local-stack", organisation, [Role.ADMIN])
