"""`/customers/{customer_id}/export` and `/erasure`, the same in each service that holds data on customers."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request

from chassis import audit
from chassis.auth import Caller, require
from chassis.database import Transaction
from chassis.paging import Cursor, Limit, Page, position_of
from chassis.personal import erasing, exporting
from chassis.personal.erasing import ErasureView
from chassis.personal.exporting import PLACE, Record
from chassis.personal.held import Holdings
from contracts.rights import Right

Exporter = Annotated[Caller, require(Right.CUSTOMERS_EXPORT)]
Eraser = Annotated[Caller, require(Right.CUSTOMERS_ERASE)]


def router_of(holdings: Holdings) -> APIRouter:
    router = APIRouter(prefix="/customers/{customer_id}", tags=["privacy"])

    @router.get("/export")
    async def export_customer(
        customer_id: UUID,
        caller: Exporter,
        transaction: Transaction,
        request: Request,
        cursor: Cursor = None,
        limit: Limit = 100,
    ) -> Page[Record]:
        """All that this service holds on a customer (GDPR art. 15 and 20). The audit hears of each first page."""
        after = position_of(cursor, PLACE)
        if after is None:
            audit.record(
                transaction,
                caller,
                service=holdings.service,
                action="export_customer",
                object=f"customers/{customer_id}",
                at=request.app.state.real_now(),
            )
        return await exporting.page(transaction, holdings, caller.organisation, customer_id, after=after, limit=limit)

    @router.get("/erasure")
    async def preview_erasure(customer_id: UUID, caller: Eraser, transaction: Transaction) -> ErasureView:
        """What erasing this customer would erase here, what the law keeps and until when, and what stands in the way.

        Nothing is changed. Once it is done nothing is left to be erased.
        """
        return await erasing.preview(transaction, holdings, caller.organisation, customer_id)

    return router
