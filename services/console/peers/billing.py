"""Billing, as far as pages need it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from urllib.parse import quote
from uuid import UUID

from pydantic import BaseModel

from chassis.paging import Page
from contracts.base import Amount, Instant
from contracts.events.payments import Payer, PaymentMethod
from contracts.lines import VatShare
from contracts.parties import Address, CustomerKind, Language, Seller
from contracts.receivable import Receivable, ReceivableView
from services.console.peers.client import Client, Value, found


class ReceivableItem(Receivable):
    customer_name: str
    days_late: int


class Receivables(Page[ReceivableItem]):
    as_of: Instant


class CurrencyTotal(BaseModel):
    """`overdue` is the part of `balance` that is late."""

    currency: str
    count: int
    balance: Amount
    overdue: Amount


class Totals(BaseModel):
    """Not complete: very many fit, and these are the totals of some."""

    currencies: list[CurrencyTotal]
    is_complete: bool


class AgedAmounts(BaseModel):
    """What is open by calendar days since the due date."""

    currency: str
    not_due: Amount
    days_1_to_30: Amount
    days_31_to_60: Amount
    days_61_to_90: Amount
    days_over_90: Amount
    total: Amount
    invoices: int

    @property
    def overdue(self) -> Decimal:
        return self.total - self.not_due


class AgedBalance(BaseModel):
    totals: list[AgedAmounts]


class AgedCustomer(AgedAmounts):
    customer_id: UUID
    customer_name: str


class SalesOutstanding(BaseModel):
    """`days_outstanding` is None when nothing was invoiced."""

    currency: str
    balance: Amount
    invoiced: Amount
    days_outstanding: Decimal | None


class DaysSalesOutstanding(BaseModel):
    days: int
    totals: list[SalesOutstanding]


class InvoiceSummary(BaseModel):
    id: UUID
    customer_id: UUID
    currency: str
    total: Amount
    subject: str
    created_at: datetime


class InvoiceStatus(StrEnum):
    DRAFT = "draft"
    ISSUED = "issued"
    CREDITED = "credited"


class InvoiceLine(BaseModel):
    description: str
    quantity: Decimal
    unit: str
    unit_price: Decimal
    discount_percent: Decimal
    net: Amount


class Invoice(BaseModel):
    id: UUID
    kind: str
    status: InvoiceStatus
    number: str | None
    customer_id: UUID
    currency: str
    subject: str
    issue_date: date | None
    due_date: date | None
    total_without_vat: Amount
    total_vat: Amount
    total: Amount
    order_reference: str | None
    issued_at: datetime | None
    lines: list[InvoiceLine]
    vat_shares: list[VatShare]
    note: str


class Movement(BaseModel):
    """Money that went to the invoice, or came back from it (negative): then with the reason, and the day of it."""

    payment_id: str
    amount: Amount
    cause: str
    made_by: str
    made_by_name: str | None = None
    made_at: datetime
    reason: str | None = None
    reversed_on: date | None = None

    @property
    def who(self) -> str:
        """An old one knows who made it by their id alone."""
        return self.made_by_name or self.made_by


class Decision(BaseModel):
    kind: str
    reason: str
    due_date: date | None
    amount: Amount | None
    decided_by: str
    decided_by_name: str | None = None
    decided_at: datetime

    @property
    def who(self) -> str:
        """An old one knows who decided by their id alone."""
        return self.decided_by_name or self.decided_by


class History(BaseModel):
    movements: list[Movement]
    decisions: list[Decision]


class PaymentStatus(StrEnum):
    APPLIED = "applied"
    UNALLOCATED = "unallocated"
    REVERSED = "reversed"
    REJECTED = "rejected"
    AWAITED = "awaited"


class Allocation(BaseModel):
    invoice_id: UUID
    number: str
    amount: Amount


class Payment(BaseModel):
    """`allocations` are all its movements, those that took some of it back too."""

    payment_id: str
    status: PaymentStatus
    reason: str | None
    amount: Amount | None
    unallocated: Amount
    currency: str | None
    received_on: date | None
    method: PaymentMethod | None
    invoice_number: str | None
    remittance: str | None
    payer: Payer
    customer_id: UUID | None
    recorded_at: datetime
    allocations: list[Allocation]

    @property
    def paid(self) -> list[Allocation]:
        """What of it is on each invoice now; those that have nothing of it are left out."""
        sums: dict[UUID, Allocation] = {}
        for each in self.allocations:
            before = sums.get(each.invoice_id)
            amount = each.amount + (before.amount if before else Decimal())
            sums[each.invoice_id] = each.model_copy(update={"amount": amount})
        return [each for each in sums.values() if each.amount]


class NewPayment(BaseModel):
    """`payment_id` makes the same payment, sent twice, one."""

    payment_id: str
    amount: Amount
    currency: str
    received_on: date
    method: PaymentMethod
    invoice_number: str | None = None
    remittance: str | None = None
    payer: Payer | None = None


class ReversalReason(StrEnum):
    """Why a payment comes undone; billing is told in words."""

    UNPAID_CHEQUE = "unpaid_cheque"
    REJECTED_DEBIT = "rejected_debit"
    RECALLED = "recalled"
    MISTAKE = "mistake"
    OTHER = "other"


class Reversal(BaseModel):
    reversed_on: date
    reason: str


class Because(StrEnum):
    SAME_AMOUNT = "same_amount"
    SAME_CUSTOMER = "same_customer"
    PAYER_NAME = "payer_name"


class Suggestion(BaseModel):
    """An open invoice to which the rest of a payment may belong, and what speaks for it."""

    payment_id: str
    invoice_id: UUID
    number: str
    customer_name: str
    due_date: date
    balance: Amount
    because: list[Because]


class Suggestions(BaseModel):
    items: list[Suggestion]


class Matching(BaseModel):
    invoice_id: UUID
    amount: Amount


class Customer(BaseModel):
    id: UUID
    name: str
    kind: CustomerKind
    language: Language
    address: Address
    email: str | None
    phone: str | None
    siren: str | None
    vat_number: str | None
    payment_terms_days: int
    scenario: str | None
    created_at: datetime


class Standing(BaseModel):
    """How a customer stands in one currency; `overdue` is the part of `balance` that is late."""

    customer_id: UUID
    currency: str
    balance: Amount
    overdue: Amount
    overdue_invoices: int
    days_late: int


class Standings(BaseModel):
    items: list[Standing]


class Comment(BaseModel):
    id: UUID
    text: str
    corrects: UUID | None
    is_corrected: bool
    written_by_name: str
    written_at: datetime


class NewComment(BaseModel):
    text: str
    corrects: UUID | None = None


class DueDateAgreement(BaseModel):
    due_date: date
    reason: str


class Reason(BaseModel):
    reason: str


@dataclass(frozen=True)
class Billing:
    client: Client

    async def receivables(self, **asked: Value) -> Receivables:
        return await self.client.get("/receivables", Receivables, **asked)

    async def totals(self, **asked: Value) -> Totals:
        return await self.client.get("/receivables/totals", Totals, **asked)

    async def aged(self) -> AgedBalance:
        return await self.client.get("/receivables/aged", AgedBalance)

    async def aged_customers(self, **asked: Value) -> Page[AgedCustomer]:
        return await self.client.page("/receivables/aged/customers", AgedCustomer, **asked)

    async def outstanding(self, *, days: int) -> DaysSalesOutstanding:
        return await self.client.get("/receivables/dso", DaysSalesOutstanding, days=days)

    async def drafts(self, **asked: Value) -> Page[InvoiceSummary]:
        return await self.client.page("/invoices", InvoiceSummary, status="draft", **asked)

    async def issue(self, invoice_id: UUID, *, key: str) -> None:
        await self.client.send("POST", f"/invoices/{invoice_id}/issue", key=key)

    async def invoice(self, invoice_id: UUID) -> Invoice:
        return await self.client.get(f"/invoices/{invoice_id}", Invoice)

    async def receivable(self, invoice_id: UUID) -> ReceivableView | None:
        """None for what is not issued, and for credit notes."""
        return await found(self.client.get(f"/receivables/{invoice_id}", ReceivableView))

    async def history(self, invoice_id: UUID) -> History | None:
        return await found(self.client.get(f"/receivables/{invoice_id}/history", History))

    async def seller(self) -> Seller | None:
        """None until it is set."""
        return await found(self.client.get("/seller", Seller))

    async def customer(self, customer_id: UUID) -> Customer:
        return await self.client.get(f"/customers/{customer_id}", Customer)

    async def customers(self, **asked: Value) -> Page[Customer]:
        return await self.client.page("/customers", Customer, **asked)

    async def standings(self, customers: Collection[UUID]) -> Standings:
        """Of 200 customers at most; who owes nothing has none."""
        return await self.client.get("/standings", Standings, customer_id=customers)

    async def comments(self, customer_id: UUID, **asked: Value) -> Page[Comment]:
        return await self.client.page(f"/customers/{customer_id}/comments", Comment, **asked)

    async def comment(self, customer_id: UUID, comment: NewComment, *, key: str) -> None:
        await self.client.send("POST", f"/customers/{customer_id}/comments", comment, key=key)

    async def payments(self, **asked: Value) -> Page[Payment]:
        return await self.client.page("/payments", Payment, **asked)

    async def payment(self, payment_id: str) -> Payment:
        return await self.client.get(f"/payments/{quote(payment_id, safe='')}", Payment)

    async def record(self, payment: NewPayment) -> Payment:
        answer = await self.client.send("POST", "/payments", payment, key=payment.payment_id)
        return Payment.model_validate_json(answer)

    async def match(self, payment_id: str, matching: Matching, *, key: str) -> Payment:
        answer = await self.client.send(
            "POST", f"/payments/{quote(payment_id, safe='')}/allocations", matching, key=key
        )
        return Payment.model_validate_json(answer)

    async def reverse(self, payment_id: str, reversal: Reversal, *, key: str) -> None:
        await self.client.send("POST", f"/payments/{quote(payment_id, safe='')}/reverse", reversal, key=key)

    async def suggestions(self, payments: Collection[str], *, each: int) -> list[Suggestion]:
        """Of 200 payments at most, the best first; at most `each` for a payment."""
        found = await self.client.get("/payment-suggestions", Suggestions, payment_id=payments, each=each)
        return found.items

    async def agree_due_date(self, invoice_id: UUID, agreement: DueDateAgreement, *, key: str) -> None:
        await self.client.send("POST", f"/receivables/{invoice_id}/due-date", agreement, key=key)

    async def write_off(self, invoice_id: UUID, reason: Reason, *, key: str) -> None:
        await self.client.send("POST", f"/receivables/{invoice_id}/write-off", reason, key=key)
