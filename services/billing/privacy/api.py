"""`/customers/{customer_id}/erasure`: export and erase a customer."""

from uuid import UUID

from chassis.clock import CurrentClock
from chassis.database import Transaction
from chassis.personal import erasing
from chassis.personal.api import Eraser, router_of
from chassis.personal.erasing import ErasureView
from services.billing.privacy import use_cases
from services.billing.privacy.store import HOLDINGS

router = router_of(HOLDINGS)


@router.post("/erasure", status_code=202)
async def erase_customer(customer_id: UUID, caller: Eraser, transaction: Transaction, now: CurrentClock) -> ErasureView:
    """Erase what the law does not keep, here now and in the other services soon. Idempotent.

    409 `customer_cannot_be_erased` while an invoice is open or a payment has money left.
    """
    await use_cases.erase_customer(transaction, caller, customer_id, now=now())
    return await erasing.preview(transaction, HOLDINGS, caller.organisation, customer_id)
