"""What the judge expects of each malformed event is what the product makes of it."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from nats.aio.client import Client
from nats.aio.msg import Msg

from chassis.bus import parse
from chassis.envelope import Envelope, Unreadable, envelope_of
from contracts.events import PaymentReceived
from contracts.events.payments import PaymentMethod
from contracts.receivable import ReceivableStatus
from services.billing.payments import domain, matching
from services.billing.payments.handlers import _named
from services.billing.receivables.models import Receivable
from tests.chaos.mischief import CONTRADICTION, KINDS
from tests.chaos.published import Fate

NUMBER = "F-2026-00001"
GOOD = PaymentReceived(
    organisation="demo",
    payment_id="mischief-1",
    amount=Decimal("1.00"),
    currency="EUR",
    received_on=date(2026, 3, 2),
    method=PaymentMethod.TRANSFER,
    invoice_number=NUMBER,
)
RECEIVABLE = {
    "invoice_id": UUID(int=1),
    "organisation": "demo",
    "number": NUMBER,
    "customer_id": UUID(int=2),
    "issue_date": date(2026, 3, 1),
    "due_date": date(2026, 3, 5),
    "total": Decimal(100),
    "balance": Decimal(100),
    "currency": "EUR",
    "status": ReceivableStatus.OPEN,
    "changed_at": datetime(2026, 3, 1, tzinfo=UTC),
}


def made_of(name: str) -> tuple[Fate, str]:
    """What billing makes of an event of this kind, and the reason that it gives."""
    spoil, headers, subject, _ = KINDS[name]
    data = spoil(json.loads(GOOD.model_dump_json(exclude_none=True)))
    reply = "$JS.ACK.PAYMENTS.billing-payment.1.1.1.1767268800000000000.0"
    message = Msg(_client=Client(), subject=subject, reply=reply, data=data, headers=dict(headers))
    try:
        envelope = envelope_of(message)
    except Unreadable as error:
        return Fate.DEAD, str(error)
    return _judged(envelope)


def _judged(envelope: Envelope) -> tuple[Fate, str]:
    try:
        event = parse(envelope)
    except Unreadable as error:
        return (Fate.DEAD if _named(envelope) is None else Fate.REJECTED), str(error)
    assert isinstance(event, PaymentReceived)
    found = Receivable.model_validate(RECEIVABLE) if event.invoice_number == NUMBER else None
    match = matching.by_number(event, found)
    if refusal := domain.why_refused(None, event, match):
        return Fate.REJECTED, refusal
    return (Fate.RECORDED, "") if found else (Fate.UNALLOCATED, match.reason or "")


@pytest.mark.parametrize("name", KINDS)
def test_each_kind_has_the_fate_and_the_reason_that_are_expected_of_it(name: str) -> None:
    *_, expected = KINDS[name]
    fate, reason = made_of(name)

    assert (fate, reason[: len(expected.reason)]) == (expected.fate, expected.reason)
    assert bool(expected.reason) is (name != CONTRADICTION)
