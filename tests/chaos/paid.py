"""When nothing was owed on each invoice any more, as PostgreSQL's commits tell it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from tests.chaos.evidence import Evidence

Span = tuple[datetime, datetime | None]
"""Real time: from the commit that left nothing to the one that undid it; None while it stays so."""


def settled_spans(evidence: Evidence) -> Mapping[str, Sequence[Span]]:
    """By invoice: paid, or taken back by a credit note, which nothing undoes."""
    spans = {invoice: list(found) for invoice, found in paid_spans(evidence).items()}
    for each in evidence.credited:
        spans.setdefault(each.invoice_id, []).append((each.committed, None))
    return spans


def paid_spans(evidence: Evidence) -> Mapping[str, Sequence[Span]]:
    """By invoice. One that was undone by the very commit that made it is none."""
    owed = {str(each.invoice_id): each.total for each in evidence.receivables}
    spans: dict[str, list[Span]] = defaultdict(list)
    for movement in evidence.movements:
        invoice = movement.invoice_id
        before, owed[invoice] = owed[invoice], owed[invoice] - movement.amount
        if before > 0 >= owed[invoice]:
            spans[invoice].append((movement.committed, None))
        if before <= 0 < owed[invoice]:
            spans[invoice][-1] = (spans[invoice][-1][0], movement.committed)
    return {invoice: [span for span in found if span[0] != span[1]] for invoice, found in spans.items()}
