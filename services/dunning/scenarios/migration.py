"""Bringing running cases to a new version, after showing which of them would change."""

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.dunning import PlannedStep
from contracts.receivable import ReceivableStatus
from contracts.scenario import Calendar
from services.dunning.cases import store as cases
from services.dunning.cases.following import open_unless_hindered
from services.dunning.cases.planning import Planner, replan
from services.dunning.scenarios.domain import migrated
from services.dunning.scenarios.models import ScenarioVersion
from services.dunning.scenarios.schemas import CaseMigration, Migration, MomentView
from workflows.dunning.calendar import local_day
from workflows.dunning.plan import pending_steps


async def migration_to(session: AsyncSession, target: ScenarioVersion) -> Migration:
    """What would become of each running case of an older version; those that keep their steps are counted."""
    planner = Planner(session, target.organisation)
    found = []
    for case in await cases.open_cases_of_other_versions(session, target.organisation, target.key, target.version):
        before = await planner.contract_of(case)
        steps, steps_after = pending_steps(before), pending_steps(migrated(before, target.scenario))
        found.append(
            CaseMigration(
                invoice_id=case.invoice_id,
                number=case.number,
                version=before.scenario.version,
                is_changed=steps != steps_after,
                steps=[moment_view(step, before.calendar) for step in steps],
                steps_after=[moment_view(step, before.calendar) for step in steps_after],
            )
        )
    changed = [each for each in found if each.is_changed]
    return Migration(version=target.version, cases=changed, unchanged=len(found) - len(changed))


async def migrate(session: AsyncSession, target: ScenarioVersion, *, author: str, now: datetime) -> int:
    """How many cases follow the version from now on that followed another one before."""
    planner = Planner(session, target.organisation)
    count = 0
    for case in await cases.lock_open_cases(session, target.organisation, target.key):
        if case.version == target.version:
            continue
        case.version = target.version
        await replan(planner, case, "scenario", author=author, now=now)
        count += 1
    return count


async def open_those_that_waited(session: AsyncSession, target: ScenarioVersion, *, author: str, now: datetime) -> None:
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
