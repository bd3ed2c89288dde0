"""`/invoices/{invoice_id}/pdf`."""

from collections.abc import Awaitable, Callable
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, FastAPI, Request, Response

from chassis.auth import Caller, require
from chassis.clock import CurrentClock
from chassis.printing import Printer
from contracts.rights import Right
from services.billing.documents import use_cases

router = APIRouter(prefix="/invoices", tags=["invoices"])

Reader = Annotated[Caller, require(Right.INVOICES_READ)]


PATIENCE = 300.0
"""Seconds for one document: whatever was issued must be printed in the end."""


class Pdf(Response):
    media_type = "application/pdf"


@router.get("/{invoice_id}/pdf", response_class=Pdf)
async def read_document(invoice_id: UUID, caller: Reader, request: Request, now: CurrentClock) -> Pdf:
    """The document of an issued invoice or credit note: the same bytes each time. 409 while it is a draft."""
    state = request.app.state
    number, document = await use_cases.document_of(
        state.sessions, state.printer, caller.organisation, invoice_id, now=now()
    )
    headers = {"content-disposition": f'inline; filename="{number}.pdf"', "etag": f'"{document.sha256}"'}
    return Pdf(document.pdf, headers=headers)


async def open_printer(app: FastAPI) -> Callable[[], Awaitable[None]]:
    """`app.state.printer`; `/readyz` waits for its processes."""
    app.state.printer = printer = Printer(size=app.state.settings.pdf_workers, wall_seconds=PATIENCE)
    app.state.checks["printing"] = printer.ready
    return printer.close
