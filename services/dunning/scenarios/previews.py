"""When the steps of a scenario would come for an invoice."""

from datetime import date
from uuid import UUID

from contracts.dunning import DunningCase
from contracts.scenario import Scenario
from services.dunning.cases.planning import Planner
from services.dunning.scenarios.migration import moment_view
from services.dunning.scenarios.schemas import Preview
from workflows.dunning.plan import planned_steps

NOBODY = UUID(int=0)


async def preview(planner: Planner, scenario: Scenario, due_date: date) -> Preview:
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
    steps = [moment_view(planned, calendar) for planned in planned_steps(case)]
    return Preview(version=scenario.version, steps=steps)
