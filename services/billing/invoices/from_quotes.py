"""A quote that was accepted becomes a draft: once for each quote, for a person to issue."""

from datetime import datetime

from pydantic import ValidationError
from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.problems import DomainError, field_error
from contracts.events import QuoteAccepted
from services.billing.customers.use_cases import get_customer
from services.billing.invoices import domain, store
from services.billing.invoices.models import Invoice
from services.billing.invoices.schemas import DraftInput


class QuoteCannotBeInvoiced(DomainError):
    """Its content is not what an invoice takes; the text names what is wrong."""


async def draft_from_quote(session: AsyncSession, quote: QuoteAccepted, *, now: datetime) -> Invoice | None:
    """The draft, or None when the quote has its invoice."""
    if await store.find_invoice_of_quote(session, quote.organisation, quote.quote_id):
        return None
    await get_customer(session, quote.organisation, quote.customer_id)
    content = _content(quote)
    invoice = domain.draft_invoice(quote.organisation, content, now=now)
    if invoice.total != quote.total:  # quotes of before had cents in whatever currency: what was accepted counts
        invoice = domain.draft_invoice(quote.organisation, content, digits=2, now=now)
    if invoice.total != quote.total:
        raise QuoteCannotBeInvoiced(
            f"total: {quote.total:f}, but the lines of {quote.number} come to {invoice.total:f}; expected what the "
            "customer accepted"
        )
    invoice.quote_id, invoice.quote_number = quote.quote_id, quote.number
    session.add(invoice)
    await session.flush()
    return invoice


def _content(quote: QuoteAccepted) -> DraftInput:
    content = quote.model_dump(include={"customer_id", "currency", "subject", "order_reference", "lines", "note"})
    try:
        return DraftInput.model_validate(content)
    except ValidationError as error:
        wrong = [field_error(item) for item in error.errors(include_url=False)]
        raise QuoteCannotBeInvoiced(
            "; ".join(f"{each['field']}: {each['expected']} (got {each['value']!r})" for each in wrong)
        ) from None
