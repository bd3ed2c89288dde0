"""Payment events as a careless or hostile program publishes them."""

import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from contracts.events import PaymentReceived

Body = dict[str, Any]


@dataclass(frozen=True)
class Mischief:
    """`spoil` makes the bytes of an event out of a good body; `headers` come with it."""

    name: str
    sale: str
    payment_id: str
    spoil: Callable[[Body], bytes]
    headers: Mapping[str, str]
    subject: str = PaymentReceived.type


def mischief_for(chance: random.Random, sale: str, number: int) -> Mischief:
    name = chance.choice(sorted(KINDS))
    spoil, headers, subject = KINDS[name]
    payment_id = f"{sale}-pay" if name == CONTRADICTION else f"mischief-{number}"
    return Mischief(name, sale, payment_id, spoil, headers, subject)


def _changed(**changes: Any) -> Callable[[Body], bytes]:
    return lambda body: json.dumps(body | changes).encode()


def _without(field: str) -> Callable[[Body], bytes]:
    return lambda body: json.dumps({name: value for name, value in body.items() if name != field}).encode()


def _cut(body: Body) -> bytes:
    return json.dumps(body).encode()[:-20]


CONTRADICTION = "another amount of a payment that was told"
JSON = {"content-type": "application/json"}
GOOD = PaymentReceived.type
KINDS: dict[str, tuple[Callable[[Body], bytes], Mapping[str, str], str]] = {
    CONTRADICTION: (_changed(), JSON, GOOD),
    "cut short": (_cut, JSON, GOOD),
    "an amount as a number": (_changed(amount=12.5), JSON, GOOD),
    "an amount below zero": (_changed(amount="-5.00"), JSON, GOOD),
    "another currency": (_changed(currency="USD"), JSON, GOOD),
    "a field too many": (_changed(amout="5.00"), JSON, GOOD),
    "without a method": (_without("method"), JSON, GOOD),
    "without an identity": (_without("payment_id"), JSON, GOOD),
    "an invoice that is not": (_changed(invoice_number="F-1999-00001"), JSON, GOOD),
    "a list": (lambda body: b"[]", JSON, GOOD),
    "nothing": (lambda body: b"", JSON, GOOD),
    "bytes": (lambda body: b"\x00\xff\xfe", JSON, GOOD),
    "another type": (_changed(), {**JSON, "ce-type": "payments.payment.dreamt.v1"}, GOOD),
    "a subject that is not": (_changed(), JSON, "payments.payment.recieved.v1"),
}
