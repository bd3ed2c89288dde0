"""What happened, told by those outside: the SMTP server and the streams."""

import json
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx2
from nats.js import JetStreamContext
from nats.js.api import ConsumerConfig, DeliverPolicy

from contracts.events import CaseClosed, InvoiceSettled, StepCarriedOut

KEY_HEADER = "x-relance-key"
LEEWAY = timedelta(seconds=1)
"""Invariant I1: a reminder may leave this long after the payment is committed."""


@dataclass(frozen=True)
class Email:
    """One message that the SMTP server accepted for a dunning step; `at` is real time."""

    invoice_id: str
    step: str
    occurrence: int
    at: datetime


async def emails(mailbox: str) -> list[Email]:
    """Every e-mail of a dunning step, as the SMTP server received it."""
    found: list[Email] = []
    async with httpx2.AsyncClient(timeout=30) as http:
        cursor: str | None = None
        while True:
            query = {"limit": "1000", "order": "oldest"} | ({"cursor": cursor} if cursor else {})
            page = (await http.get(f"{mailbox}/api/messages", params=query)).raise_for_status().json()
            found += [email for item in page["items"] if (email := _email(item))]
            cursor = page["next"]
            if cursor is None:
                return found


def _email(item: Mapping[str, Any]) -> Email | None:
    key = next((value for name, value in item["headers"] if name.lower() == KEY_HEADER), "")
    parts = key.split(":")
    if len(parts) != 4 or parts[1] == "quote":
        return None
    return Email(parts[0], parts[2], int(parts[3]), datetime.fromisoformat(item["at"]))


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


async def settled_at(js: JetStreamContext) -> dict[str, datetime]:
    """When each invoice was first settled: the real time at which its event reached the stream."""
    times: dict[str, datetime] = {}
    async for event, at in told(js, "BILLING", InvoiceSettled.type):
        times.setdefault(event["invoice_id"], at)
    return times


def after_payment(sent: list[Email], settled: Mapping[str, datetime]) -> list[Email]:
    """The e-mails that left more than a second after their invoice was settled."""
    return [email for email in sent if email.invoice_id in settled and email.at > settled[email.invoice_id] + LEEWAY]
