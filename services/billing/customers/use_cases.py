"""Customers: create, change, find, and how to reach them."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.auth import Caller
from chassis.problems import NotFound
from contracts.parties import Contact
from services.billing.customers import domain, store
from services.billing.customers.models import Customer
from services.billing.customers.schemas import CustomerInput


async def create_customer(session: AsyncSession, caller: Caller, given: CustomerInput, *, now: datetime) -> Customer:
    customer = domain.new_customer(caller.organisation, given, now=now)
    session.add(customer)
    await session.flush()
    return customer


async def change_customer(
    session: AsyncSession, caller: Caller, customer_id: UUID, given: CustomerInput, *, now: datetime
) -> Customer:
    customer = await get_customer(session, caller.organisation, customer_id, lock=True)
    domain.change(customer, given, now=now)
    await session.flush()
    return customer


async def get_customer(session: AsyncSession, organisation: str, customer_id: UUID, *, lock: bool = False) -> Customer:
    customer = await store.find_customer(session, organisation, customer_id, lock=lock)
    if customer is None:
        raise NotFound("customer", customer_id)
    return customer


async def contact_of_customer(session: AsyncSession, organisation: str, customer_id: UUID) -> Contact:
    return domain.contact_of(await get_customer(session, organisation, customer_id))
