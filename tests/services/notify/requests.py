"""Requests to notify, in words of the domain."""

import base64
from datetime import UTC, date, datetime, timedelta
from typing import Any

from contracts.parties import Language
from services.notify.rendering.samples import Sample, sample_context

NOON = datetime(2026, 2, 9, 12, tzinfo=UTC)
INVOICE = "0197f3c2-0000-7000-8000-000000000042"
A_PDF = b"%PDF-1.7 " + bytes(range(256))


def an_email(
    step: str = "first-reminder",
    *,
    sample: Sample = Sample.PROFESSIONAL,
    language: Language = Language.FRENCH,
    not_after: datetime | None = None,
    days_late: int = 9,
    **changes: Any,
) -> dict[str, Any]:
    """The body of POST /messages: a reminder with its invoice attached."""
    about: Any = "quote" if step.startswith("quote") else "receivable"
    context = sample_context(about, sample, language).model_dump(mode="json")
    if about == "receivable":
        today = date(2026, 1, 31) + timedelta(days=days_late)
        context |= {"step": step, "days_late": days_late, "today": today.isoformat()}
    body = {
        "key": f"{INVOICE}:standard:{step}:1",
        "template": step,
        "recipient": "compta@lefevre.example",
        "recipient_name": "Garage Lefèvre & Fils",
        "context": context,
        "at": NOON.isoformat(),
        "thread": f"{INVOICE}:standard",
        "not_after": not_after.isoformat() if not_after else None,
        "attachments": [{"filename": "F-2026-00042.pdf", "content": base64.b64encode(A_PDF).decode()}],
    }
    return body | changes
