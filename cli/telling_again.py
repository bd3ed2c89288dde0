"""`relance tell-again`: after the bus was lost, have services publish once more what nobody may have read."""

from collections.abc import Callable
from typing import Annotated

import typer

from chassis.auth import Role
from chassis.settings import load
from cli import show
from cli.api import Api
from cli.options import Json, Organisation
from cli.rewinding import moment_of
from cli.settings import Settings

FACTS: tuple[tuple[str, Callable[..., Api], str], ...] = (
    ("accepted quotes", Api.quotes, "/quotes/accepted/tell-again"),
    ("receivables", Api.billing, "/receivables/tell-again"),
)
"""What is told again, by which service, and the endpoint that does it a page at a time."""


def tell_again(
    since: Annotated[
        str, typer.Option(metavar="MOMENT", help="Real time with its zone, as 2026-11-24T10:00:00Z: before the loss.")
    ],
    organisation: Organisation = "demo",
    as_json: Json = False,
) -> None:
    """Publish once more which quotes were accepted, and how receivables stand that changed, since a moment."""
    settings, moment = load(Settings), moment_of(since)
    business = settings.clock.business(moment)
    told = {
        name: _tell(api(settings, organisation, Role.ADMIN), path, since=business.isoformat())
        for name, api, path in FACTS
    }
    if as_json:
        show.json_of(told)
        return
    what = " and ".join(f"{count} {name}" for name, count in told.items())
    show.line(f"Told again, from {moment:%Y-%m-%d %H:%M:%S} UTC on: {what}.")


def _tell(api: Api, path: str, *, since: str) -> int:
    """Page after page; how many."""
    count: int = 0
    query: dict[str, str] = {}
    while True:
        page = api.json("POST", path, json={"since": since}, params=query)
        count += page["told"]
        if page["next"] is None:
            return count
        query["cursor"] = page["next"]
