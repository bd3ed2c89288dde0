"""`relance token`: a bearer token, made with the private key of the stack."""

import getpass
from datetime import timedelta
from typing import Annotated

import typer
from jwt.exceptions import PyJWTError

from chassis.auth import Mint, Role
from chassis.clock import real_now
from chassis.settings import load
from cli import show
from cli.failure import REFUSED, Failure
from cli.options import Json, Organisation, duration
from cli.settings import Settings

LIVES = "1h"
NO_KEY = (
    "No key to sign a token with: no local stack runs here (`make up` starts one), and RELANCE_SIGNING_KEY and "
    "RELANCE_AUTH_JWKS, the paths of the private key and of its key set, are not both set. An API key can be given in "
    "RELANCE_API_KEY."
)


def token(
    role: Annotated[list[Role], typer.Option(help="What its bearer may do; may be given several times.")],
    organisation: Organisation = "demo",
    lives: Annotated[
        timedelta, typer.Option(parser=duration, metavar="DURATION", help="How long it is valid: 30s, 15m, 1h, 7d.")
    ] = LIVES,  # type: ignore[assignment]  # typer parses the default as it parses the option
    subject: Annotated[str | None, typer.Option(help="Who bears it; your login name when absent.")] = None,
    as_json: Json = False,
) -> None:
    """Make a bearer token, for curl and for the /docs pages of the services."""
    bearer = signed(load(Settings), subject or login(), organisation, role, lives=lives)
    if as_json:
        show.json_of({"token": bearer, "expires_at": (real_now() + lives).isoformat(timespec="seconds")})
        return
    print(bearer)


def signed(settings: Settings, subject: str, organisation: str, roles: list[Role], *, lives: timedelta) -> str:
    if settings.signing_key is None or not settings.auth_jwks:
        raise Failure(NO_KEY, REFUSED)
    try:
        return Mint.of(settings).token(subject, organisation, roles, lives=lives)
    except (OSError, ValueError, LookupError, TypeError, PyJWTError) as error:
        raise Failure(
            f"RELANCE_SIGNING_KEY {settings.signing_key} and RELANCE_AUTH_JWKS {settings.auth_jwks}: expected an "
            f"Ed25519 private key (PEM) and its JSON key set ({error})",
            REFUSED,
        ) from None


def login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
