"""What the judge of `make chaos` expects of a refused event and of its correction is what billing makes of them."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import permutations
from typing import Any, cast
from uuid import UUID

import pytest
from nats.aio.client import Client as Nats
from sqlmodel import col, select

from chassis.clock import Now, real_now
from chassis.outbox import OutboxMessage
from contracts.clock import Clock
from contracts.events import PaymentReceived, PaymentReversed
from deploy.local.player import Issued, Sale, Settlement
from services.billing.receivables.schemas import ReceivableItem
from tests.chaos.evidence import Evidence, Heard, KnownPayment
from tests.chaos.mischief import Mischief
from tests.chaos.payments import every_payment_has_an_outcome
from tests.chaos.portfolio import Deed
from tests.chaos.published import RECORDED, REVERSED, Published
from tests.chaos.publisher import StubbornPlayer
from tests.chaos.slips import SLIPS
from tests.chaos.test_corrections import CORRECTED
from tests.chaos.test_judge import GOOD, NOON, SETTING
from tests.chaos.verdict import Verdict
from tests.services.billing.office import Office
from tests.services.billing.test_payments_on_the_bus import listening, until_all_is_done
from tests.services.billing.till import Till, a_payment, a_reversal

REJECTED = [name for name, slip in SLIPS.items() if slip.is_rejected]


@pytest.fixture
def till(office: Office) -> Till:
    return Till(office)


def facts(name: str, payment_id: str, number: str) -> tuple[Published, Published, Published]:
    """The slip, the payment, and its reversal; the slip is in one of the two."""
    slip, paid, back = SLIPS[name], a_payment(payment_id, invoice_number=number), a_reversal(payment_id)
    spoilt = json.loads(slip.spoil(back if slip.is_of_a_reversal else paid))
    return (
        Published(0, slip.subject, spoilt, slip.expected),
        Published(0, PaymentReceived.type, paid, RECORDED),
        Published(0, PaymentReversed.type, back, REVERSED),
    )


async def evidence_of(office: Office, told: Sequence[Published]) -> Evidence:
    async with office.sessions() as session:
        rows = (await session.exec(select(OutboxMessage).order_by(col(OutboxMessage.position)))).all()
    came = [Heard("PAYMENTS", each.sequence, each.subject, "", dict(each.body or {}), NOON) for each in told]
    answers = [Heard("BILLING", 1, row.subject, str(row.id), json.loads(row.body), NOON) for row in rows]
    items = (await office.do("GET", "/payments?limit=200"))["items"]
    payments = [KnownPayment.model_validate({"organisation": office.organisation, **item}) for item in items]
    receivables = (await office.do("GET", "/receivables?limit=200"))["items"]
    return replace(
        GOOD,
        heard=[*came, *answers],
        payments={each.identity: each for each in payments},
        receivables=[ReceivableItem.model_validate(each) for each in receivables],
    )


def checked(verdict: Verdict, title: str) -> int:
    return next(count.checked for count in verdict.counts if count.title == title)


@pytest.mark.parametrize("name", REJECTED)
async def test_a_slip_and_its_correction_end_as_the_judge_expects_in_any_order_and_however_often(
    office: Office, till: Till, name: str
) -> None:
    customer, told, balances = await office.customer(), list[Published](), dict[str, Decimal]()
    for length in (2, 3):
        for order in permutations(range(length)):
            number = (await office.issue(customer))["number"]
            known = facts(name, f"P-{number}", number)
            balances[number] = Decimal(0) if length == 2 else Decimal(1200)
            for place in (*order, *reversed(order)):  # each a second time, late
                office.now += timedelta(seconds=1)
                told.append(replace(known[place], sequence=len(told) + 1))
                await till.take(told[-1].subject, dict[str, Any](told[-1].body or {}))

    evidence = await evidence_of(office, told)
    verdict = every_payment_has_an_outcome(evidence, replace(SETTING, published=told))
    assert verdict.offences == []
    assert {each.number: each.balance for each in evidence.receivables} == balances
    assert {len(payment.refusals) for payment in evidence.payments.values()} == {1}
    assert checked(verdict, CORRECTED) == (0 if SLIPS[name].is_of_a_reversal else 2)  # slip, payment, and its reversal


class Clerk(StubbornPlayer):
    """Issues what it sells at this office."""

    office: Office
    customer: UUID

    async def _issue(self, sale: Sale) -> None:
        invoice = await self.office.issue(self.customer)
        self.issued[sale.ref] = Issued(invoice["id"], invoice["number"], Decimal(invoice["total"]), "EUR")


BEGIN = datetime(2026, 3, 2, tzinfo=UTC)


def a_late_portfolio() -> list[Deed]:
    """Each slip in either mode, and what is right a day after it: some seconds, of a portfolio that is overdue."""
    names = [name for name in REJECTED if not SLIPS[name].is_of_a_reversal]
    deeds = []
    for number, (name, is_structured) in enumerate((name, form) for name in names for form in (False, True)):
        sale, at = f"sale-{number}", BEGIN + timedelta(hours=number)
        right = Settlement(f"{sale}-pay", sale, BEGIN.date(), Decimal(1200))
        sold = Sale(sale, "customer", BEGIN.date(), BEGIN.date(), Decimal(1000), Decimal(20), "Entretien annuel")
        deeds += [
            Deed(BEGIN, sold),
            Deed(at, Mischief(name, right, is_structured)),
            Deed(at + timedelta(days=1), right),
        ]
    return sorted(deeds, key=lambda deed: deed.at)


async def test_what_chaos_refuses_on_the_bus_and_puts_right_after_it_settles_every_invoice(
    bus: Nats, office: Office
) -> None:
    clock = Clock(origin=BEGIN, started=real_now() - timedelta(minutes=5), speed=86_400 / 3)
    unused = cast("Any", None)
    clerk = Clerk(unused, bus.jetstream(), "", unused, office.organisation, clock)
    clerk.office, clerk.customer = office, await office.customer()
    deeds = a_late_portfolio()

    async with listening(bus, office, workers=2, now=Now(clock)):
        await clerk.do(deeds)
        await until_all_is_done(bus)

    evidence = await evidence_of(office, clerk.acknowledged)
    verdict = every_payment_has_an_outcome(evidence, replace(SETTING, published=clerk.acknowledged))
    assert verdict.offences == []
    assert {each.balance for each in evidence.receivables} == {Decimal(0)}
    assert checked(verdict, CORRECTED) == len(clerk.issued) == 12
