"""What notify remembers of an invoice that closed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Text
from sqlmodel import Field, SQLModel

from chassis.database import text_enum
from contracts.receivable import ReceivableStatus


class InvoiceClosing(SQLModel, table=True):
    """At `version` of the receivable nothing was owed; an action asked for a later version is a new matter.

    With the status open it is owed otherwise since the version after, reopened or with another balance or due date:
    then nothing is withdrawn for this one any more, and nothing begun that still speaks of it.
    """

    __tablename__ = "invoice_closings"

    organisation: str = Field(sa_type=Text, primary_key=True)
    invoice_id: UUID = Field(primary_key=True)
    version: int
    status: ReceivableStatus = Field(sa_type=text_enum(ReceivableStatus))
    closed_at: datetime

    @property
    def is_over(self) -> bool:
        return self.status is ReceivableStatus.OPEN
