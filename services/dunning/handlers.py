"""Reactions: cases follow billing's receivables, workflows follow the cases, and an overdue list that is due begins."""

from dataclasses import dataclass

from sqlmodel.ext.asyncio.session import AsyncSession
from temporalio.client import Client
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

from chassis.clock import Now
from chassis.database import without_transaction
from chassis.personal.reacting import erasing_of
from contracts import overdue_list
from contracts.events import Event
from contracts.events.billing import InvoiceEvent
from contracts.events.dunning import CaseEvent, CaseOpened
from contracts.overdue_list import OverdueListDue
from services.dunning.cases import store
from services.dunning.cases.following import follow
from services.dunning.privacy.store import HOLDINGS
from services.dunning.steering.patience import RPC_TIMEOUT, patience
from services.dunning.steering.use_cases import Steering

ERASE = erasing_of(HOLDINGS)


@dataclass(frozen=True)
class FollowInvoice:
    """Billing's events about an invoice, in any order."""

    now: Now
    steering: Steering

    async def __call__(self, event: Event, session: AsyncSession) -> None:
        await follow(session, InvoiceEvent.of(event), now=self.now(), steer=self.steering.at_once)


@dataclass(frozen=True)
class SteerWorkflow:
    """Dunning's own events about a case: its workflow follows the case as it is now, whatever the event said."""

    steering: Steering

    async def is_needed(self, event: Event, session: AsyncSession) -> bool:
        """Mostly not: the transaction that changed the case has told the workflow already."""
        case = CaseEvent.of(event)
        if isinstance(case, CaseOpened) and case.workflow_told:
            return False
        await without_transaction(session)
        return await store.is_out_of_step(session, case.organisation, case.invoice_id)

    async def __call__(self, event: Event, session: AsyncSession) -> None:
        case = CaseEvent.of(event)
        await self.steering.steer(session, case.organisation, case.invoice_id)


@dataclass(frozen=True)
class StartOverdueList:
    """The workflow that sends a list; that of a day it starts once, however often it is asked to."""

    temporal: Client

    async def __call__(self, due: OverdueListDue) -> None:
        async with patience():
            try:
                await self.temporal.start_workflow(
                    overdue_list.WORKFLOW,
                    due,
                    id=due.key,
                    task_queue=overdue_list.TASK_QUEUE,
                    id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                    rpc_timeout=RPC_TIMEOUT,
                )
            except WorkflowAlreadyStartedError:
                return
