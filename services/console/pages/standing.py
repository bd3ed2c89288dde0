"""Who pays late, for every page on which a customer appears."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from chassis.http import PeerUnavailable
from contracts.rights import Right
from services.console.peers.billing import Billing, Standing
from services.console.web.visit import Visit

Standings = Mapping[UUID, list[Standing]]
"""Of customers who owe something: a standing for each currency."""


async def standings(visit: Visit, customers: Iterable[UUID]) -> Standings | None:
    """In one call. None when billing does not answer: pages of other services are shown all the same, and say so."""
    wanted = set(customers)
    if not wanted or not visit.may(Right.CUSTOMERS_READ):
        return {}
    try:
        found = await Billing(visit.client("billing")).standings(wanted)
    except PeerUnavailable:
        return None
    by_customer: dict[UUID, list[Standing]] = {}
    for each in found.items:
        by_customer.setdefault(each.customer_id, []).append(each)
    return by_customer
