"""The dunning workflow of a build whose code does not fit what the build before it recorded."""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import VersioningBehavior

with workflow.unsafe.imports_passed_through():
    from contracts.dunning import WORKFLOW, ClosingReason, DunningCase


@workflow.defn(name=WORKFLOW, versioning_behavior=VersioningBehavior.AUTO_UPGRADE)
class DunInvoice:
    """It waits first, where ours carries out a step."""

    @workflow.run
    async def run(self, _: DunningCase) -> ClosingReason:
        await workflow.sleep(timedelta(days=365))
        return ClosingReason.EXHAUSTED
