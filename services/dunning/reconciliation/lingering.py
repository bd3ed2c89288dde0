"""Workflows that run though their case is closed."""

from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.database import Sessions
from services.dunning.cases import store as cases

Page = list[tuple[str, UUID]]
"""(organisation, invoice) of each."""


@dataclass
class Lingering:
    """Temporal is asked once for all organisations: its list knows none of them. A failure is raised, and the next
    question asks anew. A case that closed only after `closed_before` is left to its event.
    """

    sessions: Sessions
    running_pages: Callable[[], AsyncIterator[Page]]
    closed_before: datetime
    found: Mapping[str, set[UUID]] | None = None

    async def of(self, organisation: str) -> set[UUID]:
        """The invoices."""
        if self.found is None:
            self.found = await self._look()
        return self.found.get(organisation, set())

    async def _look(self) -> Mapping[str, set[UUID]]:
        found: dict[str, set[UUID]] = {}
        async for page in self.running_pages():
            running = defaultdict[str, list[UUID]](list)
            for organisation, invoice_id in page:
                running[organisation].append(invoice_id)
            async with self.sessions() as session:
                for organisation, invoices in running.items():
                    closed = await cases.closed_invoices(
                        session, organisation, invoices, closed_before=self.closed_before
                    )
                    found.setdefault(organisation, set()).update(closed)
        return found
