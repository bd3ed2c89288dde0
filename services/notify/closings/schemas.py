"""What whoever compares the services asks of notify."""

from uuid import UUID

from pydantic import BaseModel


class HeardView(BaseModel):
    """An invoice with letters not posted or calls not made, and the version of its receivable that these go by."""

    invoice_id: UUID
    version: int
