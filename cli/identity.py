"""`relance identity`: what has to be there before anyone can sign in."""

import asyncio
import os
from pathlib import Path
from typing import Annotated

import typer
from pydantic import EmailStr, TypeAdapter, ValidationError

from chassis.clock import real_now
from chassis.key_pair import key_set_of, new_private_key, public_jwk
from chassis.problems import DomainError
from chassis.settings import DatabaseSettings, check_dsn, load
from cli.failure import NO, USAGE, Commands, Failure
from contracts.profiles import Role

app = typer.Typer(cls=Commands, no_args_is_help=True, help="The first administrator, and keys.")


@app.command("first-admin")
def first_admin(
    organisation: Annotated[str, typer.Option(help="Its key, such as `acme`; made unless it is there.")],
    name: Annotated[str, typer.Option(help="The organisation's name, when it is made.")],
    email: Annotated[str, typer.Option(help="Of the administrator.")],
    person: Annotated[str, typer.Option(help="The administrator's name.")] = "Admin",
) -> None:
    """Make an administrator in the database of identity (RELANCE_DATABASE_URL), with a one-time password."""
    from services.identity.bootstrap import FirstAdmin  # a service takes a second to import
    from services.identity.passwords import Passwords
    from services.identity.secrets import new_password
    from services.identity.seeding import make_admin

    settings = load(DatabaseSettings)
    dsn = settings.dsn
    password = new_password()
    try:
        check_dsn(dsn)
        wanted = FirstAdmin(organisation, name, _email(email), person)
        making = make_admin(
            dsn,
            wanted,
            password,
            is_temporary=True,
            passwords=Passwords.standard(),
            now=real_now(),
            tls=settings.database_context,
        )
        asyncio.run(making)
    except DomainError as error:
        raise Failure(str(error), NO) from None
    except ValueError as error:
        raise Failure(str(error), USAGE) from None
    print(f"{email} signs in with the one-time password {password}")


@app.command("service-key")
def service_key(directory: Annotated[Path, typer.Argument(help="Where the two files are written.")]) -> None:
    """Write the key with which services sign what they ask of each other: signing.pem, and jwks.json to check it."""
    private = new_private_key()
    directory.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(directory / "signing.pem", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise Failure(f"{directory / 'signing.pem'} is there already; expected a directory without one", NO) from None
    with os.fdopen(descriptor, "w") as file:
        file.write(private)
    (directory / "jwks.json").write_text(key_set_of(public_jwk(private, ceiling=Role.SERVICE)) + "\n")
    print(f"RELANCE_SIGNING_KEY={directory / 'signing.pem'}")
    print(f"RELANCE_AUTH_JWKS={directory / 'jwks.json'},https://IDENTITY/jwks.json")


@app.command("sealing-key")
def sealing_key() -> None:
    """Print a new key under which identity keeps its signing keys: RELANCE_SEALING_KEYS."""
    from services.identity.sealing import new_sealing_key  # a service takes a second to import

    print(new_sealing_key())


def _email(text: str) -> str:
    try:
        return str(TypeAdapter(EmailStr).validate_python(text))
    except ValidationError:
        raise ValueError(f"--email: {text!r} is not an address; expected for example anne@acme.example") from None
