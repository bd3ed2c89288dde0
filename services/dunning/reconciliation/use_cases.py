"""The proof that every overdue invoice has an open case or a journalled reason why not; what lacks is mended."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.database import Sessions
from chassis.http import Peer
from chassis.paging import Page
from contracts.receivable import Receivable
from services.dunning.cases import store as cases
from services.dunning.cases.following import follow
from services.dunning.cases.rounds import Round
from services.dunning.mending import store as mending
from services.dunning.mending.domain import LONG_DUE, ON_ITS_WAY
from services.dunning.policies import store as policies
from services.dunning.reconciliation import store
from services.dunning.reconciliation.domain import AT_ONCE, Findings, Mended, to_look_at
from services.dunning.reconciliation.lingering import Lingering
from services.dunning.reconciliation.models import Reconciliation

log = logging.getLogger(__name__)


class Read(Protocol):
    """A page of invoices, in the order of their ids; `after` is the last of the page before."""

    async def __call__(
        self, session: AsyncSession, organisation: str, *, after: UUID | None, limit: int
    ) -> Sequence[UUID]: ...


class Workflows(Protocol):
    """The dunning workflows of all organisations."""

    def running_pages(self) -> AsyncIterator[list[tuple[str, UUID]]]:
        """(organisation, invoice) of those whose workflow runs, a page at a time; it may lag by a moment."""
        ...

    async def running_of(self, invoices: Sequence[UUID]) -> set[UUID]:
        """Those of a page of invoices whose workflow runs; it may lag by a moment."""
        ...

    async def asleep(self, organisation: str, invoices: Sequence[UUID]) -> set[UUID]:
        """Those of a page of invoices whose workflow runs and does nothing at this moment."""
        ...


Steer = Callable[[AsyncSession, str, UUID], Awaitable[Mended]]
"""Brings one workflow in step with its case: of (organisation, invoice)."""


@dataclass(frozen=True)
class Reconciler:
    """`now` gives business time, `ago` that of so long ago in real time.

    A run is `kept` so long, in business time. Of cases it holds no more than `at_once`.
    """

    sessions: Sessions
    billing: Peer
    workflows: Workflows
    steer: Steer
    now: Callable[[], datetime]
    ago: Callable[[timedelta], datetime]
    further_organisations: Sequence[str] = ()
    kept: timedelta = timedelta(days=90)
    at_once: int = AT_ONCE

    async def run(self) -> None:
        """One run over every organisation; one that fails does not keep the others from theirs."""
        async with self.sessions() as session:
            known = await policies.organisations(session)
        lingering = self._lingering()
        for organisation in sorted({*known, *self.further_organisations}):
            await self._reconcile_and_keep(organisation, lingering)

    async def _reconcile_and_keep(self, organisation: str, lingering: Lingering) -> None:
        started, findings, problem = self.now(), Findings(), None
        try:
            await self.reconcile(organisation, findings, lingering)
        except Exception as error:
            log.warning("reconciliation of %s is not complete: %r", organisation, error)
            problem = ": ".join([*getattr(error, "__notes__", ()), type(error).__name__, str(error)])[:500]
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

    def _lingering(self) -> Lingering:
        return Lingering(self.sessions, self.workflows.running_pages, self.ago(ON_ITS_WAY))

    async def reconcile(self, organisation: str, findings: Findings, lingering: Lingering | None = None) -> None:
        """One invoice that fails keeps no other waiting; it is raised at the end, with a note of which it is.

        `lingering`: those of all organisations, where several are reconciled.
        """
        settled, this_round = self.ago(ON_ITS_WAY), Round()
        lingers = await (lingering or self._lingering()).of(organisation)
        await self._steer_each(organisation, lingers, findings, this_round)
        await self._start_what_is_missing(organisation, settled, findings, this_round)
        await self._tell_what_was_missed(organisation, settled, findings, this_round)
        await self._wake_who_sleeps_on(organisation, findings, this_round)
        async for receivables in self._overdue(organisation):
            findings.overdue += len(receivables)
            async with self.sessions() as session:
                known = await cases.cases_of(session, organisation, [each.invoice_id for each in receivables])
            for receivable in to_look_at(receivables, known):
                with this_round.at(receivable.invoice_id):
                    await self._look_again(receivable, findings)
        this_round.end()

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

    async def _start_what_is_missing(
        self, organisation: str, settled: datetime, findings: Findings, this_round: Round
    ) -> None:
        async for opened in self._pages(partial(mending.open_invoices, opened_before=settled), organisation):
            missing = {*opened} - await self.workflows.running_of(opened)
            await self._steer_each(organisation, missing, findings, this_round)

    async def _tell_what_was_missed(
        self, organisation: str, settled: datetime, findings: Findings, this_round: Round
    ) -> None:
        """The workflows that run but were not told how their case changed, whatever became of its event.

        One may not be told yet, since its run before has not ended.
        """
        missed = partial(mending.invoices_untold, changed_before=settled)
        async for invoices in self._pages(missed, organisation):
            for invoice_id in invoices:
                with this_round.at(invoice_id):
                    async with self.sessions() as session, session.begin():
                        if await cases.is_out_of_step(session, organisation, invoice_id):  # its event may be here now
                            findings.count_workflow(await self.steer(session, organisation, invoice_id))

    async def _wake_who_sleeps_on(self, organisation: str, findings: Findings, this_round: Round) -> None:
        """The workflows that do nothing though their case's step is long due: they know another moment, as after a
        restore of Temporal or of this database. What is only late, since a service is away, is left alone.
        """
        long_due = partial(mending.invoices_long_due, due_before=self.ago(LONG_DUE))
        async for invoices in self._pages(long_due, organisation):
            asleep = await self.workflows.asleep(organisation, invoices)
            await self._steer_each(organisation, asleep, findings, this_round)

    async def _pages(self, read: Read, organisation: str) -> AsyncIterator[Sequence[UUID]]:
        """Invoices in the order of their ids."""
        after = None
        while True:
            async with self.sessions() as session:
                found = await read(session, organisation, after=after, limit=self.at_once)
            if found:
                yield found
            if len(found) < self.at_once:
                return
            after = found[-1]

    async def _steer_each(
        self, organisation: str, invoices: Collection[UUID], findings: Findings, this_round: Round
    ) -> None:
        for invoice_id in sorted(invoices):
            with this_round.at(invoice_id):
                async with self.sessions() as session, session.begin():
                    findings.count_workflow(await self.steer(session, organisation, invoice_id))
