"""Issued invoices as billing tells of them, and their events waiting in the stream."""

import asyncio
from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID, uuid4

from chassis.clock import real_now
from chassis.publish import headers_of
from contracts.events import InvoiceIssued
from tests.bench.ground import Ground

AT_ONCE = 200


def issued(count: int, *, due: date | None = None) -> list[InvoiceIssued]:
    """Of a customer each, due in a month unless told otherwise."""
    due = due or real_now().date() + timedelta(days=30)
    return [_issued(number, due) for number in range(count)]


def _issued(number: int, due: date) -> InvoiceIssued:
    facts = {
        "invoice_id": str(uuid4()),
        "number": f"F-2026-{number:06d}",
        "customer": InvoiceIssued.example["customer"] | {"customer_id": str(uuid4())},
        "issue_date": (due - timedelta(days=30)).isoformat(),
        "due_date": due.isoformat(),
    }
    return InvoiceIssued.model_validate(InvoiceIssued.example | facts)


async def publish(ground: Ground, events: Sequence[InvoiceIssued]) -> None:
    """Once it returns the stream keeps them all, in this order but for a few."""
    js, now = ground.js, real_now()
    for first in range(0, len(events), AT_ONCE):
        batch = events[first : first + AT_ONCE]
        await asyncio.gather(
            *(
                js.publish(
                    event.type,
                    event.model_dump_json().encode(),
                    headers=headers_of(event, str(uuid4()), "urn:relance:billing", now),
                    timeout=10,
                )
                for event in batch
            )
        )


def identities(events: Sequence[InvoiceIssued]) -> list[UUID]:
    return [event.invoice_id for event in events]
