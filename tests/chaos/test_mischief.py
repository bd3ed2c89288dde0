"""What the judge expects of each malformed event is what the product makes of it."""

import json
import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from nats.aio.client import Client
from nats.aio.msg import Msg

from chassis.bus import parse
from chassis.envelope import Envelope, Unreadable, envelope_of
from contracts.events import PaymentReceived, PaymentReversed
from contracts.events.payments import PaymentMethod
from contracts.receivable import ReceivableStatus
from deploy.local.player import Settlement
from deploy.local.seed import ORGANISATION
from services.billing.payments import domain, matching
from services.billing.payments.handlers import _named
from services.billing.receivables.models import Receivable
from tests.chaos.mischief import Mischief, mischief_for
from tests.chaos.portfolio import ORGANISATIONS, deeds
from tests.chaos.published import Fate, carried
from tests.chaos.slips import CONTRADICTION, SLIPS

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
BACK = PaymentReversed(
    organisation="demo", payment_id="mischief-1", reversed_on=date(2026, 3, 9), reason="insufficient funds"
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


def a_mischief(name: str, *, is_structured: bool = False) -> Mischief:
    return Mischief(name, Settlement("mischief-1", "sale", date(2026, 3, 2), Decimal(1)), is_structured)


def written(mischief: Mischief) -> tuple[bytes, dict[str, str]]:
    good = BACK if mischief.slip.is_of_a_reversal else GOOD
    data, headers = mischief.written(json.loads(good.model_dump_json(exclude_none=True)))
    return data, dict(headers)


def delivered(subject: str, data: bytes, headers: dict[str, str], number: int = 1) -> Msg:
    reply = f"$JS.ACK.PAYMENTS.billing-payment.1.{number}.{number}.1767268800000000000.0"
    return Msg(_client=Client(), subject=subject, reply=reply, data=data, headers=headers)


def made_of(mischief: Mischief) -> tuple[Fate, str]:
    """What billing makes of it, and the reason that it gives."""
    try:
        envelope = envelope_of(delivered(mischief.slip.subject, *written(mischief)))
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


FORMS = [(name, form) for name, slip in SLIPS.items() for form in ((False, True) if slip.has_a_body else (False,))]


@pytest.mark.parametrize(("name", "is_structured"), FORMS)
def test_each_slip_has_the_fate_and_the_reason_that_are_expected_of_it_in_either_mode(
    name: str, is_structured: bool
) -> None:
    expected = SLIPS[name].expected
    fate, reason = made_of(a_mischief(name, is_structured=is_structured))

    assert (fate, reason[: len(expected.reason)]) == (expected.fate, expected.reason)
    assert bool(expected.reason) is (name != CONTRADICTION)


def test_what_is_published_in_structured_mode_is_known_by_its_content() -> None:
    bare, whole = (written(a_mischief("a field too many", is_structured=form))[0] for form in (False, True))
    assert bare != whole
    assert carried(bare) == carried(whole) == json.loads(bare)
    assert carried(written(a_mischief("in structured mode, without data"))[0]) is None
    assert carried(written(a_mischief("in structured mode, of another type"))[0]) == json.loads(
        GOOD.model_dump_json(exclude_none=True)
    )
    assert carried(b"[]") is None


@pytest.mark.parametrize("is_structured", [False, True])
def test_two_organisations_slips_in_a_payment_of_the_same_id_are_two_events(is_structured: bool) -> None:
    mischief = a_mischief("a field too many", is_structured=is_structured)
    good = json.loads(GOOD.model_dump_json(exclude_none=True))
    known = {
        envelope_of(delivered(mischief.slip.subject, data, dict(headers), number)).id
        for number, organisation in enumerate(ORGANISATIONS, start=1)
        for data, headers in [mischief.written(good | {"organisation": organisation})]
    }
    assert len(known) == len(ORGANISATIONS)


BEGIN = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.mark.parametrize(("invoices", "days", "least"), [(60, 24, 1), (500, 75, 20)])
def test_a_run_refuses_payments_and_reversals_that_come_again_corrected(invoices: int, days: int, least: int) -> None:
    for seed in range(20):
        found = deeds(seed, ORGANISATION, invoices=invoices, begin=BEGIN, end=BEGIN + timedelta(days=days))
        right = {deed.act: deed.at for deed in reversed(found) if isinstance(deed.act, Settlement)}
        slips = [deed for deed in found if isinstance(deed.act, Mischief) and deed.act.slip.is_rejected]
        corrected = [each.act for each in slips if isinstance(each.act, Mischief) and each.act.settlement in right]
        assert sum(not each.slip.is_of_a_reversal for each in corrected) >= least
        assert invoices < 500 or any(each.slip.is_of_a_reversal for each in corrected)


def test_a_slip_comes_shortly_before_its_correction_and_says_whose_it_is() -> None:
    paid = Settlement("sale-pay", "sale", date(2026, 3, 9), Decimal(100))
    bounced = Settlement("sale-bounce", "sale", date(2026, 3, 9), Decimal(100), undone="sale-pay")
    told = [(BEGIN + timedelta(days=7), paid), (BEGIN + timedelta(days=9), bounced)]
    chance, met = random.Random(7), set()
    for number in range(400):
        at, mischief = mischief_for(chance, "sale", number, told, BEGIN)
        if mischief.settlement in (paid, bounced):
            due = BEGIN + timedelta(days=7 if mischief.settlement is paid else 9)
            assert timedelta(0) <= due - at <= timedelta(days=1)
            assert mischief.slip.is_rejected
            assert mischief.slip.is_of_a_reversal is (mischief.settlement is bounced)
            met.add((mischief.name, mischief.is_structured))
    assert met == {(name, form) for name, form in FORMS if SLIPS[name].is_rejected}
