"""When the steps of a scenario would come for an invoice."""

from datetime import date, datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.auth import Caller
from contracts.dunning import DunningCase
from contracts.scenario import Scenario
from services.dunning.cases.planning import Planner
from services.dunning.cases.use_cases import existing_case, holds_now
from services.dunning.scenarios.schemas import Preview
from services.dunning.timeline.domain import Expected, Prospect, forecast
from services.dunning.timeline.schemas import ExpectedStep
from services.dunning.timeline.use_cases import future
from services.dunning.timeline.views import expected_step
from workflows.dunning.plan import planned_steps

NOBODY = UUID(int=0)


async def for_a_due_date(planner: Planner, scenario: Scenario, due_date: date) -> Preview:
    """As for an invoice that is issued in time. Of steps that a weekend brings together one may supersede another."""
    calendar = await planner.calendar_in_force()
    case = DunningCase(
        case_id=NOBODY,
        organisation=planner.organisation,
        invoice_id=NOBODY,
        customer_id=NOBODY,
        due_date=due_date,
        scenario=scenario,
        calendar=calendar,
    )
    first_moment = planned_steps(case)[0].moment
    found = forecast(case, now=first_moment, wakes_at=first_moment)
    steps = [expected_step(each, calendar) for each in found]
    return Preview(version=scenario.version, due_date=due_date, steps=steps)


async def for_an_invoice(
    session: AsyncSession, caller: Caller, scenario: Scenario, invoice_id: UUID, *, now: datetime
) -> Preview:
    """As if its case followed the scenario from now on; what it has done stays done. 404 for an unknown invoice."""
    case = await existing_case(session, caller, invoice_id)
    planner = Planner(session, case.organisation)
    calendar = await planner.calendar_in_force()
    contract = DunningCase(
        case_id=case.id,
        organisation=case.organisation,
        invoice_id=case.invoice_id,
        customer_id=case.customer_id,
        due_date=case.due_date,
        scenario=scenario,
        calendar=calendar,
        done=tuple(case.done),
    )
    to_come = future(contract, await holds_now(session, case, now=now), now=now)
    done = [planned for planned in planned_steps(contract) if planned.mark in contract.done]
    steps: list[ExpectedStep] = [expected_step(Expected(planned, Prospect.DONE), calendar) for planned in done]
    return Preview(version=scenario.version, due_date=case.due_date, steps=[*steps, *to_come])
