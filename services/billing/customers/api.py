"""`/customers`."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from chassis.auth import Caller, require
from chassis.clock import CurrentClock
from chassis.database import Transaction
from chassis.idempotency import IdempotentRoute
from chassis.paging import MOMENT_AND_ID, Cursor, Limit, Page, page_of, position_of
from contracts.parties import Contact
from contracts.rights import Right
from services.billing.customers import store, use_cases
from services.billing.customers.schemas import CustomerInput, CustomerView
from services.billing.texts import Line

router = APIRouter(prefix="/customers", tags=["customers"], route_class=IdempotentRoute)

Reader = Annotated[Caller, require(Right.CUSTOMERS_READ)]
Writer = Annotated[Caller, require(Right.CUSTOMERS_WRITE)]
Search = Annotated[Line | None, Query(min_length=1, max_length=100, description="In the name or e-mail address")]


@router.post("", status_code=201)
async def create_customer(
    body: CustomerInput, caller: Writer, transaction: Transaction, now: CurrentClock
) -> CustomerView:
    customer = await use_cases.create_customer(transaction, caller, body, now=now())
    return CustomerView.model_validate(customer)


@router.get("")
async def list_customers(
    caller: Reader, transaction: Transaction, q: Search = None, cursor: Cursor = None, limit: Limit = 50
) -> Page[CustomerView]:
    """Newest first."""
    after = position_of(cursor, MOMENT_AND_ID)
    rows = await store.list_customers(transaction, caller.organisation, q=q, after=after, limit=limit + 1)
    return page_of(rows, limit, CustomerView.model_validate, position=lambda row: (row.created_at, row.id))


@router.get("/{customer_id}")
async def read_customer(customer_id: UUID, caller: Reader, transaction: Transaction) -> CustomerView:
    customer = await use_cases.get_customer(transaction, caller.organisation, customer_id)
    return CustomerView.model_validate(customer)


@router.put("/{customer_id}")
async def change_customer(
    customer_id: UUID, body: CustomerInput, caller: Writer, transaction: Transaction, now: CurrentClock
) -> CustomerView:
    """Replace the whole customer. Issued invoices keep what they printed."""
    customer = await use_cases.change_customer(transaction, caller, customer_id, body, now=now())
    return CustomerView.model_validate(customer)


@router.get("/{customer_id}/contact")
async def read_contact(customer_id: UUID, caller: Reader, transaction: Transaction) -> Contact:
    """How to write to them or call them."""
    return await use_cases.contact_of_customer(transaction, caller.organisation, customer_id)
