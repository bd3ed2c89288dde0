"""Everything that is known of one invoice, in the order of real time, with the blows that fell meanwhile."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tests.chaos.blows import Blow
from tests.chaos.concerned import Concerned
from tests.chaos.evidence import Evidence, Heard, invoice_of
from tests.chaos.verdict import Setting

AROUND = timedelta(seconds=20)
"""Blows this long before and after what concerns the invoice are shown."""
TOLD = (
    *("payment_id", "invoice_number", "amount", "allocations", "unallocated", "reversed_on"),
    *("balance", "version", "step", "reason", "outcome"),
)
"""What is shown of an event, where it says so."""


@dataclass(frozen=True)
class Moment:
    at: datetime
    who: str
    what: str

    def __str__(self) -> str:
        return f"{self.at:%H:%M:%S.%f} {self.who:<9} {self.what}"


def timeline(evidence: Evidence, setting: Setting, invoice_id: str, blows: Sequence[Blow]) -> list[Moment]:
    told = sorted(_Story(evidence, setting, invoice_id).moments(), key=lambda moment: moment.at)
    if not told:
        return []
    first, last = told[0].at - AROUND, told[-1].at + AROUND
    struck = [Moment(blow.at, "chaos", _told(blow)) for blow in blows if first <= blow.at <= last]
    return sorted([*told, *struck], key=lambda moment: moment.at)


def _told(blow: Blow) -> str:
    return (
        f"{blow.strike} (killed: {', '.join(blow.hit)})" if blow.hit else f"{blow.strike} ({blow.effect or 'in vain'})"
    )


class _Story:
    def __init__(self, evidence: Evidence, setting: Setting, invoice_id: str) -> None:
        self.evidence, self.invoice_id, self.real = evidence, invoice_id, setting.clock.real
        self.concerned = Concerned(evidence, setting.published)

    def moments(self) -> Iterator[Moment]:
        yield from self._of_streams()
        yield from self._of_payments()
        yield from self._of_messages()
        yield from self._of_the_case()

    def _of_streams(self) -> Iterator[Moment]:
        """Also the events that name only a payment of the invoice, and what died of all these."""
        shown: dict[tuple[str, int], Heard] = {}
        for heard in self.evidence.heard:
            if self.invoice_id in self.concerned.of_event(heard.body):
                shown[heard.stream, heard.sequence] = heard
                what = f"{heard.stream} {heard.sequence}: {heard.subject} {_facts(heard.body or {})}"
                yield Moment(heard.at, "stream", what)
        for letter in self.evidence.dead:
            if event := shown.get((letter.stream, letter.sequence)):
                died = (
                    f"{letter.stream} {letter.sequence} died at {letter.consumer}, delivered {letter.deliveries} times"
                )
                yield Moment(letter.at or event.at, "stream", f"{died}: {letter.reason}")

    def _of_payments(self) -> Iterator[Moment]:
        for identity, payment in self.evidence.payments.items():
            if self.invoice_id in self.concerned.of_payment(identity):
                payment_id = payment.payment_id
                what = f"payment {payment_id} of {payment.amount}: {payment.status}, {payment.reason or 'no reason'}"
                yield Moment(self.real(payment.recorded_at), "billing", what)
                for refusal in payment.refusals:
                    what = f"refuses {refusal.type} of {payment_id}, {refusal.reason}: {refusal.content}"
                    yield Moment(self.real(refusal.refused_at), "billing", what)
        for movement in self.evidence.movements:
            if movement.invoice_id == self.invoice_id:
                yield Moment(movement.committed, "database", f"{movement.amount} committed")
        for credited in self.evidence.credited:
            if credited.invoice_id == self.invoice_id:
                yield Moment(credited.committed, "database", "a credit note committed")

    def _of_messages(self) -> Iterator[Moment]:
        for mail in self.evidence.mails:
            if mail.invoice_id == self.invoice_id:
                yield Moment(mail.began, "relay", f"listens to {mail.key}")
                yield Moment(mail.received, "relay", f"has {mail.key}")
        for told in self.evidence.conversations:
            if told.kept is None and invoice_of(told.key) == self.invoice_id:
                yield Moment(told.received, "relay", f"does not keep {told.key}: {told.fault}")
        for message in self.evidence.messages:
            if str(message.invoice_id) == self.invoice_id:
                what = f"{message.key}: {message.status}, {message.reason or 'no reason'}"
                yield Moment(message.handed_over_at or self.real(message.requested_at), "notify", what)
        for paper in self.evidence.papers:
            if paper.invoice_id == self.invoice_id:
                at = paper.committed or self.real(paper.asked_at)
                yield Moment(
                    at, "notify", f"{paper.key}: {paper.status}, asked for at {self.real(paper.asked_at):%H:%M:%S}"
                )

    def _of_the_case(self) -> Iterator[Moment]:
        for entry in self.evidence.journal:
            if str(entry.invoice_id) == self.invoice_id:
                what = f"{entry.step or 'case'}: {entry.outcome}, {entry.reason} {entry.detail}"
                yield Moment(self.real(entry.decided_at), "journal", what)
        for run in self.evidence.runs:
            if run.invoice_id == self.invoice_id:
                failed = f", its tasks failed: {run.failures}" if run.failures else ""
                yield Moment(run.began, "temporal", f"a run began; it is {run.status}{failed}")


def _facts(body: Mapping[str, Any]) -> dict[str, Any]:
    return {name: body[name] for name in TOLD if body.get(name) not in (None, [])}
