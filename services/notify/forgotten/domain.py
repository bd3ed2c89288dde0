"""What an event tells of an action that the database does not know, or knows as it was before."""

from dataclasses import dataclass
from datetime import datetime

from pydantic import TypeAdapter

from chassis.dates import business_day
from contracts.actions import ActionKey, ActionOutcome, ActionStatus
from contracts.base import EARLIEST, LATEST, Text
from contracts.events import (
    LetterPosted,
    LetterPrepared,
    MessageBounced,
    MessageFailed,
    MessageSent,
    TaskCompleted,
    TaskOpened,
    event_of_type,
)
from contracts.events.notify import ActionEvent
from services.notify.forgotten.models import Done, ForgottenAction
from services.notify.letters.models import Letter, LetterStatus
from services.notify.messages.models import Message, MessageStatus
from services.notify.tasks.models import CallOutcome, Task, TaskStatus

KINDS: dict[type[ActionEvent], type[Done]] = {
    MessageSent: Message,
    MessageFailed: Message,
    MessageBounced: Message,
    LetterPrepared: Letter,
    LetterPosted: Letter,
    TaskOpened: Task,
    TaskCompleted: Task,
}
STATUSES: dict[type[ActionEvent], ActionStatus] = {
    MessageSent: ActionStatus.SENT,
    MessageBounced: ActionStatus.BOUNCED,
    LetterPrepared: ActionStatus.PREPARED,
    LetterPosted: ActionStatus.POSTED,
    TaskOpened: ActionStatus.OPENED,
    TaskCompleted: ActionStatus.COMPLETED,
}
_NOT_KNOWN_TO_BE_SENT = frozenset({ActionStatus.PENDING, ActionStatus.SENDING, ActionStatus.UNCERTAIN})
COMES_AFTER: dict[ActionStatus, frozenset[ActionStatus]] = {
    ActionStatus.SENT: _NOT_KNOWN_TO_BE_SENT,
    ActionStatus.FAILED: _NOT_KNOWN_TO_BE_SENT,
    ActionStatus.UNCERTAIN: frozenset({ActionStatus.PENDING, ActionStatus.SENDING}),
    ActionStatus.BOUNCED: _NOT_KNOWN_TO_BE_SENT | {ActionStatus.SENT},
    ActionStatus.PREPARED: frozenset(),
    ActionStatus.POSTED: frozenset({ActionStatus.PREPARED, ActionStatus.WITHDRAWN}),
    ActionStatus.OPENED: frozenset(),
    ActionStatus.COMPLETED: frozenset({ActionStatus.OPENED, ActionStatus.WITHDRAWN}),
}
"""What is told follows its transaction: one of these in the database is older than the fact, as after a restore."""
WITHOUT_MORE = frozenset(CallOutcome) - {CallOutcome.PROMISED}
"""How a call may have gone; of a promise the day is not told."""
REASON = "It was done after the backup that notify was restored from, and is not done again."


_KEY, _TEXT = TypeAdapter[str](ActionKey), TypeAdapter[str](Text)


@dataclass(frozen=True)
class Fact:
    """What was told of a key; `at`: business time."""

    event: ActionEvent
    status: ActionStatus
    at: datetime

    @property
    def kind(self) -> type[Done]:
        return KINDS[type(self.event)]

    @property
    def key(self) -> tuple[str, str]:
        """With its organisation."""
        return self.event.organisation, self.event.key


def fact_of(name: str, body: bytes, *, at: datetime) -> Fact:
    """Of a type and what was told under it; KeyError, TypeError or ValueError where notify never told that."""
    event = ActionEvent.of(event_of_type(name).model_validate_json(body))
    _KEY.validate_python(event.key)
    if isinstance(event, MessageBounced):
        _TEXT.validate_python(event.code)
    if not EARLIEST <= at.date() <= LATEST:
        raise ValueError(f"at: {at} is not of this century")
    return Fact(event, _status_of(event), at)


def forgotten(fact: Fact) -> ForgottenAction:
    organisation, key = fact.key
    return ForgottenAction(organisation=organisation, key=key, status=fact.status, at=fact.at)


def outcome_of(action: ForgottenAction) -> ActionOutcome:
    """Without its recipient and its proof, which the bus was not told or may not tell for ever."""
    return ActionOutcome(key=action.key, status=action.status, recipient="", reason=REASON, evidence={}, at=action.at)


def is_behind(known: ActionStatus, fact: Fact) -> bool:
    return known in COMES_AFTER[fact.status]


def bring_forward(row: Done, fact: Fact) -> None:
    """Let it be what became of it. Of what a person wrote nothing comes back: its customer may have been erased."""
    event, row.settled_at = fact.event, fact.at
    if isinstance(row, Message):
        row.status, row.reason = MessageStatus(fact.status.value), REASON
        if isinstance(event, MessageBounced):
            row.bounce_code, row.address_is_dead = event.code, event.address_is_dead
    elif isinstance(row, Letter):
        row.status, row.posted_on = LetterStatus.POSTED, business_day(fact.at)
        row.cause = row.reason = None
    else:
        row.status, row.reason, row.outcome_note = TaskStatus.COMPLETED, None, REASON
        row.outcome = CallOutcome(event.outcome) if event.outcome in WITHOUT_MORE else CallOutcome.OTHER


def _status_of(event: ActionEvent) -> ActionStatus:
    if not isinstance(event, MessageFailed):
        return STATUSES[type(event)]
    if event.outcome not in (ActionStatus.FAILED, ActionStatus.UNCERTAIN):
        raise ValueError(f"outcome: {event.outcome!r:.80} is not known; expected failed or uncertain")
    return ActionStatus(event.outcome)
