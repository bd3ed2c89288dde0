"""The proof that every overdue invoice has an open case or a journalled reason why not; what lacks is mended."""

import logging
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.database import Sessions
from chassis.http import Peer
from chassis.paging import Page
from contracts.receivable import Receivable
from services.dunning.cases import store as cases
from services.dunning.cases.following import follow
from services.dunning.policies import store as policies
from services.dunning.reconciliation import store
from services.dunning.reconciliation.domain import AT_ONCE, Findings, Mended, to_look_at
from services.dunning.reconciliation.models import Reconciliation

log = logging.getLogger(__name__)


class Workflows(Protocol):
    """The dunning workflows of all organisations."""

    def running_pages(self) -> AsyncIterator[list[UUID]]:
        """The invoices whose workflow runs, a page at a time; it may lag by a moment."""
        ...

    async def running_of(self, invoices: Sequence[UUID]) -> set[UUID]:
        """Those of a page of invoices whose workflow runs; it may lag by a moment."""
        ...

    async def steer(self, session: AsyncSession, organisation: str, invoice_id: UUID) -> Mended:
        """Bring one workflow in step with its case."""
        ...


@dataclass(frozen=True)
class Reconciler:
    """`now` gives business time; what changed after `settled_before()` is still on its way and left alone.

    A run is `kept` so long, in business time.
    """

    sessions: Sessions
    billing: Peer
    workflows: Workflows
    now: Callable[[], datetime]
    settled_before: Callable[[], datetime]
    further_organisations: Sequence[str] = ()
    kept: timedelta = timedelta(days=90)

    async def run(self) -> None:
        """One run over every organisation; one that fails does not keep the others from theirs."""
        async with self.sessions() as session:
            known = await policies.organisations(session)
        for organisation in sorted({*known, *self.further_organisations}):
            await self._reconcile_and_keep(organisation)

    async def _reconcile_and_keep(self, organisation: str) -> None:
        started, findings, problem = self.now(), Findings(), None
        try:
            await self.reconcile(organisation, findings)
        except Exception as error:
            log.warning("reconciliation of %s is not complete: %r", organisation, error)
            problem = f"{type(error).__name__}: {error}"[:500]
        if not findings.is_clean:
            log.warning("reconciliation of %s mended: %s", organisation, findings)
        row = Reconciliation(
            organisation=organisation,
            started_at=started,
            finished_at=self.now(),
            problem=problem,
            **vars(findings),
        )
        async with self.sessions() as session, session.begin():
            await store.keep(session, row)
            await store.forget(session, organisation, before=started - self.kept)

    async def reconcile(self, organisation: str, findings: Findings) -> None:
        await self._mend_workflows(organisation, findings)
        async for receivables in self._overdue(organisation):
            findings.overdue += len(receivables)
            async with self.sessions() as session:
                known = await cases.cases_of(session, organisation, [each.invoice_id for each in receivables])
            for receivable in to_look_at(receivables, known):
                await self._look_again(receivable, findings)

    async def _overdue(self, organisation: str) -> AsyncIterator[list[Receivable]]:
        query: dict[str, str | int] = {"overdue": "true", "limit": AT_ONCE}
        while True:
            page = await self.billing.get("/receivables", Page[Receivable], organisation=organisation, **query)
            yield page.items
            if page.next is None:
                return
            query["cursor"] = page.next

    async def _look_again(self, receivable: Receivable, findings: Findings) -> None:
        async with self.sessions() as session, session.begin():
            before = await cases.case_of(session, receivable.organisation, receivable.invoice_id)
            known = (before.is_open, before.receivable_version) if before else (False, 0)
            case = await follow(session, receivable, now=self.now(), again=True)
        if case.is_open and not known[0]:
            findings.opened += 1
        elif case.receivable_version > known[1]:
            findings.updated += 1

    async def _mend_workflows(self, organisation: str, findings: Findings) -> None:
        settled = self.settled_before()
        async for running in self.workflows.running_pages():
            async with self.sessions() as session:
                to_close = await cases.closed_invoices(session, organisation, running, closed_before=settled)
            await self._steer(organisation, to_close, findings)
        async for opened in self._open_since(organisation, settled):
            await self._steer(organisation, {*opened} - await self.workflows.running_of(opened), findings)

    async def _open_since(self, organisation: str, settled: datetime) -> AsyncIterator[Sequence[UUID]]:
        """Open cases that were opened before, by their invoices."""
        after = None
        while True:
            async with self.sessions() as session:
                found = await cases.open_invoices(
                    session, organisation, opened_before=settled, after=after, limit=AT_ONCE
                )
            if found:
                yield found
            if len(found) < AT_ONCE:
                return
            after = found[-1]

    async def _steer(self, organisation: str, invoices: Collection[UUID], findings: Findings) -> None:
        for invoice_id in sorted(invoices):
            async with self.sessions() as session, session.begin():
                findings.count_workflow(await self.workflows.steer(session, organisation, invoice_id))
