"""Giving a running case another scenario. A step that is done stays done: it is known by its key."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.auth import Caller
from chassis.problems import DomainError, InvalidField
from services.dunning.cases import domain
from services.dunning.cases.facts import tell
from services.dunning.cases.holding import lock_or_refuse
from services.dunning.cases.models import Case
from services.dunning.cases.planning import Planner
from services.dunning.cases.use_cases import existing_case, holds_now
from services.dunning.scenarios import store
from services.dunning.scenarios.domain import migrated
from services.dunning.scenarios.models import ScenarioVersion, VersionStatus
from services.dunning.steps.use_cases import go_on
from services.dunning.timeline.use_cases import future
from services.dunning.transfers.schemas import Destination, Transfer, TransferPreview


class AlreadyFollows(DomainError):
    def __init__(self, case: Case) -> None:
        super().__init__(
            f"The case of invoice {case.number} follows scenario {case.scenario}, version {case.version}, already."
        )


async def preview(
    session: AsyncSession, caller: Caller, invoice_id: UUID, destination: Destination, *, now: datetime
) -> TransferPreview:
    """What would come instead. 409 once the case is closed, 422 for a scenario that is not published."""
    case = await existing_case(session, caller, invoice_id)
    target = await _target(session, case, destination)
    before = await Planner(session, case.organisation).contract_of(case)
    holds = await holds_now(session, case, now=now)
    steps = future(before, holds, now=now)
    steps_after = future(migrated(before, target.scenario), holds, now=now)
    return TransferPreview(
        scenario=before.scenario.key,
        version=before.scenario.version,
        scenario_after=target.key,
        version_after=target.version,
        is_changed=steps != steps_after,
        steps=steps,
        steps_after=steps_after,
    )


async def transfer(session: AsyncSession, caller: Caller, invoice_id: UUID, body: Transfer, *, now: datetime) -> Case:
    """Follow another scenario from now on. 409 when the case follows it already; else as `preview`."""
    case = await lock_or_refuse(session, caller.organisation, invoice_id)
    target = await _target(session, case, body)
    if (target.key, target.version) == (case.scenario, case.version):
        raise AlreadyFollows(case)
    case.scenario, case.version = target.key, target.version
    fact = domain.change(case, "scenario")
    noted = replace(fact, detail=f"{fact.detail}: {body.note}", evidence={**fact.evidence, "note": body.note})
    tell(session, case, noted, author=caller.author, now=now)
    await go_on(Planner(session, case.organisation), case, by=caller.author, now=now)
    return case


async def _target(session: AsyncSession, case: Case, to: Destination) -> ScenarioVersion:
    if not case.is_open:
        raise domain.CaseIsClosed(case)
    if to.version is None:
        found = await store.latest_published(session, case.organisation, to.scenario)
    else:
        found = await store.version_of(session, case.organisation, to.scenario, to.version)
    if found is None or found.status is not VersionStatus.PUBLISHED:
        field, value = ("scenario", to.scenario) if to.version is None else ("version", to.version)
        raise InvalidField(field, value, "a published scenario, and one of its published versions")
    return found
