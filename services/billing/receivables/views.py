"""How others see a receivable."""

from datetime import date

from contracts import receivable as contract
from contracts.events.billing import InvoiceEvent
from contracts.parties import Seller
from contracts.receivable import ReceivableCustomer, ReceivableView
from services.billing.customers.domain import contact_of
from services.billing.customers.models import Customer
from services.billing.receivables.domain import Fact
from services.billing.receivables.listing import Row
from services.billing.receivables.models import Receivable
from services.billing.receivables.schemas import ReceivableItem
from services.billing.receivables.store import FoundReceivable


def contract_of(receivable: Receivable, customer: Customer) -> contract.Receivable:
    """The receivable as it stands, with the customer as it is today."""
    return contract.Receivable(
        invoice_id=receivable.invoice_id,
        number=receivable.number,
        organisation=receivable.organisation,
        customer=ReceivableCustomer(
            customer_id=customer.id,
            kind=customer.kind,
            language=customer.language,
            country=customer.address.country,
            scenario=customer.scenario,
        ),
        issue_date=receivable.issue_date,
        due_date=receivable.due_date,
        total=receivable.total,
        balance=receivable.balance,
        currency=receivable.currency,
        status=receivable.status,
        scenario=receivable.scenario,
        version=receivable.version,
    )


def event_of(receivable: Receivable, customer: Customer, fact: Fact) -> InvoiceEvent:
    """What is told of the receivable as it stands."""
    return fact.model_validate(dict(contract_of(receivable, customer)))


def item_of(row: Row, *, today: date) -> dict[str, object]:
    """A `ReceivableItem` of the columns that `store.page` gives: what the database keeps is not validated once more."""
    item = {name: row[name] for name in ITEM}
    item["customer"] = {
        "customer_id": row["customer_id"],
        "kind": row["kind"],
        "language": row["language"],
        "country": row["country"],
        "scenario": row["customer_scenario"],
    }
    item["days_late"] = (today - row["due_date"]).days
    return item


ITEM = tuple(name for name in ReceivableItem.model_fields if name not in ("customer", "days_late"))


def view_of(found: FoundReceivable, seller: Seller) -> ReceivableView:
    return ReceivableView(
        **dict(contract_of(found.receivable, found.customer)),
        as_of=found.as_of,
        contact=contact_of(found.customer),
        seller=seller,
        order_reference=found.order_reference,
    )
