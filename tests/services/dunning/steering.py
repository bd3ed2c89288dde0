"""How tests steer the workflow of a case, and what they see of it on the Temporal server."""

from datetime import UTC, datetime, timedelta

from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowExecutionDescription

from contracts import dunning
from contracts.dunning import CaseChange
from contracts.receivable import Receivable
from services.dunning.reconciliation.domain import Mended
from services.dunning.steering.use_cases import Steering
from tests.services.dunning.desk import Desk


async def steered(desk: Desk, steering: Steering, receivable: Receivable) -> Mended:
    async with desk.sessions() as session, session.begin():
        return await steering.steer(session, receivable.organisation, receivable.invoice_id)


async def described(temporal: Client, receivable: Receivable) -> WorkflowExecutionDescription:
    return await temporal.get_workflow_handle(dunning.workflow_id(receivable.invoice_id)).describe()


async def signals(temporal: Client, receivable: Receivable) -> list[tuple[str, CaseChange | str]]:
    """Those of the latest run, in order."""
    handle = temporal.get_workflow_handle(dunning.workflow_id(receivable.invoice_id))
    found: list[tuple[str, CaseChange | str]] = []
    async for event in handle.fetch_history_events():
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED:
            attributes = event.workflow_execution_signaled_event_attributes
            kind = CaseChange if attributes.signal_name == dunning.CHANGE_SIGNAL else str
            (value,) = await temporal.data_converter.decode(attributes.input.payloads, [kind])
            found.append((attributes.signal_name, value))
    return found


def due_in(days: int) -> str:
    return (datetime.now(UTC).date() + timedelta(days=days)).isoformat()
