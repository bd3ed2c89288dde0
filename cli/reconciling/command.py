"""`relance reconcile`: what billing, dunning, Temporal and notify say of the same invoices, and mending it."""

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from chassis.auth import Role
from chassis.settings import load
from cli import show
from cli.api import reached
from cli.failure import NO
from cli.options import Json, Organisation, duration
from cli.progress import progress
from cli.reconciling.comparison import Comparison
from cli.reconciling.differences import FOR_THE_RECORD, MENDED, SAYS, Difference
from cli.reconciling.reading import Services
from cli.reconciling.repair import mend
from cli.settings import Settings

SHOWN = 200
PATIENCE_S = 60.0
"""For so long a service that was compared before is waited for."""


def reconcile(
    organisation: Organisation = "demo",
    repair: Annotated[bool, typer.Option("--repair", help="Mend what can be mended; else nothing is changed.")] = False,
    since: Annotated[
        str, typer.Option(metavar="DURATION", help="How far back actions and decisions are compared.")
    ] = "90d",
    as_json: Json = False,
) -> None:
    """Compare what billing, dunning, Temporal and notify say of the same invoices.

    Exit code 1: something differs that is to be mended. What a restored database forgot of the past is listed alone.
    """
    settings, back = load(Settings), duration(since)
    with (
        reached(settings, organisation, Role.ADMIN, patience_s=PATIENCE_S) as apis,
        progress("Comparing") as tell,
    ):
        services = Services(apis.billing, apis.dunning, apis.notify)
        comparison = Comparison(services, back, settings.clock, tell)
        found = comparison.whole()
        remaining = mend(comparison, found) if repair else found
    if as_json:
        told = {"compared": comparison.compared, "found": _rows(found), "remaining": _rows(remaining)}
        show.json_of(told | {"mended": len(found) - len(remaining)})
    else:
        _show(comparison, found, remaining, repair=repair)
    if any(each.kind not in FOR_THE_RECORD for each in remaining):
        raise typer.Exit(NO)


def _show(
    comparison: Comparison, found: Sequence[Difference], remaining: Sequence[Difference], *, repair: bool
) -> None:
    show.line("Compared " + ", ".join(f"{count:,} {name}" for name, count in comparison.compared.items()) + ".")
    if not found:
        show.line("Nothing differs.")
        return
    left, to_mend_first = set(remaining), sorted(found, key=lambda each: each.kind in FOR_THE_RECORD)
    rows = [
        [each.number, each.invoice_id, _state(each, left, repair), SAYS[each.kind], each.detail]
        for each in to_mend_first
    ]
    show.table(["invoice", "id", "", "what differs", "detail"], rows[:SHOWN])
    if len(rows) > SHOWN:
        show.line(f"{SHOWN} of {len(rows)} are shown; --json has all.")
    show.line(f"{len(found)} differences, {len(found) - len(remaining)} mended.")
    if any(each.kind in FOR_THE_RECORD for each in found):
        show.line("What is for the record stays so, and is no failure: nothing is done twice for it.")
    if not repair and any(each.kind in MENDED for each in found):
        show.line("`relance reconcile --repair` mends what can be mended.")


def _state(difference: Difference, left: set[Difference], repair: bool) -> str:
    if difference not in left:
        return "mended"
    if difference.kind in FOR_THE_RECORD:
        return "for the record"
    if difference.kind not in MENDED:
        return "for a person"
    return "not mended" if repair else "can be mended"


def _rows(found: Sequence[Difference]) -> list[dict[str, Any]]:
    return [
        {"invoice_id": str(each.invoice_id), "number": each.number, "kind": each.kind, "detail": each.detail}
        for each in found
    ]
