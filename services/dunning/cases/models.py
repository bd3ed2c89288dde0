"""The dunning case of an invoice, and what holds it."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID, uuid4

from sqlalchemy import Numeric, Text
from sqlmodel import Field, SQLModel

from chassis.columns import JsonOf
from chassis.database import text_enum
from contracts.dunning import CaseState, ClosingReason, Hold, HoldKind
from contracts.receivable import ReceivableStatus

AT_WORK = (CaseState.SCHEDULED, CaseState.ACTIVE)
"""As the index of moments has them."""


class Case(SQLModel, table=True):
    """One a receivable, from its first event on; also for those that are not dunned, closed with the reason.

    `version` is None while the scenario that was chosen has no published version. `done` holds the marks
    `step#occurrence` that need no more work, `asked` those that a person wants now. `opened_at` is of the
    current run, None when it never ran; `opened_version` is the version of the receivable that the run began with, None
    where an earlier release opened it, and that of the run before where a copy of one opened it again during an update.
    `closed_by` names the person who closed it. `receivable_version` orders billing's events. `revision` counts the
    changes that concern the workflow, and `steered` is the one that it was last brought in step with. `changed_at` is
    when `revision` grew last, None for what an earlier release changed.
    """

    __tablename__ = "cases"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    organisation: str = Field(sa_type=Text)
    invoice_id: UUID
    customer_id: UUID
    number: str = Field(sa_type=Text)
    due_date: date
    total: Decimal = Field(sa_type=Numeric(15, 2))
    balance: Decimal = Field(sa_type=Numeric(15, 2))
    currency: str = Field(sa_type=Text)
    receivable_status: ReceivableStatus = Field(sa_type=text_enum(ReceivableStatus))
    receivable_version: int
    scenario: str = Field(sa_type=Text)
    version: int | None
    state: CaseState = Field(sa_type=text_enum(CaseState))
    run: int = 1
    revision: int = 0
    steered: int = 0
    changed_at: datetime | None = None
    done: list[str] = Field(default=[], sa_type=JsonOf(list[str]))
    asked: list[str] = Field(default=[], sa_type=JsonOf(list[str]))
    next_moment: datetime | None = None
    closing_reason: ClosingReason | None = Field(default=None, sa_type=text_enum(ClosingReason))
    closing_note: str = Field(default="", sa_type=Text)
    closed_by: str | None = Field(default=None, sa_type=Text)
    created_at: datetime
    opened_at: datetime | None = None
    opened_version: int | None = None
    closed_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        return self.state is not CaseState.CLOSED

    @property
    def is_running(self) -> bool:
        """Open, and nothing holds it: what does pauses it."""
        return self.state in AT_WORK

    @property
    def is_in_step(self) -> bool:
        return self.steered == self.revision


class CaseHold(SQLModel, table=True):
    """In force until `until` (business time; None: until someone lifts it) or `lifted_at`.

    Of a promise: its day, what was promised, and the balance that it was promised on.
    """

    __tablename__ = "holds"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    organisation: str = Field(sa_type=Text)
    case_id: UUID = Field(foreign_key="cases.id")
    kind: HoldKind = Field(sa_type=text_enum(HoldKind))
    until: datetime | None = None
    note: str = Field(default="", sa_type=Text)
    promised_on: date | None = None
    amount: Decimal | None = Field(default=None, sa_type=Numeric(15, 2))
    balance: Decimal | None = Field(default=None, sa_type=Numeric(15, 2))
    placed_at: datetime
    placed_by: str = Field(sa_type=Text)
    placed_by_name: str | None = Field(default=None, sa_type=Text)
    lifted_at: datetime | None = None
    lifted_by: str | None = Field(default=None, sa_type=Text)

    @property
    def hold(self) -> Hold:
        return Hold(kind=self.kind, until=self.until, note=self.note)
