"""Erase a customer: here at once, elsewhere by the event that tells it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import outbox
from chassis.auth import Caller
from chassis.passing import TryAgain
from chassis.personal import erasing
from chassis.problems import DomainError
from contracts.events import CustomerErased
from services.billing.customers.models import Customer
from services.billing.customers.store import find_customer
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
    event = CustomerErased(
        organisation=caller.organisation,
        customer_id=customer_id,
        asked_by=caller.subject,
        asked_by_name=caller.name,
    )
    await _erase(session, customer, event, now=now)
    outbox.record(session, event, at=now)


async def erase_again(session: AsyncSession, event: CustomerErased, now: datetime) -> None:
    """Whom a restored database has back. TryAgain as long as `erase_customer` refuses: what ended it comes again.

    The others are not told: each of them sees to its own database.
    """
    customer = await find_customer(session, event.organisation, event.customer_id, lock=True)
    if reasons := await store.obstacles(session, event.organisation, event.customer_id):
        raise TryAgain(str(CustomerCannotBeErased(event.customer_id, reasons)))
    if customer is not None:
        await _erase(session, customer, event, now=now)


async def _erase(session: AsyncSession, customer: Customer, event: CustomerErased, *, now: datetime) -> None:
    if customer.erased_at is None:
        await store.mark_erased(session, customer, now=now)
    await erasing.erase(session, store.HOLDINGS, event, now=now)
