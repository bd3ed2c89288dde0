"""Mending what differs, through the services' own APIs: dunning and notify take what they missed, and dunning steers
its workflows.
"""

import time
from collections.abc import Collection, Iterator, Sequence
from itertools import chain
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
    Kind,
)
from cli.reconciling.reading import PAGE
from contracts.receivable import Receivable

WITHIN_S = 60.0
"""Since the last change: of fifty thousand workflows the mending alone takes a quarter of an hour."""
BETWEEN_LOOKS_S = 1.0


def mend(comparison: Comparison, found: Sequence[Difference]) -> list[Difference]:
    """What is left once everything that can be mended was, and for a minute nothing more came of it."""
    before, deadline = list[Difference](), 0.0
    while any(each.kind in MENDED for each in found):
        if found != before:
            _mend_each(comparison, [each for each in found if each.kind in MENDED])
            deadline = time.monotonic() + WITHIN_S
        elif time.monotonic() > deadline:
            break
        time.sleep(BETWEEN_LOOKS_S)
        before, found = list(found), comparison.again(found)
    return list(found)


def _mend_each(comparison: Comparison, found: Sequence[Difference]) -> None:
    def of(kinds: Collection[Kind]) -> list[UUID]:
        return [each.invoice_id for each in found if each.kind in kinds]

    mended = chain(
        _take_receivables(comparison, of(MENDED_BY_RECEIVABLE)),
        _tell_notify(comparison, of(MENDED_IN_NOTIFY)),
        _steer(comparison, of(MENDED_BY_STEERING)),
    )
    for count, _ in enumerate(mended, start=1):
        comparison.tell(f"Mending: {count:,} of {len(found):,} differences")


def _take_receivables(comparison: Comparison, invoices: Sequence[UUID]) -> Iterator[UUID]:
    for receivable in _receivables(comparison, invoices):
        comparison.services.dunning.put(f"/cases/{receivable['invoice_id']}/receivable", receivable)
        yield receivable["invoice_id"]


def _tell_notify(comparison: Comparison, invoices: Sequence[UUID]) -> Iterator[UUID]:
    for receivable in _receivables(comparison, invoices):
        comparison.services.notify.put(f"/heard-receivables/{receivable['invoice_id']}", receivable)
        yield receivable["invoice_id"]


def _receivables(comparison: Comparison, invoices: Sequence[UUID]) -> Iterator[dict[str, Any]]:
    """As billing has them now."""
    for start in range(0, len(invoices), PAGE):
        asked = [str(each) for each in invoices[start : start + PAGE]]
        page = comparison.services.billing.get("/receivables", limit=str(PAGE), invoice_id=asked)
        for item in page["items"]:
            yield {name: value for name, value in item.items() if name in Receivable.model_fields}


def _steer(comparison: Comparison, invoices: Sequence[UUID]) -> Iterator[UUID]:
    for invoice in invoices:
        try:
            comparison.services.dunning.json("POST", f"/workflows/{invoice}/steer")
        except Failure as failure:
            if failure.code != UNREACHABLE:
                raise
            # its run before has not ended yet: it is asked for once more
        yield invoice
