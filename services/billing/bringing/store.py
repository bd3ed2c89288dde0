"""What bringing a new payment to its invoice reads and writes, in one round trip each: reminders are about to leave."""

from sqlalchemy import BindParameter, Column, bindparam, insert, union_all, update
from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import changes
from chassis.outbox import Message
from services.billing.customers.models import Customer
from services.billing.payments.models import Allocation, Payment
from services.billing.receivables.models import Receivable

PAYMENTS, ALLOCATIONS, RECEIVABLES, OUTBOX = (
    SQLModel.metadata.tables[name] for name in ("payments", "allocations", "receivables", "outbox")
)
FILLED_BY_THE_DATABASE = "position"
SET_BY_PAYING = ("balance", "status", "version", "changed_at")
MESSAGES = ("first", "second")


def given(column: Column[object], row: str | None = None) -> BindParameter[object]:
    return bindparam(f"{row or column.table.name}_{column.name}", type_=column.type)


def told(message: str) -> list[BindParameter[object]]:
    return [given(each, message) for each in OUTBOX.columns if each.name != FILLED_BY_THE_DATABASE]


FOUND = (
    select(Receivable, Customer, Payment)
    .join(
        Customer, (col(Customer.id) == Receivable.customer_id) & (col(Customer.organisation) == Receivable.organisation)
    )
    .outerjoin(
        Payment,
        (col(Payment.organisation) == Receivable.organisation) & (col(Payment.payment_id) == bindparam("payment_id")),
    )
    .where(col(Receivable.organisation) == bindparam("organisation"), col(Receivable.number) == bindparam("number"))
    .with_for_update(of=Receivable, key_share=True)
    .execution_options(populate_existing=True)
)
RECORD = insert(PAYMENTS).values({each.name: given(each) for each in PAYMENTS.columns})
PAY = (
    update(RECEIVABLES)
    .where(*(RECEIVABLES.c[name] == given(RECEIVABLES.c[name]) for name in ("organisation", "invoice_id")))
    .values({name: given(RECEIVABLES.c[name]) for name in SET_BY_PAYING})
)
TELL = insert(OUTBOX).from_select(
    [each.name for each in OUTBOX.columns if each.name != FILLED_BY_THE_DATABASE],
    union_all(*(select(*told(message)) for message in MESSAGES)),
)
"""In their order. Not by `values([...])`, which SQLAlchemy compiles anew at each payment."""
MOVE = insert(ALLOCATIONS).values(
    {each.name: given(each) for each in ALLOCATIONS.columns if each.name != FILLED_BY_THE_DATABASE}
)
TOGETHER = MOVE.returning(ALLOCATIONS.c.position).add_cte(RECORD.cte("recorded"), PAY.cte("paid"), TELL.cte("told"))


async def lock(
    session: AsyncSession, organisation: str, number: str, payment_id: str
) -> tuple[Receivable, Customer, Payment | None] | None:
    """The receivable of an invoice as it is now, locked, with its customer, and the payment, where it is known."""
    given = {"organisation": organisation, "number": number, "payment_id": payment_id}
    return (await session.exec(FOUND, params=given)).one_or_none()


async def write(
    session: AsyncSession,
    payment: Payment,
    allocation: Allocation,
    receivable: Receivable,
    messages: tuple[Message, Message],
) -> None:
    """A new payment, its way to the receivable that `lock` gave, and what is told of both, in order: all or nothing."""
    values: dict[str, object] = {}
    for row in (payment, allocation, receivable):
        values |= {f"{row.__tablename__}_{name}": value for name, value in row}
    for name, message in zip(MESSAGES, messages, strict=True):
        values |= {f"{name}_{column}": value for column, value in vars(message).items()}
    allocation.position = (await (await session.connection()).execute(TOGETHER, values)).scalar_one()
    changes.note(session.sync_session, new=[payment, allocation], dirty=[receivable])
    session.expunge(receivable)
