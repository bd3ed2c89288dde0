"""`/invoices/{invoice_id}/pdf`."""

from collections.abc import Awaitable, Callable
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, FastAPI, Request, Response

from chassis.auth import EVERYONE, Caller, require
from chassis.clock import CurrentClock
from services.billing.documents import use_cases
from services.billing.documents.press import Press

router = APIRouter(prefix="/invoices", tags=["invoices"])

Reader = Annotated[Caller, require(*EVERYONE)]


class Pdf(Response):
    media_type = "application/pdf"


@router.get("/{invoice_id}/pdf", response_class=Pdf)
async def read_document(invoice_id: UUID, caller: Reader, request: Request, now: CurrentClock) -> Pdf:
    """The document of an issued invoice or credit note: the same bytes each time. 409 while it is a draft."""
    state = request.app.state
    invoice, document = await use_cases.document_of(
        state.sessions, state.press, caller.organisation, invoice_id, now=now()
    )
    headers = {"content-disposition": f'inline; filename="{invoice.number}.pdf"', "etag": f'"{document.sha256}"'}
    return Pdf(document.pdf, headers=headers)


async def open_press(app: FastAPI) -> Callable[[], Awaitable[None]]:
    press = Press(app.state.settings.pdf_workers)
    app.state.press = press
    return press.close
