"""`relance customer`: everything on a customer as one file, and their erasure."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer

from chassis.auth import Role
from chassis.settings import load
from cli import show
from cli.api import Api, reached
from cli.archive import Archive
from cli.failure import NO, Commands, Failure
from cli.options import Json, Organisation
from cli.settings import Settings

app = typer.Typer(cls=Commands, no_args_is_help=True, help="What is held on a customer: export it, erase it.")

Customer = Annotated[UUID, typer.Argument(metavar="CUSTOMER", help="The customer's id.")]


@contextmanager
def services(organisation: str, customer: UUID) -> Iterator[list[Api]]:
    """Those that hold data on customers; billing, whose customers they are, comes first. Ends where it has none."""
    with reached(load(Settings), organisation, Role.ADMIN) as each:
        apis = [each.billing, each.quotes, each.dunning, each.notify, each.identity]
        if apis[0].find(f"/customers/{customer}") is None:
            raise Failure(f"CUSTOMER: there is no customer {customer} in organisation {organisation}")
        yield apis


@app.command("export")
def export(
    customer: Customer,
    organisation: Organisation = "demo",
    to: Annotated[Path | None, typer.Option(help="The ZIP to write; customer-<id>.zip when absent.")] = None,
    as_json: Json = False,
) -> None:
    """Write all that every service holds on a customer, with its documents, into a ZIP; or print it as JSON."""
    with services(organisation, customer) as apis:
        if as_json:
            show.json_of({api.name: [*records(api, customer)] for api in apis})
            return
        path = to or Path(f"customer-{customer}.zip")
        with Archive.at(path) as archive:
            for api in apis:
                _fill(archive, api, customer)
    show.line(f"{path}: " + ", ".join(f"{count} {table}" for table, count in archive.counts.items()))


def _fill(archive: Archive, api: Api, customer: UUID) -> None:
    for record in records(api, customer):
        archive.add(api.name, record)
        if record["pdf"] and (pdf := api.find_bytes(record["pdf"])) is not None:
            archive.add_document(api.name, record, pdf)


def records(api: Api, customer: UUID) -> list[dict[str, Any]]:
    """Page after page."""
    found: list[dict[str, Any]] = []
    query: dict[str, str | list[str]] = {"limit": "200"}
    while True:
        page = api.get(f"/customers/{customer}/export", **query)
        found += page["items"]
        if page["next"] is None:
            return found
        query["cursor"] = page["next"]


@app.command("erase")
def erase(
    customer: Customer,
    organisation: Organisation = "demo",
    is_meant: Annotated[bool, typer.Option("--yes", help="Do it; else nothing is changed.")] = False,
    as_json: Json = False,
) -> None:
    """Show what erasing a customer would erase, and what the law keeps until when; with --yes, do it.

    Exit code 1: an invoice is open, money is theirs, or a case runs.
    """
    with services(organisation, customer) as apis:
        views = {api.name: api.get(f"/customers/{customer}/erasure") for api in apis}
        reasons = [reason for view in views.values() for reason in view["in_the_way"]]
        if is_meant and not reasons:
            apis[0].json("POST", f"/customers/{customer}/erasure")
    if as_json:
        show.json_of({"services": views, "in_the_way": reasons, "asked": is_meant and not reasons})
    else:
        _show(views, reasons, is_meant=is_meant)
    if reasons:
        raise typer.Exit(NO)


def _show(views: dict[str, Any], reasons: list[str], *, is_meant: bool) -> None:
    rows = [
        [service, each["table"], str(each["rows"]), f"kept until {each['until']}" if "until" in each else "erased"]
        for service, view in views.items()
        for each in (*view["erased"], *view["kept"])
    ]
    show.table(["service", "table", "rows", ""], rows)
    if reasons:
        show.line(("It cannot be done yet", "bold red"), f": {'; '.join(reasons)}.")
    elif is_meant:
        show.line("Erased in billing; the other services follow within seconds. The same command shows what is left.")
    elif any(view["erased"] for view in views.values()):
        show.line("Nothing was changed. `--yes` does it; it cannot be undone.")
    else:
        show.line("Nothing is left to be erased.")
