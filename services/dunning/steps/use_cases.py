"""Leaving a step out, and asking for one before its time."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import outbox
from chassis.auth import Author, Caller
from chassis.problems import DomainError, InvalidField
from contracts.dunning import PlannedStep
from contracts.events import StepSkipped
from services.dunning.cases import domain
from services.dunning.cases.facts import tell
from services.dunning.cases.following import close_case
from services.dunning.cases.holding import lock_or_refuse
from services.dunning.cases.models import Case
from services.dunning.cases.planning import Planner, next_moment_of
from services.dunning.steps.schemas import Asking, Skipping, StepOfCase
from workflows.dunning.plan import pending_steps, planned_steps


class StepIsDone(DomainError):
    """It acted, was left out or was superseded: it does not come again."""

    def __init__(self, case: Case, step: PlannedStep) -> None:
        super().__init__(f"Step {step.mark} of the case of invoice {case.number} needs no more work.")


async def skip_step(session: AsyncSession, caller: Caller, invoice_id: UUID, body: Skipping, *, now: datetime) -> Case:
    """Leave a step out for good. 409 when it needs no more work or the case is closed; 422 for an unknown step."""
    case = await lock_or_refuse(session, caller.organisation, invoice_id)
    planner = Planner(session, case.organisation)
    step = await _step_to_come(planner, case, body)
    tell(session, case, domain.skip(case, step, body.note), author=caller.author, now=now)
    event = StepSkipped(
        organisation=case.organisation,
        invoice_id=invoice_id,
        scenario=case.scenario,
        version=case.version or 0,
        step=step.step.key,
        occurrence=step.occurrence,
        reason="by_hand",
    )
    outbox.record(session, event, at=now)
    await go_on(planner, case, by=caller.author, now=now)
    return case


async def ask_for_step(session: AsyncSession, caller: Caller, invoice_id: UUID, body: Asking, *, now: datetime) -> Case:
    """Have the workflow try a step now, once. Errors as `skip_step`."""
    case = await lock_or_refuse(session, caller.organisation, invoice_id)
    step = await _step_to_come(Planner(session, case.organisation), case, body)
    tell(session, case, domain.ask(case, step, body.note, now=now), author=caller.author, now=now)
    return case


async def go_on(planner: Planner, case: Case, *, by: Author, now: datetime) -> None:
    """After the plan of an open case changed: when it acts next, or that nothing is left."""
    turn = await planner.next_turn(case, now=now)
    if turn is None:
        note = "no step is left"
        return await close_case(planner.session, case, domain.EXHAUSTED, note=note, by=by, now=now)
    case.next_moment = next_moment_of(turn, now=now)


async def _step_to_come(planner: Planner, case: Case, named: StepOfCase) -> PlannedStep:
    if not case.is_open:
        raise domain.CaseIsClosed(case)
    contract = await planner.contract_of(case)
    steps = planned_steps(contract)
    found = next((each for each in steps if _is(each, named)), None)
    if found is None:
        keys = ", ".join(dict.fromkeys(each.step.key for each in steps))
        mark = f"{named.step}#{named.occurrence}"
        raise InvalidField("step", mark, f"a step of scenario {case.scenario}, version {case.version}: {keys}")
    if found not in pending_steps(contract):
        raise StepIsDone(case, found)
    return found


def _is(planned: PlannedStep, named: StepOfCase) -> bool:
    return (planned.step.key, planned.occurrence) == (named.step, named.occurrence)
