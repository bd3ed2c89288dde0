"""What is put right is told after the slip, however late a portfolio is."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, cast

import pytest

from chassis.clock import real_now
from contracts.clock import Clock
from deploy.local.player import Issued, Sale, Settlement
from tests.chaos.mischief import Mischief
from tests.chaos.portfolio import Deed
from tests.chaos.publisher import StubbornPlayer

BEGIN = datetime(2026, 3, 2, tzinfo=UTC)
DAY_S = 0.4
SALE = Sale("sale", "customer", BEGIN.date(), BEGIN.date(), Decimal(100), Decimal(20), "Entretien annuel")
PAID = Settlement("sale-pay", "sale", date(2026, 3, 9), Decimal("120.00"))
BOUNCED = Settlement("sale-bounce", "sale", date(2026, 3, 9), Decimal("120.00"), undone="sale-pay")


class Bus:
    """Takes everything, and notes when."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, Mapping[str, str], datetime]] = []

    async def publish(self, subject: str, data: bytes, *, headers: dict[str, str], timeout: float) -> Any:
        self.taken.append((subject, headers, real_now()))
        return SimpleNamespace(seq=len(self.taken))


class Hasty(StubbornPlayer):
    async def _issue(self, sale: Sale) -> None:
        self.issued[sale.ref] = Issued("1", "F-2026-00001", Decimal("120.00"), "EUR")


def late(bus: Bus) -> Hasty:
    """Everything should have been done a while ago."""
    clock = Clock(origin=BEGIN, started=real_now() - timedelta(days=1), speed=86_400 / DAY_S)
    unused = cast("Any", None)
    return Hasty(unused, cast("Any", bus), "", unused, "demo", clock)


def day(number: float) -> datetime:
    return BEGIN + timedelta(days=number)


@pytest.mark.parametrize(("name", "right"), [("an amount as a number", PAID), ("a reversal without a reason", BOUNCED)])
async def test_what_is_put_right_comes_as_long_after_its_slip_as_was_planned(name: str, right: Settlement) -> None:
    bus = Bus()
    player = late(bus)
    slip = Mischief(name, right)

    await player.do([Deed(day(0), SALE), Deed(day(7), slip), Deed(day(7.5), right)])

    (_, spoilt, before), *corrected = bus.taken
    assert all(at - before >= timedelta(seconds=DAY_S / 2) for *_, at in corrected)
    assert all(subject == slip.slip.subject for subject, *_ in corrected)
    assert all(headers.get("Nats-Msg-Id") not in (None, spoilt.get("Nats-Msg-Id")) for _, headers, _ in corrected)
    assert player.acknowledged[0].expected is slip.slip.expected


async def test_a_slip_that_is_planned_after_a_payment_does_not_hold_it_up() -> None:
    bus = Bus()
    player = late(bus)

    await player.do([Deed(day(0), SALE), Deed(day(1), PAID), Deed(day(2), Mischief("cut short", PAID))])

    first, *_, last = player.acknowledged
    assert first.body is not None
    assert last.body is None
