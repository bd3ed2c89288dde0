"""`relance case show`: a dunning case, its steps to come and its journal as a timeline."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import typer

from chassis.dates import ZONE
from chassis.settings import load
from cli import show
from cli.api import Api, reached
from cli.failure import Commands, Failure
from cli.options import Json, Organisation
from cli.settings import Settings

app = typer.Typer(cls=Commands, no_args_is_help=True)

STYLES = {
    "carried_out": "green",
    "failed": "bold red",
    "uncertain": "bold red",
    "deferred": "yellow",
    "skipped": "dim",
    "superseded": "dim",
}


@app.callback(help="Dunning cases.")
def group() -> None:
    """Keeps `show` a command of its own while it is the only one."""


@app.command("show")
def show_case(
    invoice: Annotated[
        str, typer.Argument(metavar="INVOICE", help="The invoice's number, as F-2026-00042, or its id.")
    ],
    organisation: Organisation = "demo",
    as_json: Json = False,
) -> None:
    """Show the case of an invoice: where it stands, what comes next, and why each step did what it did."""
    with reached(load(Settings), organisation) as services:
        case = services.dunning.get(f"/cases/{_invoice_id(services.dunning, invoice, organisation)}")
    if as_json:
        show.json_of(case)
        return
    _show_head(case)
    _show_timeline(case)


def _invoice_id(api: Api, invoice: str, organisation: str) -> UUID:
    try:
        return UUID(invoice)
    except ValueError:
        pass
    cases = api.get("/cases", number=invoice)["items"]
    if not cases:
        raise Failure(f"INVOICE: there is no case of an invoice {invoice!r} in organisation {organisation}")
    return UUID(cases[0]["invoice_id"])


def _show_head(case: Mapping[str, Any]) -> None:
    state = case["state"]
    closing = f" ({case['closing_reason']}{_note(case['closing_note'])})" if case["closing_reason"] else ""
    show.line((f"{case['number']}", "bold"), f"  {state}{closing}")
    show.line(f"due {case['due_date']}, {case['balance']} of {case['total']} {case['currency']} open")
    version = f" version {case['version']}" if case["version"] else ""
    show.line(f"scenario {case['scenario']}{version}, run {case['run']}, invoice {case['invoice_id']}")
    for hold in case["holds"]:
        until = f" until {_local(hold['until'])}" if hold["until"] else " until someone resumes it"
        show.line((f"{hold['kind']}{until}{_note(hold['note'])}", "yellow"))


def _show_timeline(case: Mapping[str, Any]) -> None:
    """The journal, oldest first, then what is planned."""
    show.line("")
    for entry in sorted(case["journal"], key=lambda entry: entry["id"]):
        _show_entry(entry)
    if case["state"] == "closed":
        return
    for planned in case["planned"]:
        day = f"J{planned['days']:+d} {planned['kind']}"
        show.line((f"{_local(planned['moment'])}  planned      {_step(planned)} ({day})", "dim"))


def _show_entry(entry: Mapping[str, Any]) -> None:
    outcome = entry["outcome"]
    what = _step(entry) if entry["step"] else "case"
    show.line(
        f"{_local(entry['decided_at'])}  ",
        (f"{outcome:<12}", STYLES.get(outcome, "bold")),
        f" {what}: {entry['reason']}{_note(entry['detail'])}",
    )
    if entry["balance"] is not None:
        show.line(f"{'':32}balance {entry['balance']} {entry['currency']}, {_evidence(entry)}".rstrip(", "))
    if entry["retry_at"]:
        show.line(f"{'':32}tried again {_local(entry['retry_at'])}")


def _evidence(entry: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in entry["evidence"].items())


def _step(entry: Mapping[str, Any]) -> str:
    occurrence = entry["occurrence"] or 1
    return f"{entry['step']}{f' #{occurrence}' if occurrence > 1 else ''}"


def _note(text: str) -> str:
    return f", {text}" if text else ""


def _local(moment: str) -> str:
    return f"{datetime.fromisoformat(moment).astimezone(ZONE):%Y-%m-%d %H:%M}"
