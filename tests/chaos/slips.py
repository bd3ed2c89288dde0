"""Payment events as a careless or hostile program publishes them."""

import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from contracts.events import PaymentReceived
from tests.chaos.published import RECORDED, Expected, Fate

Body = dict[str, Any]


@dataclass(frozen=True)
class Mischief:
    """`spoil` makes the bytes of an event out of a good body; `headers` come with it; `expected` comes of it."""

    name: str
    sale: str
    payment_id: str
    spoil: Callable[[Body], bytes]
    headers: Mapping[str, str]
    subject: str
    expected: Expected


def mischief_for(chance: random.Random, sale: str, number: int) -> Mischief:
    name = chance.choice(sorted(KINDS))
    spoil, headers, subject, expected = KINDS[name]
    payment_id = f"{sale}-pay" if name == CONTRADICTION else f"mischief-{number}"
    return Mischief(name, sale, payment_id, spoil, headers, subject, expected)


def _changed(**changes: Any) -> Callable[[Body], bytes]:
    return lambda body: json.dumps(body | changes).encode()


def _without(field: str) -> Callable[[Body], bytes]:
    return lambda body: json.dumps({name: value for name, value in body.items() if name != field}).encode()


def _cut(body: Body) -> bytes:
    return json.dumps(body).encode()[:-20]


CONTRADICTION = "another amount of a payment that was told"
JSON = {"content-type": "application/json"}
GOOD = PaymentReceived.type


def _rejected(reason: str) -> Expected:
    return Expected(Fate.REJECTED, reason)


def _dead(reason: str) -> Expected:
    return Expected(Fate.DEAD, reason)


KINDS: dict[str, tuple[Callable[[Body], bytes], Mapping[str, str], str, Expected]] = {
    CONTRADICTION: (_changed(), JSON, GOOD, RECORDED),
    "cut short": (_cut, JSON, GOOD, _dead("body: Invalid JSON")),
    "an amount as a number": (_changed(amount=12.5), JSON, GOOD, _rejected("amount: 12.5 is not a decimal string")),
    "an amount below zero": (_changed(amount="-5.00"), JSON, GOOD, _rejected("amount: -5.00 is not more than zero")),
    "another currency": (_changed(currency="USD"), JSON, GOOD, _rejected("currency: USD, but invoice")),
    "a field too many": (_changed(amout="5.00"), JSON, GOOD, _rejected("amout: Extra inputs are not permitted")),
    "without a method": (_without("method"), JSON, GOOD, _rejected("method: Field required")),
    "without an identity": (_without("payment_id"), JSON, GOOD, _dead("payment_id: Field required")),
    "an invoice that is not": (
        _changed(invoice_number="F-1999-00001"),
        JSON,
        GOOD,
        Expected(Fate.UNALLOCATED, "invoice_number: no invoice F-1999-00001"),
    ),
    "a list": (lambda body: b"[]", JSON, GOOD, _dead("body: ")),
    "nothing": (lambda body: b"", JSON, GOOD, _dead("body: Invalid JSON")),
    "bytes": (lambda body: b"\x00\xff\xfe", JSON, GOOD, _dead("body: Invalid JSON")),
    "another type": (_changed(), {**JSON, "ce-type": "payments.payment.dreamt.v1"}, GOOD, _dead("ce-type: ")),
    "a subject that is not": (
        _changed(),
        JSON,
        "payments.payment.recieved.v1",
        _rejected("type: 'payments.payment.recieved.v1' is not an event"),
    ),
}
