"""What is owed today on the invoices that calls are about; a call itself knows what was owed when it was planned."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from uuid import UUID

from chassis.http import PeerUnavailable
from contracts.rights import Right
from services.console.peers.billing import Billing
from services.console.peers.notify import Task
from services.console.web.visit import Visit

MOST = 200
"""Invoices that billing tells of at once."""


async def balances(visit: Visit, tasks: Iterable[Task]) -> Mapping[UUID, Decimal]:
    """By invoice, in one call. None of them where billing does not answer, or the reader may not know."""
    invoices = list(dict.fromkeys(each.invoice_id for task in tasks for each in task.invoices))[:MOST]
    if not invoices or not visit.may(Right.RECEIVABLES_READ):
        return {}
    try:
        owed = await Billing(visit.client("billing")).receivables(invoice_id=invoices, limit=MOST)
    except PeerUnavailable:
        return {}
    return {each.invoice_id: each.balance for each in owed.items}
