"""A case as people see it."""

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from contracts.dunning import PlannedStep
from services.dunning.cases.models import Case
from services.dunning.cases.schemas import CaseSummary, CaseView, HoldView, PlannedStepView
from services.dunning.cases.use_cases import holds_now, steps_to_come
from services.dunning.journal import store as journal
from services.dunning.journal.schemas import JournalEntryView

JOURNAL_SHOWN = 200


async def view(session: AsyncSession, case: Case, *, now: datetime) -> CaseView:
    """As it is now, with what the transaction changed."""
    await session.flush()
    entries = await journal.of_case(session, case.organisation, case.id, limit=JOURNAL_SHOWN)
    summary = CaseSummary.model_validate(case, from_attributes=True)
    holds = await holds_now(session, case, now=now)
    return CaseView(
        **dict(summary),
        holds=[HoldView.model_validate(hold) for hold in holds],
        asked=case.asked,
        planned=[_planned(step) for step in await steps_to_come(session, case)],
        journal=[JournalEntryView.of(entry) for entry in entries],
    )


def _planned(planned: PlannedStep) -> PlannedStepView:
    return PlannedStepView(
        step=planned.step.key,
        occurrence=planned.occurrence,
        kind=planned.step.kind,
        days=planned.step.days,
        template=planned.step.template,
        assignee=planned.step.assignee,
        moment=planned.moment,
    )
