"""Erase a customer: here at once, elsewhere by the event that tells it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import outbox
from chassis.auth import Caller
from chassis.personal import erasing
from chassis.problems import DomainError
from contracts.events import CustomerErased
from services.billing.customers.use_cases import get_customer
from services.billing.privacy import store


class CustomerCannotBeErased(DomainError):
    """Something is still open between the two."""

    def __init__(self, customer_id: UUID, reasons: Sequence[str]) -> None:
        super().__init__(f"customer {customer_id} cannot be erased yet: {'; '.join(reasons)}")
        self.reasons = list(reasons)

    @property
    def facts(self) -> dict[str, Any]:
        return {"in_the_way": self.reasons}


async def erase_customer(session: AsyncSession, caller: Caller, customer_id: UUID, *, now: datetime) -> None:
    """409 while an invoice is open or money is theirs. Again, it changes nothing here and tells the others again.

    GDPR art. 17; what the law obliges to keep stays (art. 17-3-b), see `store.YEARS`.
    """
    customer = await get_customer(session, caller.organisation, customer_id, lock=True)
    if reasons := await store.obstacles(session, caller.organisation, customer_id):
        raise CustomerCannotBeErased(customer_id, reasons)
    if customer.erased_at is None:
        await store.mark_erased(session, customer, now=now)
    event = CustomerErased(
        organisation=caller.organisation,
        customer_id=customer_id,
        asked_by=caller.subject,
        asked_by_name=caller.name,
    )
    await erasing.erase(session, store.HOLDINGS, event, now=now)
    outbox.record(session, event, at=now)
