"""What notify holds on a customer: e-mails, letters, calls."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, literal_column
from sqlmodel import col, select

from chassis.personal.held import Held, Holdings
from chassis.personal.pruning import Pruning
from services.notify.letters.models import Letter, LetterDocument, LetterStatus
from services.notify.messages.models import FINISHED, Message
from services.notify.settings import Settings
from services.notify.tasks.models import Task, TaskStatus
from services.notify.trials.models import Trial

NO_REASON: ColumnElement[Any] = literal_column("case when messages.reason is null then null else '-' end")
"""What the relay said may name the recipient; why a letter or a call was withdrawn names the invoice alone."""
NO_MESSAGE: Mapping[str, object] = {
    "text": "",
    "html": "",
    "recipient": "",
    "recipient_name": "",
    "subject": "",
    "attachments": [],
    "reason": NO_REASON,
    "relay_answer": None,
    "note": None,
}
NO_LETTER = {"recipient": "", "subject": "", "tracking_number": None}
NO_TASK: Mapping[str, object] = {
    "customer": "",
    "phone": None,
    "subject": "",
    "note": "",
    "invoices": [],
    "outcome_note": None,
}


def _messages(organisation: str, customer: UUID) -> ColumnElement[bool]:
    return (col(Message.organisation) == organisation) & (col(Message.customer_id) == customer)


def _letters(organisation: str, customer: UUID) -> ColumnElement[bool]:
    return (col(Letter.organisation) == organisation) & (col(Letter.customer_id) == customer)


def _documents(organisation: str, customer: UUID) -> ColumnElement[bool]:
    return col(LetterDocument.letter_id).in_(select(Letter.id).where(_letters(organisation, customer)))


def _tasks(organisation: str, customer: UUID) -> ColumnElement[bool]:
    return (col(Task.organisation) == organisation) & (col(Task.customer_id) == customer)


HOLDINGS = Holdings(
    "notify",
    (
        Held(Message, _messages, NO_MESSAGE),
        Held(LetterDocument, _documents, pdf="/letters/{id}/pdf"),
        Held(Letter, _letters, NO_LETTER),
        Held(Task, _tasks, NO_TASK),
    ),
)


def prunings(settings: Settings) -> Sequence[Pruning]:
    """The key, the day and the outcome of each act stay, so that none is repeated. What is open yet stays whole."""
    posted = select(Letter.id).where(col(Letter.status) != LetterStatus.PREPARED)
    return (
        Pruning(
            Message,
            lambda before: col(Message.status).in_(FINISHED) & (col(Message.settled_at) < before),
            settings.messages_kept,
            NO_MESSAGE,
        ),
        Pruning(
            LetterDocument,
            lambda before: col(LetterDocument.letter_id).in_(posted.where(col(Letter.settled_at) < before)),
            settings.messages_kept,
        ),
        Pruning(
            Letter,
            lambda before: (col(Letter.status) != LetterStatus.PREPARED) & (col(Letter.settled_at) < before),
            settings.messages_kept,
            NO_LETTER,
        ),
        Pruning(
            Task,
            lambda before: (col(Task.status) != TaskStatus.OPENED) & (col(Task.settled_at) < before),
            settings.messages_kept,
            NO_TASK,
        ),
        Pruning(Trial, lambda before: col(Trial.requested_at) < before, settings.messages_kept),
    )
