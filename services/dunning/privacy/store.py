"""What dunning holds on a customer: what people wrote, and what each step did."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, literal_column
from sqlalchemy.orm import Mapped
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from chassis.personal.held import Held, Holdings
from chassis.personal.pruning import Pruning
from contracts.dunning import CaseState, ClosingReason
from contracts.receivable import ReceivableStatus
from services.dunning.cases.models import Case, CaseHold
from services.dunning.contacts.models import Contact
from services.dunning.exclusions.models import Exclusion
from services.dunning.journal.models import JournalEntry
from services.dunning.settings import Settings

SAID = 5
NO_CASE = {"closing_note": ""}
NO_EXCLUSION = {"reason": "-"}
EVIDENCE_WITHOUT_PEOPLE: ColumnElement[Any] = literal_column(
    "decisions.evidence - array['message_id', 'note', 'phone', 'recipient', 'relay', 'tracking_number']"
)
ANSWERS_WITHOUT_WORDS: ColumnElement[Any] = literal_column(
    "(select coalesce(jsonb_agg(answer || jsonb_build_object('detail', '') order by place), '[]')"
    " from jsonb_array_elements(decisions.answers) with ordinality as asked (answer, place))"
)


def _cases(organisation: str, customer: UUID) -> ColumnElement[bool]:
    return (col(Case.organisation) == organisation) & (col(Case.customer_id) == customer)


def _holds(organisation: str, customer: UUID) -> ColumnElement[bool]:
    return col(CaseHold.case_id).in_(select(Case.id).where(_cases(organisation, customer)))


def _journal(organisation: str, customer: UUID) -> ColumnElement[bool]:
    """By their cases, of which there is an index."""
    theirs = select(Case.id).where(_cases(organisation, customer))
    return (col(JournalEntry.organisation) == organisation) & col(JournalEntry.case_id).in_(theirs)


def _exclusions(organisation: str, customer: UUID) -> ColumnElement[bool]:
    """Of the customer, and of each of their invoices."""
    theirs = select(Case.invoice_id).where(_cases(organisation, customer))
    is_theirs = (col(Exclusion.customer_id) == customer) | col(Exclusion.invoice_id).in_(theirs)
    return (col(Exclusion.organisation) == organisation) & is_theirs


def _contacts(organisation: str, customer: UUID) -> ColumnElement[bool]:
    return (col(Contact.organisation) == organisation) & (col(Contact.customer_id) == customer)


async def obstacles(session: AsyncSession, organisation: str, customer: UUID) -> Sequence[str]:
    is_open = _cases(organisation, customer) & (col(Case.state) != CaseState.CLOSED)
    query = select(Case.number).where(is_open).order_by(col(Case.due_date), col(Case.number))
    numbers = (await session.exec(query.limit(SAID + 1))).all()
    more = ", …" if len(numbers) > SAID else ""
    return [f"cases are open: {', '.join(numbers[:SAID])}{more}"] if numbers else []


HOLDINGS = Holdings(
    "dunning",
    (
        Held(Case, _cases, NO_CASE),
        Held(CaseHold, _holds, {"note": ""}),
        Held(
            JournalEntry,
            _journal,
            {"detail": "", "answers": ANSWERS_WITHOUT_WORDS, "evidence": EVIDENCE_WITHOUT_PEOPLE},
        ),
        Held(Exclusion, _exclusions, NO_EXCLUSION),
        Held(Contact, _contacts),
    ),
    obstacles,
)


def prunings(settings: Settings) -> Sequence[Pruning]:
    """Of cases that were closed long ago. Which steps were done, the case itself knows."""
    kept = settings.journals_kept
    return (
        Pruning(JournalEntry, lambda before: col(JournalEntry.case_id).in_(_closed(Case.id, before)), kept),
        Pruning(CaseHold, lambda before: col(CaseHold.case_id).in_(_closed(Case.id, before)), kept),
        Pruning(Case, lambda before: col(Case.id).in_(_over(Case.id, before)), kept, NO_CASE),
        Pruning(Exclusion, _exclusions_over, kept, NO_EXCLUSION),
        Pruning(Contact, lambda before: col(Contact.invoice_id).in_(_closed(Case.invoice_id, before)), kept),
    )


def _closed(column: Mapped[UUID] | UUID, before: datetime) -> SelectOfScalar[UUID]:
    return select(column).where(col(Case.state) == CaseState.CLOSED, col(Case.closed_at) < before)


def _over(column: Mapped[UUID] | UUID, before: datetime) -> SelectOfScalar[UUID]:
    """Without those that an exclusion keeps closed while the invoice is owed: each look at them asks for its reason."""
    is_waiting = (col(Case.closing_reason) == ClosingReason.EXCLUDED) & (
        col(Case.receivable_status) == ReceivableStatus.OPEN
    )
    return _closed(column, before).where(~is_waiting)


def _exclusions_over(before: datetime) -> ColumnElement[bool]:
    """Lifted long ago, or of an invoice whose case is over. One of a customer is in force until it is lifted."""
    return (col(Exclusion.lifted_at) < before) | col(Exclusion.invoice_id).in_(_over(Case.invoice_id, before))
