"""Makes the PDF of a quote."""

import asyncio
import logging

from chassis.printing import NotPrinted, Printer
from chassis.problems import DomainError
from chassis.processes import ProcessDied
from services.quotes.documents.document import Document
from services.quotes.documents.page import page_of

PATIENCE = 30.0
"""Seconds for one document, while the transaction that sends the quote stays open."""

log = logging.getLogger(__name__)


class DocumentNotMade(DomainError):
    """Nothing was changed: the same request may be made again."""

    status = 503

    def __init__(self, number: str) -> None:
        super().__init__(f"The document of {number} could not be made in time. Nothing was changed: try again.")


async def print_document(printer: Printer, document: Document) -> bytes:
    """The PDF. Raises DocumentNotMade."""
    page = await asyncio.to_thread(page_of, document)
    try:
        return await printer.pdf(page)
    except (NotPrinted, ProcessDied) as error:
        log.warning("no document of %s: %s", document.number, error)
        raise DocumentNotMade(document.number) from None
