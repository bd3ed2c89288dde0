"""What `/quotes/{id}/link` gives."""

from pydantic import BaseModel

from contracts.base import Instant


class LinkView(BaseModel):
    """`url` is a secret: whoever has it reads the quote and answers in the customer's name."""

    url: str
    created_at: Instant
    expires_at: Instant
