"""A change of a case leaves by two doors at once: the journal and the outbox."""

from datetime import datetime
from uuid import uuid4

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import outbox
from chassis.caller import Author
from chassis.outbox import Message
from contracts.events import CaseOpened
from services.dunning.cases.domain import Fact
from services.dunning.cases.models import Case
from services.dunning.journal.models import JournalEntry

AUTHOR = Author("dunning")
"""The journal's author where no person decided."""


def tell(session: AsyncSession, case: Case, fact: Fact, *, now: datetime, author: Author = AUTHOR) -> None:
    session.add(entry_of(case, fact, now=now, author=author))
    count(case, fact, at=now)
    if message := message_of(case, fact, now=now):
        outbox.add(session, message)


def count(case: Case, fact: Fact, *, at: datetime) -> None:
    """What is published of a case is a change that concerns its workflow."""
    if fact.event is not None:
        case.revision += 1
        case.changed_at = at


def entry_of(case: Case, fact: Fact, *, now: datetime, author: Author = AUTHOR) -> JournalEntry:
    return JournalEntry(
        organisation=case.organisation,
        case_id=case.id,
        invoice_id=case.invoice_id,
        customer_id=case.customer_id,
        number=case.number,
        scenario=case.scenario,
        version=case.version,
        turn_id=uuid4() if fact.step else None,
        step=fact.step.step.key if fact.step else None,
        occurrence=fact.step.occurrence if fact.step else None,
        planned_for=fact.step.moment if fact.step else None,
        outcome=fact.what,
        reason=fact.reason,
        detail=fact.detail,
        evidence=dict(fact.evidence),
        balance=case.balance,
        currency=case.currency,
        author=author.id,
        author_name=author.name,
        decided_at=now,
    )


def message_of(case: Case, fact: Fact, *, now: datetime) -> Message | None:
    """What is published of a fact that was counted; None when nothing is."""
    if fact.event is None:
        return None
    told = {"workflow_told": True} if fact.event is CaseOpened and case.is_in_step else {}
    event = fact.event(
        organisation=case.organisation,
        invoice_id=case.invoice_id,
        scenario=case.scenario,
        version=case.version or 0,
        reason=fact.reason,
        **told,
    )
    return outbox.message_of(event, at=now)
