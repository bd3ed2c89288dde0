"""Steps to come as pages show them."""

from contracts.scenario import Calendar
from services.dunning.timeline.domain import Expected
from services.dunning.timeline.schemas import ExpectedStep
from workflows.dunning.calendar import local_day


def expected_step(expected: Expected, calendar: Calendar) -> ExpectedStep:
    planned = expected.planned
    return ExpectedStep(
        step=planned.step.key,
        occurrence=planned.occurrence,
        kind=planned.step.kind,
        days=planned.step.days,
        template=planned.step.template,
        assignee=planned.step.assignee,
        conditions=planned.step.conditions,
        moment=planned.moment,
        day=local_day(planned.moment, calendar),
        prospect=expected.prospect,
        expected_at=expected.at,
    )
