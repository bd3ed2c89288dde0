"""How long things took, read from the evidence. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from contracts import events as e
from tests.bench.measure import percentile
from tests.chaos.evidence import Evidence, field_of

SHARES = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "most": 1.0}


@dataclass(frozen=True)
class Spread:
    """Seconds; `count` is of how many things."""

    title: str
    count: int
    seconds: Mapping[str, float]

    @classmethod
    def of(cls, title: str, values: Sequence[float]) -> "Spread":
        return cls(title, len(values), {name: percentile(values, share) for name, share in SHARES.items() if values})


def payment_times(evidence: Evidence, wave_at: datetime) -> list[Spread]:
    """From the stream's having the payment to billing's commit, and to the stream's having that its case is closed.

    Apart: the payments before the wave, and those while it was carried out and after.
    """
    invoices = {receivable.number: str(receivable.invoice_id) for receivable in evidence.receivables}
    applied = {movement.invoice_id: movement.committed for movement in evidence.movements}
    closed = {field_of(each, "invoice_id"): each.at for each in evidence.told(e.CaseClosed.type)}
    published = {
        invoices.get(field_of(each, "invoice_number"), ""): each.at for each in evidence.told(e.PaymentReceived.type)
    }
    spreads = []
    for title, ends in (("payment to applied", applied), ("payment to closed case", closed)):
        took = {invoice: (ends[invoice] - at).total_seconds() for invoice, at in published.items() if invoice in ends}
        early = [seconds for invoice, seconds in took.items() if published[invoice] < wave_at]
        late = [seconds for invoice, seconds in took.items() if published[invoice] >= wave_at]
        spreads += [Spread.of(f"{title}, before the wave", early), Spread.of(f"{title}, from the wave on", late)]
    return spreads


def lateness(evidence: Evidence, wave_at: datetime) -> Spread:
    """Of the wave's messages: how long after its instant the relay had them."""
    late = [(mail.received - wave_at).total_seconds() for mail in evidence.mails]
    return Spread.of("step of the wave to accepted message", late)


def applied_between(evidence: Evidence, begin: datetime, end: datetime) -> float:
    """Payments committed a second, between two real instants."""
    count = sum(begin <= movement.committed < end for movement in evidence.movements)
    return count / (end - begin).total_seconds()
