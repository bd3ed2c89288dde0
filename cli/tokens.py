"""`relance token`: a bearer token, made with the private key of the stack."""

import getpass
from datetime import timedelta
from typing import Annotated

import httpx2
import typer
from jwt.exceptions import PyJWTError

from chassis.auth import Mint, Role
from chassis.clock import real_now
from chassis.settings import load
from cli import show
from cli.failure import REFUSED, UNREACHABLE, Failure
from cli.options import Json, Organisation, duration
from cli.settings import Settings

LIVES = "1h"
NO_KEY = (
    "No key to sign a token with: no local stack runs here (`make up` starts one), and RELANCE_SIGNING_KEY and "
    "RELANCE_AUTH_JWKS, the paths of the private key and of its key set, are not both set. An API key can be given in "
    "RELANCE_API_KEY."
)
OWN_LIFE = timedelta(minutes=5)


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


def bearer_of(settings: Settings, organisation: str, role: Role) -> str:
    """The token that this command line sends: the one it was given, else one of its own."""
    if settings.token is not None:
        return settings.token.get_secret_value()
    if settings.api_key is not None:
        return exchanged(settings.identity_url, settings.api_key.get_secret_value())
    return signed(settings, f"cli:{login()}", organisation, [role], lives=OWN_LIFE)


def exchanged(identity: str, key: str) -> str:
    """The token that identity gives for an API key; its organisation and rights are those of the key."""
    try:
        with httpx2.Client(timeout=10) as client:
            response = client.post(f"{identity.rstrip('/')}/tokens", headers={"authorization": f"Bearer {key}"})
    except (httpx2.TransportError, httpx2.InvalidURL) as error:
        raise Failure(
            f"identity does not answer at {identity} ({error or type(error).__name__})", UNREACHABLE
        ) from None
    if response.status_code != 201:
        raise Failure(f"identity refused RELANCE_API_KEY: {response.status_code} {response.text[:200]}", REFUSED)
    return str(response.json()["access_token"])


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
