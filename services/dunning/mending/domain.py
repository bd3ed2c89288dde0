"""When a workflow counts as behind its case."""

from datetime import timedelta

from contracts.dunning import StepTurn
from services.dunning.cases.models import Case

ON_ITS_WAY = timedelta(seconds=10)
"""Real time that a fact may take from the case to its workflow before it counts as lost."""
LONG_DUE = timedelta(minutes=15)
"""Real time after its moment in which a step has its decision, be it to wait: no wait between two tries is as long."""
TOLD_AT_MOST_EVERY = timedelta(minutes=1)
"""Real time between two changes of which a workflow is told because it says that it knows another case."""


def follows_another(turn: StepTurn, case: Case) -> bool:
    """Whether the workflow goes by a plan that is not its case's. The turns of earlier builds have no due date."""
    followed = (turn.scenario, turn.version, turn.run, turn.due_date or case.due_date)
    return followed != (case.scenario, case.version, case.run, case.due_date)
