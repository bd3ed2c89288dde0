"""An e-mail of a step came back: the journal says so, and the customer was not contacted by it.

The step stays done. What follows is for people: notify shows the message until someone has looked after it, and
sends nothing more to an address that is dead.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import NAMESPACE_OID, UUID, uuid5

from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.dunning import CaseFact, Reason
from contracts.events import Event, MessageBounced
from services.dunning.cases import store as cases
from services.dunning.cases.domain import Fact
from services.dunning.cases.facts import entry_of
from services.dunning.cases.models import Case
from services.dunning.contacts import store as contacts
from services.dunning.journal import store
from services.dunning.journal.models import JournalEntry

KEY = re.compile(
    r"(?P<invoice>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}):(?P<scenario>[^:]+):(?P<step>[^:]+):(?P<occurrence>\d+)"
)
"""The business key of a step's action."""


@dataclass(frozen=True)
class JournalReturned:
    """Messages about anything but a case of ours are passed over."""

    now: Callable[[], datetime]

    async def __call__(self, event: Event, session: AsyncSession) -> None:
        event = MessageBounced.of(event)
        found = KEY.fullmatch(event.key)
        case = await cases.case_of(session, event.organisation, UUID(found["invoice"])) if found else None
        if found is None or case is None:
            return
        entry = _entry(case, event, found, now=self.now())
        if entry.turn_id and await store.of_turn(session, case.organisation, case.invoice_id, entry.turn_id):
            return
        session.add(entry)
        await contacts.undo(session, case.organisation, event.key)


def _entry(case: Case, event: MessageBounced, key: re.Match[str], *, now: datetime) -> JournalEntry:
    evidence = {"recipient": event.recipient, "relay": event.reason or "", "bounce": event.code}
    fact = Fact(CaseFact.BOUNCED, Reason.BOUNCED, f"{event.code}: {event.reason}", evidence=evidence)
    entry = entry_of(case, fact, now=now)
    entry.scenario, entry.step, entry.occurrence = key["scenario"], key["step"], int(key["occurrence"])
    entry.turn_id = uuid5(NAMESPACE_OID, f"bounced {event.organisation} {event.key}")
    return entry
