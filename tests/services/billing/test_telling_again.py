"""How receivables stand is told once more, after a bus that lost it."""

from datetime import datetime
from typing import Any

import pytest
from sqlmodel import col, select

from chassis.outbox import OutboxMessage
from contracts.events import InvoiceBalanceChanged, InvoiceCancelled, InvoiceIssued, InvoiceSettled
from tests.services.billing.office import Office
from tests.services.billing.till import Till


@pytest.fixture
def till(office: Office) -> Till:
    return Till(office)


async def told(office: Office) -> list[tuple[str, str]]:
    """Each fact of an invoice, with its body."""
    async with office.sessions() as session:
        query = select(OutboxMessage).where(col(OutboxMessage.subject).startswith("billing.invoice."))
        rows = (await session.exec(query.order_by(col(OutboxMessage.position)))).all()
    return [(row.subject, row.body) for row in rows]


async def tell_again(office: Office, since: datetime, **query: str) -> Any:
    return await office.do("POST", "/receivables/tell-again", {"since": since.isoformat()}, params=query)


async def test_each_receivable_that_changed_is_told_as_it_stands(office: Office, till: Till) -> None:
    customer = await office.customer()
    _, part, paid, credited, given_up = [await office.issue(customer) for _ in range(5)]
    await till.receive("P1", "200.00", invoice_number=part["number"])
    await till.receive("P2", "1200.00", invoice_number=paid["number"])
    await office.do("POST", f"/invoices/{credited['id']}/credit", {"reason": "returned"})
    await office.do("POST", f"/receivables/{given_up['id']}/write-off", {"reason": "bankrupt"})
    before = await told(office)

    first = await tell_again(office, datetime.fromisoformat("2020-01-01T00:00:00Z"), limit="3")
    second = await tell_again(office, datetime.fromisoformat("2020-01-01T00:00:00Z"), cursor=first["next"])

    again = (await told(office))[len(before) :]
    assert (first["told"], second) == (3, {"told": 2, "next": None})
    assert sorted(subject for subject, _ in again) == sorted(
        [
            InvoiceIssued.type,
            InvoiceBalanceChanged.type,
            InvoiceSettled.type,
            InvoiceSettled.type,
            InvoiceCancelled.type,
        ]
    )
    assert set(again) <= set(before)


async def test_what_did_not_change_since_is_not_told(office: Office) -> None:
    await office.issue(await office.customer())

    assert await tell_again(office, datetime.fromisoformat("2900-01-01T00:00:00Z")) == {"told": 0, "next": None}
    other = office.of("other")
    assert await tell_again(other, datetime.fromisoformat("2020-01-01T00:00:00Z")) == {"told": 0, "next": None}
