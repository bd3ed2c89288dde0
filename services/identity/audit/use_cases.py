"""Keep what every service tells of who did what."""

from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.events import AuditRecorded, Event
from services.identity.audit import store
from services.identity.audit.models import AuditEntry


async def keep(event: Event, session: AsyncSession) -> None:
    if not isinstance(event, AuditRecorded):
        return
    told = event.model_dump(exclude={"entry_id", "changes"})
    objects = list(dict.fromkeys([*([event.object] if event.object else []), *(each.object for each in event.changes)]))
    await store.keep(session, AuditEntry(id=event.entry_id, changes=event.changes, objects=objects, **told))
