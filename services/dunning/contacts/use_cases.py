"""Taking a customer's contact slot, so that two invoices never write to one customer too soon after each other."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.auth import Caller
from chassis.problems import NotFound
from contracts.dunning import ContactClaim, ContactGrant
from services.dunning.cases import store as cases
from services.dunning.contacts import store
from services.dunning.contacts.models import Contact
from services.dunning.policies.use_cases import ensure_policy


async def claim_contact(
    session: AsyncSession, caller: Caller, invoice_id: UUID, claim: ContactClaim, *, now: datetime
) -> ContactGrant:
    """Granted, or not before when. A step never stands in its own way: the same key may claim again."""
    case = await cases.case_of(session, caller.organisation, invoice_id)
    if case is None:
        raise NotFound("case of invoice", invoice_id)
    policy = await ensure_policy(session, caller.organisation, now=now)
    await store.serialise(session, caller.organisation, case.customer_id)
    last = await store.latest_of_others(session, caller.organisation, case.customer_id, claim.key)
    if last is not None and claim.at < last + policy.minimum_contact_delay:
        return ContactGrant(granted=False, not_before=last + policy.minimum_contact_delay)
    contact = Contact(
        organisation=caller.organisation,
        key=claim.key,
        customer_id=case.customer_id,
        invoice_id=invoice_id,
        at=claim.at,
    )
    await store.claim(session, contact)
    return ContactGrant(granted=True)
