"""What a payment fact says, as one compares it: the same content has the same fingerprint."""

import hashlib
import json
from collections.abc import Mapping

from contracts.events import Event
from services.billing.payments.models import Payment


def fingerprint_of(event: Event) -> str:
    """Of the values, not of the bytes: the order of fields, spaces and `null` make no difference."""
    return fingerprint(event.type, content_of(event))


def content_of(event: Event) -> dict[str, object]:
    """What it says. A payer of whom nothing is known is none."""
    content = event.model_dump(mode="json", exclude_none=True)
    return {name: value for name, value in content.items() if value != {}}


def fingerprint(kind: str, content: Mapping[str, object]) -> str:
    return hashlib.sha256(f"{kind}\n{text_of(content)}".encode()).hexdigest()


def text_of(content: Mapping[str, object]) -> str:
    """ASCII, so that PostgreSQL stores it whatever characters it names."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"))


def differences(payment: Payment, said: Mapping[str, object]) -> str:
    """Which columns of a payment differ from `said`, for people: `amount: 12.00 instead of 10.00`."""
    changed = [
        f"{name}: {_shown(value)} instead of {_shown(getattr(payment, name))}"
        for name, value in said.items()
        if getattr(payment, name) != value
    ]
    return "; ".join(changed)


def _shown(value: object) -> str:
    return "nothing" if value is None else str(value)[:80]
