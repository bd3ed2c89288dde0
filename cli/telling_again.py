"""`relance tell-again`: after the bus was lost, have quotes publish once more what nobody may have read."""

from typing import Annotated

import typer

from chassis.auth import Role
from chassis.settings import load
from cli import show
from cli.api import Api, reached
from cli.options import Json, Organisation
from cli.rewinding import moment_of
from cli.settings import Settings


def tell_again(
    since: Annotated[
        str, typer.Option(metavar="MOMENT", help="Real time with its zone, as 2026-11-24T10:00:00Z: before the loss.")
    ],
    organisation: Organisation = "demo",
    as_json: Json = False,
) -> None:
    """Publish once more which quotes were accepted since a moment: billing drafts the invoices that are missing."""
    settings, moment = load(Settings), moment_of(since)
    with reached(settings, organisation, Role.ADMIN) as services:
        told = _tell(services.quotes, since=settings.clock.business(moment).isoformat())
    if as_json:
        show.json_of({"accepted_quotes": told})
        return
    show.line(f"Told again, from {moment:%Y-%m-%d %H:%M:%S} UTC on: {told} accepted quotes.")


def _tell(quotes: Api, *, since: str) -> int:
    """Page after page; how many."""
    count: int = 0
    query: dict[str, str] = {}
    while True:
        page = quotes.json("POST", "/quotes/accepted/tell-again", json={"since": since}, params=query)
        count += page["told"]
        if page["next"] is None:
            return count
        query["cursor"] = page["next"]
