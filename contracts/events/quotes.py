"""What quotes tells of its quotes."""

from typing import Any, ClassVar

from pydantic import Field

from contracts.events.base import Event
from contracts.quote import Acceptance, Quote, QuoteLine

_QUOTE: dict[str, Any] = {
    "organisation": "demo",
    "quote_id": "0197f3c2-0000-7000-8000-000000000001",
    "number": "D-2026-00012",
    "customer_id": "0197f3c2-0000-7000-8000-000000000007",
    "sent_on": "2026-01-05",
    "valid_until": "2026-02-04",
    "total": "1200.00",
    "total_without_vat": "1000.00",
    "currency": "EUR",
    "subject": "Entretien annuel",
    "order_reference": None,
}


class QuoteEvent(Quote, Event):
    """The quote as it stands after the fact."""


class QuoteSent(QuoteEvent):
    type: ClassVar[str] = "quotes.quote.sent.v1"
    example: ClassVar[dict[str, Any]] = _QUOTE


class QuoteAccepted(QuoteEvent):
    type: ClassVar[str] = "quotes.quote.accepted.v1"
    example: ClassVar[dict[str, Any]] = _QUOTE | {
        "lines": [
            {
                "description": "Entretien annuel",
                "quantity": "1",
                "unit": "C62",
                "unit_price": "1000.00",
                "discount_percent": "0",
                "vat_rate": "20.00",
            }
        ],
        "note": "Garantie : un an.",
        "acceptance": {
            "name": "Anne Lefèvre",
            "role": "gérante",
            "mention": "Bon pour accord",
            "accepted_on": "2026-01-12",
            "document_sha256": "0" * 64,
        },
    }

    lines: list[QuoteLine]
    note: str = Field(default="", description="Printed below the totals: the reason of an exemption from VAT, say")
    acceptance: Acceptance


class QuoteRefused(QuoteEvent):
    type: ClassVar[str] = "quotes.quote.refused.v1"
    example: ClassVar[dict[str, Any]] = _QUOTE | {"reason": "trop cher"}

    reason: str = ""


class QuoteExpired(QuoteEvent):
    type: ClassVar[str] = "quotes.quote.expired.v1"
    example: ClassVar[dict[str, Any]] = _QUOTE
