"""What is kept of the answers to a player who issues."""

from datetime import date
from decimal import Decimal
from typing import Any, cast

import httpx2
import pytest
from nats.js import JetStreamContext

from chassis.auth import Mint
from contracts.clock import Clock
from deploy.local.player import Sale
from tests.chaos.portfolio import Credit
from tests.chaos.publisher import StubbornPlayer

ISSUED = {"id": "i", "number": "F-2026-00001", "total": "12.00", "currency": "EUR", "lines": [{"quantity": "1"}]}
NOTE = {"id": "n", "number": "A-2026-00001", "credited_invoice_id": "i"}
SALE = Sale("sale-0000", "customer", date(2026, 3, 2), date(2026, 3, 5), Decimal(10), Decimal(20), "Entretien")


class Billing:
    def __init__(self) -> None:
        self.asked: list[str] = []

    async def post(self, url: str, *, json: Any, headers: dict[str, str], timeout: float) -> httpx2.Response:
        self.asked.append(f"{url.removeprefix('http://billing')} {headers['idempotency-key']}")
        answers = {"invoices": {"id": "i"}, "issue": ISSUED, "credit": NOTE}
        return httpx2.Response(201, json=answers[url.rpartition("/")[2]])


class Player(StubbornPlayer):
    def token(self) -> str:
        return "token"


@pytest.fixture
def billing() -> Billing:
    return Billing()


@pytest.fixture
def player(billing: Billing) -> StubbornPlayer:
    http, js = cast("httpx2.AsyncClient", billing), cast("JetStreamContext", None)
    return Player(http, js, "http://billing", cast("Mint", None), "demo", Clock(), customers={"customer": "c"})


async def test_the_whole_answer_to_who_issued_is_kept(player: StubbornPlayer, billing: Billing) -> None:
    await player._issue(SALE)
    assert billing.asked == ["/invoices draft-sale-0000-0", "/invoices/i/issue issue-sale-0000-0"]
    assert player.answers == [ISSUED]
    assert player.issued["sale-0000"].number == "F-2026-00001"


async def test_a_sale_is_credited_once_and_the_note_is_kept(player: StubbornPlayer, billing: Billing) -> None:
    await player._issue(SALE)
    await player._credit(Credit("sale-0000"))
    assert billing.asked[2:] == ["/invoices/i/credit credit-sale-0000"]
    assert player.answers == [ISSUED, NOTE]
