"""The workflow of one unpaid invoice. It may sleep for weeks; what it knows is its input and its signals."""

import math
from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy, VersioningBehavior
from temporalio.exceptions import ActivityError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from contracts.dunning import (
        WORKFLOW,
        CaseChange,
        ClosingReason,
        Decision,
        DunningCase,
        Outcome,
        Reason,
        StepTurn,
    )
    from workflows.dunning import plan
    from workflows.dunning.activities import DunningActivities
    from workflows.dunning.plan import Turn

CALL = workflow.ActivityConfig(
    start_to_close_timeout=timedelta(seconds=60),
    heartbeat_timeout=timedelta(seconds=12),
    schedule_to_close_timeout=timedelta(days=1),
    retry_policy=RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(seconds=15)),
)
MILLISECOND = timedelta(milliseconds=1)
ONLY_WHO_REACHED = "only-who-reached-supersedes"
"""The patch of decision 0024, whose page says what runs that began before it go on doing."""


@workflow.defn(name=WORKFLOW, versioning_behavior=VersioningBehavior.AUTO_UPGRADE)
class DunInvoice:
    """Carry out the scenario step by step until the invoice is settled or the steps are exhausted."""

    @workflow.init
    def __init__(self, case: DunningCase) -> None:
        self.case = case
        self.closed: ClosingReason | None = None
        self.changes = 0
        self.is_as_before = False

    @workflow.run
    async def run(self, case: DunningCase) -> ClosingReason:
        while self.closed is None and (turn := self.next_turn()):
            self.keep_history_short()
            seen = self.changes  # before the step looks: a change that comes meanwhile must wake the wait
            if turn.planned.moment > self.now() and not turn.is_asked:
                await self.until(turn.planned.moment, seen)
                continue
            decision = await self.carry_out(turn)
            if decision.reason is Reason.OUT_OF_STEP:  # nothing was decided: the step keeps its turn
                await self.until_retry(decision, seen)
                continue
            if decision.outcome is Outcome.DEFERRED:
                self.case = plan.answered(self.case, turn)
                if turn.planned.moment <= self.now():  # one that was asked for too early keeps its own moment
                    await self.until_retry(decision, seen)
                continue
            self.case = plan.after(self.case, self.by_its_rule(turn, decision), decision)
            self.closed = self.closed or decision.closes
        return self.closed or ClosingReason.EXHAUSTED

    @workflow.signal
    def close(self, reason: ClosingReason) -> None:
        self.closed = self.closed or reason

    @workflow.signal
    def change(self, change: CaseChange) -> None:
        """What is not None replaces what the case had; in any case the plan is looked at again."""
        self.case = change.applied_to(self.case)
        self.changes += 1

    def now(self) -> datetime:
        """Business time."""
        return self.case.clock.business(workflow.now())

    def next_turn(self) -> Turn | None:
        """The plan is pure, but `holidays` reads a country's names from a file when first asked for it."""
        with workflow.unsafe.sandbox_unrestricted(), workflow.unsafe.imports_passed_through():
            turn = plan.next_turn(self.case, now=self.now(), as_before=self.is_as_before)
            before = plan.next_turn(self.case, now=self.now(), as_before=True)
        return before if plan.differs(turn, before) and self.began_before() else turn

    def by_its_rule(self, turn: Turn, decision: Decision) -> Turn:
        """The turn as what came of it is to be understood in this run."""
        before = turn.model_copy(update={"superseded_if_reached": False})
        differs = plan.settled_by(turn, decision) != plan.settled_by(before, decision)
        return before if differs and self.began_before() else turn

    def began_before(self) -> bool:
        """Whether this run goes on by the rule before decision 0024.

        Asked only where the rules differ: the other runs hold no patch, and an earlier build can go on with them.
        """
        self.is_as_before = self.is_as_before or not workflow.patched(ONLY_WHO_REACHED)
        return self.is_as_before

    async def carry_out(self, turn: Turn) -> Decision:
        """One attempt at a step. Services that stay away for a day put it off; it is never given up."""
        case = self.case
        step_turn = StepTurn(
            organisation=case.organisation,
            invoice_id=case.invoice_id,
            scenario=case.scenario.key,
            version=case.scenario.version,
            run=case.run,
            due_date=case.due_date,
            planned=turn.planned,
            superseded=turn.superseded,
            superseded_if_reached=turn.superseded_if_reached,
            next_moment=turn.next_moment,
            calendar=case.calendar,
            clock=case.clock,
            turn_id=workflow.uuid4(),
        )
        while True:
            try:
                return await workflow.execute_activity_method(DunningActivities.carry_out, step_turn, **CALL)
            except ActivityError as error:
                if is_cancelled_exception(error):
                    raise
                workflow.logger.warning("the step could not be carried out for a day: %s", error.cause)

    async def until(self, moment: datetime, seen: int) -> None:
        """Wait for a business instant, for a change, or for the end of the case."""
        wait = self.case.clock.real_span(moment - self.now())
        await self.wait(timedelta(milliseconds=math.ceil(wait / MILLISECOND)), seen)

    async def until_retry(self, decision: Decision, seen: int) -> None:
        if decision.retry_after is not None:
            await self.wait(decision.retry_after, seen)
        elif decision.retry_at is not None:
            await self.until(decision.retry_at, seen)
        else:
            await self.wait(None, seen)

    async def wait(self, timeout: timedelta | None, seen: int) -> None:
        if timeout is not None and timeout <= timedelta(0):
            return
        try:
            await workflow.wait_condition(lambda: self.closed is not None or self.changes != seen, timeout=timeout)
        except TimeoutError:
            return

    def keep_history_short(self) -> None:
        """Only a case that is put off very many times gets here."""
        if workflow.info().is_continue_as_new_suggested():
            workflow.continue_as_new(self.case)
