"""What billing answers to a payment event: an event of its own, a dead letter, or nothing when it knew it before."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import inf
from time import monotonic
from typing import Any
from urllib.parse import quote

from chassis.publish import Connection, Receipt, publish
from chassis.watch import Heard, Watch, is_dealt_with, watching
from cli import show
from cli.api import reached
from cli.failure import Failure
from cli.settings import Settings
from contracts.events import PaymentApplied, PaymentReceived, PaymentRejected, PaymentReversed, PaymentUnallocated
from contracts.events.billing import PaymentEvent
from contracts.topology import ADVISORIES, BILLING_PAYMENT

ANSWERS: tuple[type[PaymentEvent], ...] = (PaymentApplied, PaymentUnallocated, PaymentRejected)
DEAD = f"{ADVISORIES}.MSG_TERMINATED.{BILLING_PAYMENT.stream}.{BILLING_PAYMENT.durable}"
SILENCE_S = 2.0
"""After the event is dealt with: an answer, if there is one, leaves the outbox at once."""


@dataclass(frozen=True)
class Answer:
    """`outcome` is billing's event; `dead` why the message became a dead letter; `silent`: dealt with, no event."""

    event: PaymentReceived | PaymentReversed
    identity: str
    receipt: Receipt
    outcome: PaymentEvent | None = None
    dead: str | None = None
    silent: bool = False

    @property
    def refused(self) -> bool:
        return self.dead is not None or isinstance(self.outcome, PaymentRejected)

    @property
    def is_known(self) -> bool:
        return self.outcome is not None or self.dead is not None or self.silent

    def as_json(self) -> dict[str, Any]:
        outcome = self.outcome and {"type": self.outcome.type} | self.outcome.model_dump(mode="json")
        return {
            "type": self.event.type,
            "payment_id": self.event.payment_id,
            "event_id": self.identity,
            "stream": self.receipt.stream,
            "sequence": self.receipt.sequence,
            "duplicate": self.receipt.duplicate,
            "answer": outcome,
            "dead_letter": self.dead,
            "known_before": self.silent,
        }


async def publish_and_wait(
    connection: Connection,
    event: PaymentReceived | PaymentReversed,
    *,
    identity: str,
    source: str,
    at: datetime,
    wait: timedelta,
    stored: Callable[[Answer], None],
) -> Answer:
    """Publish, tell `stored` of it, then wait that long for what billing says of this payment."""
    js = connection.jetstream(timeout=5)
    async with watching(connection, *(kind.type for kind in ANSWERS), DEAD) as watch:
        receipt = await publish(js, event, identity=identity, source=source, at=at)
        answer = Answer(event, identity, receipt)
        stored(answer)
        return await _answered(answer, watch, connection, wait=wait.total_seconds())


async def _answered(answer: Answer, watch: Watch, connection: Connection, *, wait: float) -> Answer:
    """Billing answers each fact once: no answer soon after it has dealt with the message means that it knew it."""
    until, silent_at = monotonic() + wait, inf
    while (now := monotonic()) < min(until, silent_at):
        heard = await watch.next(within=min(0.2, until - now))
        if heard is not None:
            if known := _judged(heard, answer):
                return known
        elif silent_at == inf and await _is_dealt_with(connection, answer.receipt):
            silent_at = monotonic() + SILENCE_S
    return replace(answer, silent=silent_at <= until)


async def _is_dealt_with(connection: Connection, receipt: Receipt) -> bool:
    """False too where nobody says so: on a bus with users a publisher may not ask."""
    try:
        return await is_dealt_with(connection.jetstream(), BILLING_PAYMENT, receipt.sequence)
    except TimeoutError:
        return False


def _judged(heard: Heard, answer: Answer) -> Answer | None:
    if heard.subject == DEAD:
        advisory = json.loads(heard.data)
        is_ours = advisory.get("stream_seq") == answer.receipt.sequence
        return replace(answer, dead=str(advisory.get("reason", ""))) if is_ours else None
    outcome = _outcome(heard, answer.event)
    return replace(answer, outcome=outcome) if outcome else None


def _outcome(heard: Heard, event: PaymentReceived | PaymentReversed) -> PaymentEvent | None:
    kind = next(kind for kind in ANSWERS if kind.type == heard.subject)
    outcome = kind.model_validate_json(heard.data)
    is_ours = (outcome.organisation, outcome.payment_id) == (event.organisation, event.payment_id)
    return outcome if is_ours else None


def show_stored(answer: Answer) -> None:
    receipt, event = answer.receipt, answer.event
    was = "the bus had it already" if receipt.duplicate else "published"
    show.line(f"{was}: {event.type} {event.payment_id} ({receipt.stream} {receipt.sequence}, event {answer.identity})")


def show_answer(answer: Answer, settings: Settings, organisation: str) -> None:
    if answer.outcome is not None:
        _show_outcome(answer.outcome, answer.event)
    elif answer.dead is not None:
        show.line(("dead letter", "bold red"), f": {answer.dead}")
        show.line("`relance dead-letters list` has it; publish a corrected event.")
    elif answer.silent:
        show.line("Billing knew this very event and answers each once.")
        _show_record(settings, organisation, answer.event.payment_id)
    else:
        show.line("No answer of billing in this time; the event is stored and will be answered.")


def _show_outcome(outcome: PaymentEvent, event: PaymentReceived | PaymentReversed) -> None:
    is_undone = isinstance(event, PaymentReversed) and isinstance(outcome, PaymentApplied)
    word = "reversed" if is_undone else outcome.type.split(".")[2]
    show.line((word, "bold red" if word == "rejected" else "bold"), _because(outcome.reason))
    for allocation in outcome.allocations:
        amount = allocation.amount
        way = "to" if amount > 0 else "back from"
        show.line(f"  {abs(amount):f} {outcome.currency} {way} {allocation.number}")
    if outcome.unallocated:
        show.line(f"  {outcome.unallocated:f} {outcome.currency} not allocated")


def _because(reason: str | None) -> str:
    return f": {reason}" if reason else ""


def _show_record(settings: Settings, organisation: str, payment_id: str) -> None:
    """What billing's API has of the payment; a detail that may be out of reach from here."""
    try:
        with reached(settings, organisation) as services:
            payment = services.billing.find(f"/payments/{quote(payment_id, safe='')}")
    except Failure:
        return
    if payment:
        show.line((payment["status"], "bold"), _because(payment["reason"]))
