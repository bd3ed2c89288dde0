"""`/payment-suggestions`: where the rest of payments may belong, for a list of them in one answer."""

from typing import Annotated

from fastapi import APIRouter, Query

from chassis.auth import Caller, require
from chassis.database import Reading
from contracts.events.payments import PaymentId
from contracts.rights import Right
from services.billing.suggestions import store
from services.billing.suggestions.schemas import Suggestion, Suggestions

router = APIRouter(prefix="/payment-suggestions", tags=["payments"])

MOST = 200
"""As many payments as a page of a list has at most."""

Reader = Annotated[Caller, require(Right.PAYMENTS_READ)]
Payments = Annotated[list[PaymentId], Query(min_length=1, max_length=MOST, description="Given once for each payment")]
Each = Annotated[int, Query(ge=1, le=10, description="How many for a payment")]


@router.get("")
async def read_suggestions(caller: Reader, reading: Reading, payment_id: Payments, each: Each = 3) -> Suggestions:
    """Open invoices of the very amount that is left, of the customer who paid, or of one named like the payer.

    What speaks for an invoice is added up; nothing is allocated by this.
    """
    rows = await store.suggestions(reading, caller.organisation, set(payment_id), each=each)
    return Suggestions(items=[Suggestion.model_validate(row) for row in rows])
