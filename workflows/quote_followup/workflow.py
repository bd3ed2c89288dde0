"""The workflow of one sent quote: mail it, remind once, let it expire. An answer ends it at any time."""

import math
from datetime import datetime, timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy, VersioningBehavior
from temporalio.exceptions import ActivityError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from contracts.quote_followup import CLOSE_SIGNAL, WORKFLOW, QuoteFollowUp
    from workflows.quote_followup import plan
    from workflows.quote_followup.activities import Delivery, Expiry, QuoteFollowUpActivities, QuoteMail

CALL = workflow.ActivityConfig(
    start_to_close_timeout=timedelta(seconds=90),
    heartbeat_timeout=timedelta(seconds=12),
    schedule_to_close_timeout=timedelta(days=1),
    retry_policy=RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=1)),
)
MILLISECOND = timedelta(milliseconds=1)


@workflow.defn(name=WORKFLOW, versioning_behavior=VersioningBehavior.AUTO_UPGRADE)
class FollowUpQuote:
    """Returns `closed` when the customer answered in time, else what quotes says became of it: `expired`."""

    @workflow.init
    def __init__(self, case: QuoteFollowUp) -> None:
        self.case = case
        self.closed = False

    @workflow.run
    async def run(self, case: QuoteFollowUp) -> str:
        sent = await self.send("send", template="quote")
        moment = self.follow_up_moment()
        if sent is Delivery.MADE and moment is not None and not await self.closed_before(moment):
            await self.send("follow-up", template="quote-follow-up")
        if await self.closed_before(case.expires_at):
            return "closed"
        return await self.expire()

    @workflow.signal(name=CLOSE_SIGNAL)
    def close(self) -> None:
        self.closed = True

    def follow_up_moment(self) -> datetime | None:
        """The plan is pure, but `holidays` reads a country's names from a file when first asked for it."""
        with workflow.unsafe.sandbox_unrestricted(), workflow.unsafe.imports_passed_through():
            return plan.follow_up_moment(self.case)

    async def send(self, name: str, *, template: str) -> Delivery:
        """Services that stay away for a day put it off; once the quote is answered or over, nothing is sent."""
        case = self.case
        mail = QuoteMail(
            organisation=case.organisation,
            quote_id=case.quote_id,
            name=name,
            template=template,
            calendar=case.calendar,
            clock=case.clock,
        )
        while not self.closed:
            try:
                return await workflow.execute_activity_method(QuoteFollowUpActivities.send, mail, **CALL)
            except ActivityError as error:
                _tell(error)
        return Delivery.NEEDLESS

    async def expire(self) -> str:
        expiry = Expiry(organisation=self.case.organisation, quote_id=self.case.quote_id)
        while True:
            try:
                return await workflow.execute_activity_method(QuoteFollowUpActivities.expire, expiry, **CALL)
            except ActivityError as error:
                _tell(error)

    async def closed_before(self, moment: datetime) -> bool:
        """Wait for a business instant; True when the customer answers first."""
        wait = self.case.clock.real_span(moment - self.case.clock.business(workflow.now()))
        if self.closed or wait <= timedelta(0):
            return self.closed
        try:
            rounded = timedelta(milliseconds=math.ceil(wait / MILLISECOND))  # never awake before the moment
            await workflow.wait_condition(lambda: self.closed, timeout=rounded)
        except TimeoutError:
            return False
        return True


def _tell(error: ActivityError) -> None:
    if is_cancelled_exception(error):
        raise error
    workflow.logger.warning("it could not be done for a day: %s", error.cause)
