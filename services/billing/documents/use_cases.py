"""The PDF of an issued invoice: rendered when it is first asked for, the same bytes ever after."""

import hashlib
from datetime import datetime
from uuid import UUID

from chassis.database import Sessions, without_transaction
from chassis.printing import Printer
from chassis.problems import NotFound
from services.billing.documents.page import pdf_of
from services.billing.documents.sheet import Sheet
from services.billing.invoices import domain, store
from services.billing.invoices.models import InvoiceDocument


async def document_of(
    sessions: Sessions, printer: Printer, organisation: str, invoice_id: UUID, *, now: datetime
) -> tuple[str, InvoiceDocument]:
    """With the number of its invoice. No transaction while rendering: pages in the making must not hold what payments
    need. One that is kept is read by one statement, for each reminder fetches it.
    """
    async with sessions() as session:
        await without_transaction(session)
        if kept := await store.find_document(session, organisation, invoice_id):
            return kept
        invoice = await store.find_invoice(session, organisation, invoice_id)
    if invoice is None:
        raise NotFound("invoice", invoice_id)
    domain.check_issued(invoice)
    pdf = await pdf_of(Sheet.of(invoice), printer)
    rendered = InvoiceDocument(invoice_id=invoice.id, pdf=pdf, sha256=hashlib.sha256(pdf).hexdigest(), rendered_at=now)
    async with sessions() as session, session.begin():
        return invoice.number or "", await store.keep_document(session, rendered)
