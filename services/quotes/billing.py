"""What quotes asks billing: who the customer is, and who sells."""

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from chassis.http import Peer, PeerRefused, PeerUnavailable
from chassis.problems import DomainError, InvalidField
from contracts.parties import Contact, Seller

Found = TypeVar("Found")


class BillingUnavailable(DomainError):
    """Nothing was changed: the same request may be made again."""

    status = 503

    def __init__(self) -> None:
        super().__init__("Billing, which knows the customers, does not answer. Nothing was changed: try again.")


class SellerNotSet(DomainError):
    def __init__(self, organisation: str) -> None:
        super().__init__(f"The legal identity of {organisation} is not set; expected `PUT /seller` of billing first.")


@dataclass(frozen=True)
class Billing:
    peer: Peer

    async def contact(self, organisation: str, customer_id: UUID) -> Contact:
        """422 when billing has no such customer."""
        path = f"/customers/{customer_id}/contact"
        found = await _answered(self.peer.get(path, Contact, organisation=organisation))
        if found is None:
            raise InvalidField("customer_id", str(customer_id), "the id of a customer of billing")
        return found

    async def seller(self, organisation: str) -> Seller:
        found = await _answered(self.peer.get("/seller", Seller, organisation=organisation))
        if found is None:
            raise SellerNotSet(organisation)
        return found


async def _answered(call: Awaitable[Found]) -> Found | None:
    """None for a 404; any other refusal is a mistake of ours and no fact about the customer."""
    try:
        return await call
    except PeerUnavailable:
        raise BillingUnavailable from None
    except PeerRefused as refusal:
        if refusal.status != 404:
            raise
        return None
