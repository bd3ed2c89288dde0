"""What a careless or hostile program gets wrong in a payment event, and what must become of it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from chassis.envelope import STRUCTURED
from contracts.events import PaymentReceived, PaymentReversed
from tests.chaos.published import RECORDED, Expected, Fate

Body = dict[str, Any]
Spoil = Callable[[Body], bytes]

CONTRADICTION = "another amount of a payment that was told"
JSON, WHOLE = {"content-type": "application/json"}, {"content-type": STRUCTURED}


@dataclass(frozen=True)
class Slip:
    """`spoil` makes the bytes of an event out of a good body; `headers` come with it, to this subject."""

    spoil: Spoil
    expected: Expected
    subject: str = PaymentReceived.type
    headers: Mapping[str, str] = field(default_factory=lambda: JSON)

    @property
    def is_of_a_reversal(self) -> bool:
        return self.subject == PaymentReversed.type

    @property
    def is_rejected(self) -> bool:
        """Its publisher is told, and may correct it under the same identity."""
        return self.expected.fate is Fate.REJECTED

    @property
    def has_a_body(self) -> bool:
        """Its bytes are a JSON object, which structured mode can carry too."""
        return self.expected.fate is not Fate.DEAD


def in_structured_mode(body: Body, subject: str) -> bytes:
    """Two organisations' payments may have the same id; of two events of one id billing would drop the second."""
    identity = f"careless-{body.get('organisation')}-{body.get('payment_id')}"
    attributes = {"specversion": "1.0", "id": identity, "source": "urn:careless:chaos"}
    return json.dumps({**attributes, "type": subject, "data": body}).encode()


def _changed(**changes: Any) -> Spoil:
    return lambda body: json.dumps(body | changes).encode()


def _without(field: str) -> Spoil:
    return lambda body: json.dumps({name: value for name, value in body.items() if name != field}).encode()


def _cut(body: Body) -> bytes:
    return json.dumps(body).encode()[:-20]


def _without_data(body: Body) -> bytes:
    whole: Body = json.loads(in_structured_mode(body, PaymentReceived.type))
    return _without("data")(whole)


def _rejected(reason: str, spoil: Spoil, **more: Any) -> Slip:
    return Slip(spoil, Expected(Fate.REJECTED, reason), **more)


def _dead(reason: str, spoil: Spoil, **more: Any) -> Slip:
    return Slip(spoil, Expected(Fate.DEAD, reason), **more)


def _unallocated(reason: str, spoil: Spoil) -> Slip:
    return Slip(spoil, Expected(Fate.UNALLOCATED, reason))


REVERSED = PaymentReversed.type
DREAMT, MISSPELT = "payments.payment.dreamt.v1", "payments.payment.recieved.v1"

SLIPS: Mapping[str, Slip] = {
    CONTRADICTION: Slip(_changed(amount="1.00"), RECORDED),
    "an invoice that is not": _unallocated(
        "invoice_number: no invoice F-1999-00001", _changed(invoice_number="F-1999-00001")
    ),
    "an amount as a number": _rejected("amount: 12.5 is not a decimal string", _changed(amount=12.5)),
    "an amount below zero": _rejected("amount: -5.00 is not more than zero", _changed(amount="-5.00")),
    "another currency": _rejected("currency: USD, but invoice", _changed(currency="USD")),
    "a field too many": _rejected("amout: Extra inputs are not permitted", _changed(amout="5.00")),
    "without a method": _rejected("method: Field required", _without("method")),
    "a subject that is not": _rejected(f"type: {MISSPELT!r} is not an event", _changed(), subject=MISSPELT),
    "a reversal with an amount": _rejected(
        "amount: Extra inputs are not permitted", _changed(amount="5.00"), subject=REVERSED
    ),
    "a reversal of another century": _rejected(
        "reversed_on: 1926-02-03 is out of range", _changed(reversed_on="1926-02-03"), subject=REVERSED
    ),
    "a reversal without a reason": _rejected("reason: Field required", _without("reason"), subject=REVERSED),
    "a reversal without an identity": _dead("payment_id: Field required", _without("payment_id"), subject=REVERSED),
    "cut short": _dead("body: Invalid JSON", _cut),
    "without an identity": _dead("payment_id: Field required", _without("payment_id")),
    "a list": _dead("body: ", lambda body: b"[]"),
    "nothing": _dead("body: Invalid JSON", lambda body: b""),
    "bytes": _dead("body: Invalid JSON", lambda body: b"\x00\xff\xfe"),
    "another type": _dead("ce-type: ", _changed(), headers={**JSON, "ce-type": DREAMT}),
    "in structured mode, cut short": _dead("body: not JSON", _cut, headers=WHOLE),
    "in structured mode, without data": _dead("data: ", _without_data, headers=WHOLE),
    "in structured mode, of another type": _dead(
        "ce-type: ", lambda body: in_structured_mode(body, DREAMT), headers=WHOLE
    ),
}
