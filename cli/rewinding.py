"""`relance rewind`: have a consumer hear once more what came since a moment, after its database was restored."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from chassis.provision import rewind as rewind_consumer
from chassis.publish import Connection
from chassis.settings import load
from cli import show
from cli.bus import on_the_bus
from cli.failure import USAGE, Failure
from cli.settings import Settings
from contracts.topology import CONSUMERS


def rewind(
    consumer: Annotated[str, typer.Argument(metavar="CONSUMER", help="Its name, as billing-payment.")],
    since: Annotated[
        str, typer.Option(metavar="MOMENT", help="Real time with its zone, as 2026-11-24T10:00:00Z: before the backup.")
    ],
) -> None:
    """Deliver to a consumer everything that its stream took since a moment. What it knows it ignores."""
    known = {each.durable: each for each in CONSUMERS}
    if consumer not in known:
        raise Failure(f"CONSUMER: {consumer!r} is none; expected one of {', '.join(sorted(known))}", USAGE)
    moment = moment_of(since)

    async def work(connection: Connection) -> int:
        return await rewind_consumer(connection.jetstream(timeout=5), known[consumer], since=moment)

    count = on_the_bus(load(Settings), work)
    show.line(f"{consumer} hears {count} messages again, from {moment:%Y-%m-%d %H:%M:%S} UTC on.")


def moment_of(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise Failure(f"--since: {text!r} is not a moment; expected for example 2026-11-24T10:00:00Z", USAGE)
    return moment.astimezone(UTC)
