"""`relance bounce`: a mail that came back, as a mail server's pipe or whoever fetches a mailbox hands it over."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from chassis.auth import Role
from chassis.settings import load
from cli import show
from cli.api import reached
from cli.failure import REFUSED, UNREACHABLE, USAGE, Failure
from cli.options import Json, Organisation
from cli.settings import Settings
from contracts.bounces import CONTENT_TYPE, LARGEST

TRY_AGAIN = 75
"""EX_TEMPFAIL: a mail server keeps the mail, and pipes it again later."""
PASSING = (UNREACHABLE, REFUSED)
"""A key that has expired is renewed; what came back meanwhile is not lost."""


def bounce(
    file: Annotated[Path | None, typer.Argument(help="The mail; standard input when absent.")] = None,
    organisation: Organisation = "demo",
    as_json: Json = False,
) -> None:
    """Hand over a mail that came back.

    0 whatever it is; 75 while notify does not answer or refuses the key: the mail is to be kept.
    """
    mail = _read(file)
    try:
        with reached(load(Settings), organisation, Role.ADMIN) as services:
            found = services.notify.json("POST", "/bounces", content=mail, headers={"content-type": CONTENT_TYPE})
    except Failure as failure:
        raise Failure(str(failure), TRY_AGAIN if failure.code in PASSING else failure.code) from None
    if as_json:
        return show.json_of(found)
    about = f" {found['key']}" if found["key"] else ""
    return print(f"{found['found']}{about}: {found['reason']}")


def _read(file: Path | None) -> bytes:
    """What comes after the first mebibyte is within what came back, and of no use."""
    if file is None:
        return sys.stdin.buffer.read(LARGEST)
    try:
        with file.open("rb") as opened:
            return opened.read(LARGEST)
    except OSError as error:
        raise Failure(f"{file}: {error.strerror}", USAGE) from None
