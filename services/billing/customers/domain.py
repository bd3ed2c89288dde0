"""What a customer is made of, and how others see it."""

from datetime import datetime

from contracts.parties import Address, Contact
from services.billing.customers.models import Customer
from services.billing.customers.schemas import CustomerInput


def new_customer(organisation: str, given: CustomerInput, *, now: datetime) -> Customer:
    values = {"organisation": organisation, "created_at": now, "changed_at": now}
    return Customer.model_validate(values | _values(given))


def change(customer: Customer, given: CustomerInput, *, now: datetime) -> None:
    """Take all of `given`; invoices issued before keep what they printed."""
    customer.sqlmodel_update(_values(given) | {"changed_at": now})


def contact_of(customer: Customer) -> Contact:
    """The customer as one writes to them or calls them today."""
    return Contact(
        customer_id=customer.id,
        name=customer.name,
        kind=customer.kind,
        language=customer.language,
        address=customer.address,
        email=customer.email,
        phone=customer.phone,
        scenario=customer.scenario,
    )


def _values(given: CustomerInput) -> dict[str, object]:
    values: dict[str, object] = {name: getattr(given, name) for name in CustomerInput.model_fields}
    return values | {"address": Address.model_validate(given.address.model_dump())}
