"""Options that several commands share, and how their values are read."""

import re
from datetime import timedelta
from typing import Annotated

import typer
from pydantic import TypeAdapter, ValidationError

from contracts.base import OrganisationId

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
ORGANISATION: TypeAdapter[str] = TypeAdapter(OrganisationId)


def organisation(value: str) -> str:
    try:
        return ORGANISATION.validate_python(value)
    except ValidationError:
        raise typer.BadParameter(
            f"{value!r} is not the name of an organisation; expected lower-case letters, digits and hyphens, as demo"
        ) from None


def duration(value: str) -> timedelta:
    match = re.fullmatch(r"([1-9]\d{0,5})([smhd])", value, re.ASCII)
    if match is None:
        raise typer.BadParameter(f"{value!r} is not a duration; expected for example 30s, 15m, 1h or 7d")
    return timedelta(**{UNITS[match[2]]: int(match[1])})


Organisation = Annotated[
    str,
    typer.Option(
        "--organisation", "-o", envvar="RELANCE_ORGANISATION", callback=organisation, help="The one that sells."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for a program to read.")]
