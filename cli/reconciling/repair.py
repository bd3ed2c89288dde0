"""Mending what differs, through the services' own APIs: dunning and notify take what they missed, and dunning steers
its workflows.
"""

import time
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from cli.failure import UNREACHABLE, Failure
from cli.reconciling.comparison import Comparison
from cli.reconciling.differences import (
    MENDED,
    MENDED_BY_RECEIVABLE,
    MENDED_BY_STEERING,
    MENDED_IN_NOTIFY,
    Difference,
)
from cli.reconciling.reading import PAGE
from contracts.receivable import Receivable

WITHIN_S = 60.0
BETWEEN_LOOKS_S = 1.0


def mend(comparison: Comparison, found: Sequence[Difference]) -> list[Difference]:
    """What is left once everything that can be mended was, waited for up to a minute."""
    before: list[Difference] = []
    deadline = time.monotonic() + WITHIN_S
    while found and time.monotonic() < deadline:
        if found != before:
            _take_receivables(comparison, [each.invoice_id for each in found if each.kind in MENDED_BY_RECEIVABLE])
            _tell_notify(comparison, [each.invoice_id for each in found if each.kind in MENDED_IN_NOTIFY])
            _steer(comparison, [each.invoice_id for each in found if each.kind in MENDED_BY_STEERING])
        if not any(each.kind in MENDED for each in found):
            break
        time.sleep(BETWEEN_LOOKS_S)
        before, found = list(found), comparison.again(found)
    return list(found)


def _take_receivables(comparison: Comparison, invoices: Sequence[UUID]) -> None:
    for receivable in _receivables(comparison, invoices):
        comparison.services.dunning.put(f"/cases/{receivable['invoice_id']}/receivable", receivable)


def _tell_notify(comparison: Comparison, invoices: Sequence[UUID]) -> None:
    for receivable in _receivables(comparison, invoices):
        comparison.services.notify.put(f"/heard-receivables/{receivable['invoice_id']}", receivable)


def _receivables(comparison: Comparison, invoices: Sequence[UUID]) -> Iterator[dict[str, Any]]:
    """As billing has them now."""
    for start in range(0, len(invoices), PAGE):
        asked = [str(each) for each in invoices[start : start + PAGE]]
        page = comparison.services.billing.get("/receivables", limit=str(PAGE), invoice_id=asked)
        for item in page["items"]:
            yield {name: value for name, value in item.items() if name in Receivable.model_fields}


def _steer(comparison: Comparison, invoices: Sequence[UUID]) -> None:
    for invoice in invoices:
        try:
            comparison.services.dunning.json("POST", f"/workflows/{invoice}/steer")
        except Failure as failure:
            if failure.code != UNREACHABLE:
                raise
            # its run before has not ended yet: it is asked for once more
