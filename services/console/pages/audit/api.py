"""The audit log: who did what, from what to what, when and from where."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated

from fastapi import APIRouter
from pydantic import JsonValue
from starlette.responses import Response

from chassis.dates import ZONE
from contracts.events.audit import Change, Outcome
from contracts.rights import Right
from services.console.pages.audit.reasons import why
from services.console.peers.identity import Identity
from services.console.web.links import link
from services.console.web.visit import Visit, reading

router = APIRouter(prefix="/audit")

Reader = Annotated[Visit, reading(Right.AUDIT_READ)]

LONGEST = 200


@dataclass(frozen=True)
class Difference:
    """Of one field, as text; None where there was nothing."""

    name: str
    before: str | None
    after: str | None


@router.get("")
async def audit(visit: Reader) -> Response:
    asked = {name: visit.query.get(name, "")[:LONGEST] for name in ("actor", "action", "object")}
    outcome = visit.query.get("outcome", "")
    first, last = _day(visit.query.get("since")), _day(visit.query.get("until"))
    moments = {
        "from": _start_of(first) if first else None,
        "to": _start_of(last + timedelta(days=1)) if last else None,
    }
    page = await Identity(visit.client("identity")).audit(
        **asked, **moments, outcome=outcome if outcome in set(Outcome) else None,
        cursor=visit.query.get("cursor"), limit=50,
    )  # fmt: skip
    return visit.page(
        "audit/page.html", rows=page.items, differences=differences, outcomes=list(Outcome),
        why=lambda entry: why(entry, visit.say),
        more=link("/audit", visit.query, cursor=page.next) if page.next else None,
    )  # fmt: skip


def differences(change: Change) -> list[Difference]:
    """What differs, field by field; of a thing that was made or is gone, all that it had."""
    before, after = change.before or {}, change.after or {}
    return [Difference(name, _text(before, name), _text(after, name)) for name in dict.fromkeys([*before, *after])]


def _text(values: Mapping[str, JsonValue], name: str) -> str | None:
    value = values.get(name)
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, list):
        return ", ".join(each if isinstance(each, str) else str(each) for each in value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _day(text: str | None) -> date | None:
    """A day that nobody could mean asks nothing."""
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return None
    return day if 2000 <= day.year <= 2099 else None


def _start_of(day: date) -> str:
    return datetime.combine(day, time(), ZONE).astimezone(UTC).isoformat().replace("+00:00", "Z")
