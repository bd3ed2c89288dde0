"""What happened, told by those outside: the SMTP server and the streams."""

import json
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx2
from nats.js import JetStreamContext
from nats.js.api import ConsumerConfig, DeliverPolicy

from contracts.events import CaseClosed, InvoiceReopened, InvoiceSettled, StepCarriedOut

KEY_HEADER = "x-relance-key"
LEEWAY = timedelta(seconds=1)
"""Invariant I1 of docs/operating.md: a reminder may leave this long after the payment is committed."""


@dataclass(frozen=True)
class Email:
    """One message that the SMTP server accepted for a dunning step; `at` is real time."""

    invoice_id: str
    step: str
    occurrence: int
    at: datetime


async def emails(mailbox: str) -> list[Email]:
    """Every e-mail of a dunning step, as the SMTP server received it."""
    return [email for item in await summaries(mailbox) if (email := _email(item))]


async def summaries(mailbox: str) -> list[dict[str, Any]]:
    """Every message that the SMTP server received, oldest first."""
    found: list[dict[str, Any]] = []
    async with httpx2.AsyncClient(timeout=30) as http:
        cursor: str | None = None
        while True:
            query = {"limit": "1000", "order": "oldest"} | ({"cursor": cursor} if cursor else {})
            page = (await http.get(f"{mailbox}/api/messages", params=query)).raise_for_status().json()
            found += page["items"]
            cursor = page["next"]
            if cursor is None:
                return found


def key_of(item: Mapping[str, Any]) -> str:
    """The business key of a dunning step's message; empty for any other message."""
    key: str = next((value for name, value in item["headers"] if name.lower() == KEY_HEADER), "")
    parts = key.split(":")
    return key if len(parts) == 4 and parts[1] != "quote" else ""


def _email(item: Mapping[str, Any]) -> Email | None:
    if not (key := key_of(item)):
        return None
    invoice_id, _, step, occurrence = key.split(":")
    return Email(invoice_id, step, int(occurrence), datetime.fromisoformat(item["at"]))


async def told(js: JetStreamContext, stream: str, subject: str) -> AsyncIterator[tuple[dict[str, Any], datetime]]:
    """Each event of a subject with the real time at which the stream took it."""
    config = ConsumerConfig(deliver_policy=DeliverPolicy.ALL, filter_subject=subject, inactive_threshold=60)
    pull = await js.pull_subscribe(subject, stream=stream, config=config)
    try:
        pending = (await pull.consumer_info()).num_pending or 0
        while pending:
            for message in await pull.fetch(min(pending, 500), timeout=10):
                yield json.loads(message.data), message.metadata.timestamp
                await message.ack()
                pending -= 1
    finally:
        await pull.unsubscribe()


async def carried_out(js: JetStreamContext) -> Counter[str]:
    """How often each step acted, as dunning tells it."""
    return Counter([event["step"] async for event, _ in told(js, "DUNNING", StepCarriedOut.type)])


async def closed(js: JetStreamContext) -> Counter[str]:
    """How many cases closed, by reason."""
    return Counter([str(event["reason"]) async for event, _ in told(js, "DUNNING", CaseClosed.type)])


@dataclass(frozen=True)
class Paid:
    """A span of real time in which an invoice was settled; without an end when it stayed so."""

    since: datetime
    until: datetime | None = None

    def forbids(self, at: datetime) -> bool:
        return at > self.since + LEEWAY and (self.until is None or at < self.until)


async def paid_spans(js: JetStreamContext) -> dict[str, list[Paid]]:
    """When each invoice was settled, and reopened, by the times at which the stream took the events."""
    facts = [(at, event["invoice_id"], True) async for event, at in told(js, "BILLING", InvoiceSettled.type)]
    facts += [(at, event["invoice_id"], False) async for event, at in told(js, "BILLING", InvoiceReopened.type)]
    spans: dict[str, list[Paid]] = {}
    for at, invoice, is_settled in sorted(facts):
        known = spans.setdefault(invoice, [])
        if is_settled:
            known.append(Paid(at))
        elif known:
            known[-1] = Paid(known[-1].since, at)
    return spans


def after_payment(sent: Sequence[Email], paid: Mapping[str, Sequence[Paid]]) -> list[Email]:
    """The e-mails that left more than a second after their invoice was settled, while it was."""
    return [email for email in sent if any(span.forbids(email.at) for span in paid.get(email.invoice_id, ()))]
