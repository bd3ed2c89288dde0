"""Excluding customers and invoices from dunning, and taking that back."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.auth import Caller
from chassis.problems import DomainError, NotFound
from contracts.dunning import ClosingReason
from services.dunning.cases import store as cases
from services.dunning.cases.following import close_case, open_unless_hindered
from services.dunning.exclusions import store
from services.dunning.exclusions.models import Exclusion
from services.dunning.exclusions.schemas import NewExclusion


class AlreadyExcluded(DomainError):
    def __init__(self, new: NewExclusion) -> None:
        what = f"customer {new.customer_id}" if new.customer_id else f"invoice {new.invoice_id}"
        super().__init__(f"The {what} is excluded already.")


async def exclude(session: AsyncSession, caller: Caller, new: NewExclusion, *, now: datetime) -> Exclusion:
    """Exclude from now on; the open cases concerned are closed. 409 when it is excluded already."""
    exclusion = Exclusion(
        organisation=caller.organisation,
        customer_id=new.customer_id,
        invoice_id=new.invoice_id,
        reason=new.reason,
        created_at=now,
        created_by=caller.subject,
        created_by_name=caller.name,
    )
    if not await store.add_unless_there(session, exclusion):
        raise AlreadyExcluded(new)
    concerned = await cases.lock_cases_concerned(
        session, caller.organisation, customer_id=new.customer_id, invoice_id=new.invoice_id
    )
    for case in concerned:
        if case.is_open:
            await close_case(session, case, ClosingReason.EXCLUDED, note=new.reason, by=caller.author, now=now)
    return exclusion


async def lift_exclusion(session: AsyncSession, caller: Caller, exclusion_id: UUID, *, now: datetime) -> None:
    """Take an exclusion back; the cases that nothing else excludes are opened again."""
    exclusion = await store.lock_exclusion(session, caller.organisation, exclusion_id)
    if exclusion is None:
        raise NotFound("exclusion", exclusion_id)
    exclusion.lifted_at, exclusion.lifted_by = now, caller.subject
    await session.flush()
    concerned = await cases.lock_cases_concerned(
        session, caller.organisation, customer_id=exclusion.customer_id, invoice_id=exclusion.invoice_id
    )
    for case in concerned:
        if case.closing_reason is ClosingReason.EXCLUDED:
            await open_unless_hindered(session, case, "exclusion_lifted", author=caller.author, now=now)
