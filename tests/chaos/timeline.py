"""Everything that is known of one invoice, in the order of real time, with the blows that fell meanwhile."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from contracts.clock import Clock
from tests.chaos.blows import Blow
from tests.chaos.evidence import Evidence

AROUND = timedelta(seconds=20)
"""Blows this long before and after what concerns the invoice are shown."""


@dataclass(frozen=True)
class Moment:
    at: datetime
    who: str
    what: str

    def __str__(self) -> str:
        return f"{self.at:%H:%M:%S.%f} {self.who:<9} {self.what}"


def timeline(evidence: Evidence, invoice_id: str, blows: Sequence[Blow], clock: Clock) -> list[Moment]:
    told = sorted(_of_invoice(evidence, invoice_id, clock), key=lambda moment: moment.at)
    if not told:
        return []
    first, last = told[0].at - AROUND, told[-1].at + AROUND
    struck = [Moment(blow.at, "chaos", _told(blow)) for blow in blows if first <= blow.at <= last]
    return sorted([*told, *struck], key=lambda moment: moment.at)


def _told(blow: Blow) -> str:
    return (
        f"{blow.strike} (killed: {', '.join(blow.hit)})" if blow.hit else f"{blow.strike} ({blow.effect or 'in vain'})"
    )


def _of_invoice(evidence: Evidence, invoice_id: str, clock: Clock) -> Iterator[Moment]:
    numbers = {each.number for each in evidence.receivables if str(each.invoice_id) == invoice_id}
    for heard in evidence.heard:
        body = heard.body or {}
        names = {str(body.get("invoice_id")), str(body.get("key", "")).partition(":")[0]}
        if invoice_id in names or body.get("invoice_number") in numbers:
            facts = {
                name: body[name]
                for name in ("payment_id", "amount", "balance", "version", "step", "reason", "outcome")
                if body.get(name) is not None
            }
            yield Moment(heard.at, "stream", f"{heard.subject} {facts}")
    for movement in evidence.movements:
        if movement.invoice_id == invoice_id:
            yield Moment(movement.committed, "database", f"{movement.amount} committed")
    for mail in evidence.mails:
        if mail.invoice_id == invoice_id:
            yield Moment(mail.began, "relay", f"listens to {mail.key}")
            yield Moment(mail.received, "relay", f"has {mail.key}")
    for message in evidence.messages:
        if str(message.invoice_id) == invoice_id:
            what = f"{message.key}: {message.status}, {message.reason or 'no reason'}"
            yield Moment(message.handed_over_at or clock.real(message.requested_at), "notify", what)
    for entry in evidence.journal:
        if str(entry.invoice_id) == invoice_id:
            what = f"{entry.step or 'case'}: {entry.outcome}, {entry.reason} {entry.detail}"
            yield Moment(clock.real(entry.decided_at), "journal", what)
    for run in evidence.runs:
        if run.invoice_id == invoice_id:
            failed = f", its tasks failed: {run.failures}" if run.failures else ""
            yield Moment(run.began, "temporal", f"a run began; it is {run.status}{failed}")
