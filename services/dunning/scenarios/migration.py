"""Bringing running cases to a new version, after showing which of them would change."""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.caller import Author
from chassis.paging import cut
from contracts.dunning import DunningCase, PlannedStep
from contracts.receivable import ReceivableStatus
from contracts.scenario import Calendar
from services.dunning.cases import store as cases
from services.dunning.cases.following import open_unless_hindered
from services.dunning.cases.models import Case
from services.dunning.cases.planning import Planner
from services.dunning.scenarios.domain import migrated
from services.dunning.scenarios.models import ScenarioVersion
from services.dunning.scenarios.schemas import CaseMigration, Migration, MomentView
from workflows.dunning.calendar import local_day
from workflows.dunning.plan import pending_steps

NOBODY = UUID(int=0)
BATCH = 500


async def migration_to(
    session: AsyncSession, target: ScenarioVersion, *, after: tuple[datetime, UUID] | None, limit: int
) -> Migration:
    """What would become of the running cases of older versions; those that keep their steps are only counted."""
    judge = Judge(Planner(session, target.organisation), target)
    changed, unchanged = await judge.counts()
    found: list[Case] = []
    while len(found) <= limit:
        batch = await cases.open_cases_of_other_versions(
            session, target.organisation, target.key, target.version, after=after, limit=BATCH
        )
        found += [case for case in batch if await judge.changes(case)]
        if len(batch) < BATCH:
            break
        after = (batch[-1].created_at, batch[-1].id)
    shown, following = cut(found, limit, position=lambda case: (case.created_at, case.id))
    return Migration(
        version=target.version,
        cases=[await judge.view(case) for case in shown],
        changed=changed,
        unchanged=unchanged,
        next=following,
    )


@dataclass
class Judge:
    """Cases of one version and due date that have done the same steps change alike: each kind is looked at once."""

    planner: Planner
    target: ScenarioVersion
    known: dict[tuple[int, date, tuple[str, ...]], bool] = field(default_factory=dict)

    async def counts(self) -> tuple[int, int]:
        """How many running cases of other versions change, and how many do not."""
        target = self.target
        kinds = await cases.kinds_of_other_versions(
            self.planner.session, target.organisation, target.key, target.version
        )
        changed = [count for version, due, done, count in kinds if await self._changes(version, due, tuple(done))]
        return sum(changed), sum(count for *_, count in kinds) - sum(changed)

    async def changes(self, case: Case) -> bool:
        return await self._changes(case.version or 0, case.due_date, tuple(case.done))

    async def _changes(self, version: int, due: date, done: tuple[str, ...]) -> bool:
        kind = (version, due, done)
        if kind not in self.known:
            before = await self._contract(version, due, done)
            self.known[kind] = pending_steps(before) != pending_steps(migrated(before, self.target.scenario))
        return self.known[kind]

    async def view(self, case: Case) -> CaseMigration:
        before = await self._contract(case.version or 0, case.due_date, tuple(case.done))
        steps = [moment_view(step, before.calendar) for step in pending_steps(before)]
        after = migrated(before, self.target.scenario)
        steps_after = [moment_view(step, before.calendar) for step in pending_steps(after)]
        return CaseMigration(
            invoice_id=case.invoice_id,
            number=case.number,
            version=case.version or 0,
            is_changed=True,
            next_step=steps[0] if steps else None,
            next_step_after=steps_after[0] if steps_after else None,
            steps=steps,
            steps_after=steps_after,
        )

    async def _contract(self, version: int, due: date, done: tuple[str, ...]) -> DunningCase:
        return DunningCase(
            case_id=NOBODY,
            organisation=self.target.organisation,
            invoice_id=NOBODY,
            customer_id=NOBODY,
            due_date=due,
            scenario=await self.planner.scenario(self.target.key, version),
            calendar=await self.planner.calendar_in_force(),
            done=done,
        )


async def open_those_that_waited(
    session: AsyncSession, target: ScenarioVersion, *, author: Author, now: datetime
) -> None:
    """Invoices that name a scenario which had no published version yet."""
    for case in await cases.lock_cases_without_version(session, target.organisation, target.key):
        case.version = target.version
        if case.receivable_status is ReceivableStatus.OPEN:
            await open_unless_hindered(session, case, "published", author=author, now=now)


def moment_view(planned: PlannedStep, calendar: Calendar) -> MomentView:
    return MomentView(
        step=planned.step.key,
        occurrence=planned.occurrence,
        kind=planned.step.kind,
        days=planned.step.days,
        moment=planned.moment,
        day=local_day(planned.moment, calendar),
    )
