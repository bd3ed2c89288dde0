"""What issuing reads and writes, in one round trip each: nobody else gets a number of the series meanwhile."""

from uuid import UUID

from sqlalchemy import BindParameter, Column, bindparam, func, insert, update
from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import changes
from chassis.outbox import Message
from services.billing.customers.models import Customer
from services.billing.forgotten.models import ForgottenInvoice
from services.billing.invoices.models import Invoice
from services.billing.receivables.models import Receivable
from services.billing.sellers.models import SellerIdentity

INVOICES, RECEIVABLES, OUTBOX = (SQLModel.metadata.tables[name] for name in ("invoices", "receivables", "outbox"))
SET_BY_ISSUING = ("status", "series", "year", "sequence", "number", "issue_date", "due_date", "seller_snapshot",
                  "customer_snapshot", "mentions", "issued_at")  # fmt: skip
KEPT_BY_OUTBOX = ("id", "subject", "body", "occurred_at", "traceparent")


def given(column: Column[object]) -> BindParameter[object]:
    return bindparam(f"{column.table.name}_{column.name}", type_=column.type)


FORGOTTEN = (
    select(func.max(col(ForgottenInvoice.number)))
    .where(ForgottenInvoice.organisation == Invoice.organisation, ForgottenInvoice.invoice_id == Invoice.id)
    .scalar_subquery()
)
FOUND = (
    select(Invoice, Customer, SellerIdentity, FORGOTTEN)
    .join(Customer, (col(Customer.id) == Invoice.customer_id) & (col(Customer.organisation) == Invoice.organisation))
    .join(SellerIdentity, col(SellerIdentity.organisation) == Invoice.organisation, isouter=True)
    .where(col(Invoice.organisation) == bindparam("organisation"), col(Invoice.id) == bindparam("invoice_id"))
    .with_for_update(of=Invoice)
)
FREEZE = (
    update(INVOICES)
    .where(*(INVOICES.c[name] == given(INVOICES.c[name]) for name in ("organisation", "id")))
    .values({name: given(INVOICES.c[name]) for name in SET_BY_ISSUING})
)
OPEN = insert(RECEIVABLES).values({column.name: given(column) for column in RECEIVABLES.columns})
TELL = insert(OUTBOX).values({name: given(OUTBOX.c[name]) for name in KEPT_BY_OUTBOX})
TOGETHER = TELL.add_cte(FREEZE.cte("frozen"), OPEN.cte("opened"))


async def lock(
    session: AsyncSession, organisation: str, invoice_id: UUID
) -> tuple[Invoice, Customer, SellerIdentity | None, str | None] | None:
    """The invoice, locked, with what is printed on it and the number under which it was forgotten, if it was.

    It stands outside of the session: `write` writes it.
    """
    found = (await session.exec(FOUND, params={"organisation": organisation, "invoice_id": invoice_id})).one_or_none()
    if found is not None:
        session.expunge(found[0])
    return found


async def write(session: AsyncSession, invoice: Invoice, receivable: Receivable, message: Message) -> None:
    """An issued invoice that `lock` gave, what it has to bring in, and what is told of it: all or nothing."""
    values: dict[str, object] = {}
    for row in (invoice, receivable):
        values |= {f"{row.__tablename__}_{name}": value for name, value in row}
    values |= {f"outbox_{name}": value for name, value in vars(message).items()}
    await (await session.connection()).execute(TOGETHER, values)
    changes.note(session.sync_session, new=[receivable], dirty=[invoice])
