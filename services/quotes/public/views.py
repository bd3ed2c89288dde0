"""A quote as its customer sees it: from the document they were sent, and their own answer."""

from datetime import date

from services.quotes.documents.document import Document
from services.quotes.documents.page import legal_facts
from services.quotes.documents.words import WORDS
from services.quotes.public.schemas import PublicAnswer, PublicLine, PublicQuote, PublicSeller
from services.quotes.quotes.margins import total_discount
from services.quotes.quotes.models import Quote, QuoteStatus

PRINTED = ("number", "subject", "order_reference", "note", "sent_on", "valid_until", "currency", "vat_shares")
SUMS = ("total_without_vat", "total_vat", "total")
ANSWERED = (QuoteStatus.ACCEPTED, QuoteStatus.REFUSED)


def public_view(quote: Quote, content: Document, *, today: date) -> PublicQuote:
    words = WORDS[content.contact.language]
    return PublicQuote(
        **{name: getattr(content, name) for name in (*PRINTED, *SUMS)},
        status=quote.status,
        language=content.contact.language,
        mention=words.agreement,
        seller=_seller(content, words.vat_number),
        customer=content.contact.name,
        today=today,
        lines=[PublicLine.model_validate(line) for line in content.lines],
        total_discount=total_discount(content.lines, content.currency),
        document_sha256=quote.document_sha256 or "",
        answer=_answer(quote),
    )


def _seller(content: Document, vat_number: str) -> PublicSeller:
    seller = content.seller
    return PublicSeller(
        name=seller.name,
        address=seller.address,
        email=seller.email,
        phone=seller.phone,
        legal=legal_facts(seller, vat_number),
    )


def _answer(quote: Quote) -> PublicAnswer | None:
    if quote.status not in ANSWERED or quote.closed_at is None:
        return None
    kept = quote.acceptance
    return PublicAnswer(name=kept and kept.name, mention=kept and kept.mention, at=quote.closed_at)
