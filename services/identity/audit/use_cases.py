"""Keep what every service tells of who did what."""

from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.events import AuditRecorded, Event
from contracts.events.audit import ERASED, Change
from services.identity.audit import store
from services.identity.audit.models import AuditEntry
from services.identity.privacy import store as personal


async def keep(event: Event, session: AsyncSession) -> None:
    event = AuditRecorded.of(event)
    told = event.model_dump(exclude={"entry_id", "changes"})
    objects = list(dict.fromkeys([*([event.object] if event.object else []), *(each.object for each in event.changes)]))
    if event.action.endswith(f".{ERASED}"):
        await personal.forget_values(session, event.organisation, objects, now=event.at)
    elif objects and await personal.was_erased(session, event.organisation, objects, since=event.at):
        event = event.model_copy(
            update={"changes": [Change(object=each.object, before=None, after=None) for each in event.changes]}
        )
    await store.keep(session, AuditEntry(id=event.entry_id, changes=event.changes, objects=objects, **told))
