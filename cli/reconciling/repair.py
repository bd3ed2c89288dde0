"""Mending what differs, through the services' own APIs: dunning takes what it missed, and steers its workflows."""

import time
from collections.abc import Sequence
from uuid import UUID

from cli.failure import UNREACHABLE, Failure
from cli.reconciling.comparison import Comparison
from cli.reconciling.differences import MENDED_BY_RECEIVABLE, MENDED_BY_STEERING, Difference
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
            _steer(comparison, [each.invoice_id for each in found if each.kind in MENDED_BY_STEERING])
        if not any(each.kind in MENDED_BY_RECEIVABLE | MENDED_BY_STEERING for each in found):
            break
        time.sleep(BETWEEN_LOOKS_S)
        before, found = list(found), comparison.again(found)
    return list(found)


def _take_receivables(comparison: Comparison, invoices: Sequence[UUID]) -> None:
    for start in range(0, len(invoices), PAGE):
        asked = [str(each) for each in invoices[start : start + PAGE]]
        page = comparison.services.billing.get("/receivables", limit=str(PAGE), invoice_id=asked)
        for item in page["items"]:
            receivable = {name: value for name, value in item.items() if name in Receivable.model_fields}
            comparison.services.dunning.json("PUT", f"/cases/{item['invoice_id']}/receivable", json=receivable)


def _steer(comparison: Comparison, invoices: Sequence[UUID]) -> None:
    for invoice in invoices:
        try:
            comparison.services.dunning.json("POST", f"/workflows/{invoice}/steer")
        except Failure as failure:
            if failure.code != UNREACHABLE:
                raise
            # its run before has not ended yet: it is asked for once more
