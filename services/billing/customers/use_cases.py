"""Customers: create, change, find, and how to reach them."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.auth import Caller
from chassis.problems import DomainError, NotFound
from contracts.parties import Contact
from services.billing.customers import domain, store
from services.billing.customers.models import Customer
from services.billing.customers.schemas import CustomerInput


class CustomerIsErased(DomainError):
    """Nothing new is kept about a customer who was erased."""

    def __init__(self, customer: Customer) -> None:
        super().__init__(f"customer {customer.id} was erased on {customer.erased_at:%Y-%m-%d}; expected another one")


async def create_customer(session: AsyncSession, caller: Caller, given: CustomerInput, *, now: datetime) -> Customer:
    customer = domain.new_customer(caller.organisation, given, now=now)
    session.add(customer)
    await session.flush()
    return customer


async def change_customer(
    session: AsyncSession, caller: Caller, customer_id: UUID, given: CustomerInput, *, now: datetime
) -> Customer:
    customer = await get_known_customer(session, caller.organisation, customer_id, lock=True)
    domain.change(customer, given, now=now)
    await session.flush()
    return customer


async def get_customer(session: AsyncSession, organisation: str, customer_id: UUID, *, lock: bool = False) -> Customer:
    customer = await store.find_customer(session, organisation, customer_id, lock=lock)
    if customer is None:
        raise NotFound("customer", customer_id)
    return customer


async def get_known_customer(
    session: AsyncSession, organisation: str, customer_id: UUID, *, lock: bool = False
) -> Customer:
    """409 once they were erased."""
    customer = await get_customer(session, organisation, customer_id, lock=lock)
    if customer.erased_at is not None:
        raise CustomerIsErased(customer)
    return customer


async def contact_of_customer(session: AsyncSession, organisation: str, customer_id: UUID) -> Contact:
    return domain.contact_of(await get_customer(session, organisation, customer_id))
