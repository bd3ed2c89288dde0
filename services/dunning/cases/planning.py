"""The plan of a case: its row, its scenario's version and the organisation's calendar, as the workflow takes them."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.caller import Author
from contracts.clock import Clock
from contracts.dunning import DunningCase
from contracts.scenario import Calendar, Scenario
from services.dunning.cases import domain
from services.dunning.cases.facts import tell
from services.dunning.cases.models import Case
from services.dunning.policies import store as policies
from services.dunning.policies.models import DunningPolicy
from services.dunning.scenarios import store as scenarios
from services.dunning.scenarios.models import ScenarioVersion
from workflows.dunning.plan import Turn, next_turn


@dataclass
class Planner:
    """Reads each scenario version, and the calendar, once; what its owner has read already it is given."""

    session: AsyncSession
    organisation: str
    versions: dict[tuple[str, int], Scenario] = field(default_factory=dict)
    calendar: Calendar | None = None

    def given(self, version: ScenarioVersion | None, policy: DunningPolicy | None) -> "Planner":
        """With what was read together; what is None is read when it is needed."""
        if version is not None:
            self.versions[version.key, version.version] = version.scenario
        if policy is not None:
            self.calendar = policy.calendar
        return self

    async def contract_of(self, case: Case, clock: Clock | None = None) -> DunningCase:
        """The case as the workflow's input; it must have a scenario's version."""
        if case.version is None:
            raise ValueError(f"case {case.id} has no version of the scenario {case.scenario}")
        return DunningCase(
            case_id=case.id,
            organisation=case.organisation,
            invoice_id=case.invoice_id,
            customer_id=case.customer_id,
            due_date=case.due_date,
            scenario=await self.scenario(case.scenario, case.version),
            calendar=await self.calendar_in_force(),
            clock=clock or Clock(),
            run=case.run,
            done=tuple(case.done),
            asked=tuple(case.asked),
        )

    async def next_turn(self, case: Case, *, now: datetime) -> Turn | None:
        """None when nothing is left to do."""
        return next_turn(await self.contract_of(case), now=now)

    async def scenario(self, key: str, version: int) -> Scenario:
        if (key, version) not in self.versions:
            row = await scenarios.version_of(self.session, self.organisation, key, version)
            if row is None:
                raise ValueError(f"scenario {key} of {self.organisation} has no version {version}")
            self.versions[key, version] = row.scenario
        return self.versions[key, version]

    async def calendar_in_force(self) -> Calendar:
        if self.calendar is None:
            policy = await policies.policy_of(self.session, self.organisation)
            self.calendar = policy.calendar if policy else Calendar()
        return self.calendar


def next_moment_of(turn: Turn, *, now: datetime) -> datetime:
    """When a turn's step acts, as far as the plan knows: at once when a person asked for it."""
    return now if turn.is_asked else turn.planned.moment


async def replan(planner: Planner, case: Case, what: str, *, author: Author, now: datetime) -> None:
    """After its due date, scenario or calendar changed: when its next step is, or that none is left."""
    tell(planner.session, case, domain.change(case, what), author=author, now=now)
    turn = await planner.next_turn(case, now=now)
    if turn is None:
        tell(planner.session, case, domain.exhaust(case, now=now), author=author, now=now)
        return
    case.next_moment = next_moment_of(turn, now=now)
