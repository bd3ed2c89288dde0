"""The workflow of one overdue list of one person: read what is overdue, and mail it."""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy, VersioningBehavior

with workflow.unsafe.imports_passed_through():
    from contracts.overdue_list import WORKFLOW, OverdueListDue
    from workflows.overdue_list.activities import Delivery, OverdueListActivities

CALL = workflow.ActivityConfig(
    start_to_close_timeout=timedelta(seconds=90),
    heartbeat_timeout=timedelta(seconds=12),
    schedule_to_close_timeout=timedelta(days=1),
    retry_policy=RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=1)),
)


@workflow.defn(name=WORKFLOW, versioning_behavior=VersioningBehavior.AUTO_UPGRADE)
class SendOverdueList:
    """Fails when services stay away for a day: what was overdue then is of no use any more, and the next list comes."""

    @workflow.run
    async def run(self, due: OverdueListDue) -> Delivery:
        return await workflow.execute_activity_method(OverdueListActivities.send, due, **CALL)
