"""What an event tells of an action that the database does not know, or knows as it was before."""

from datetime import datetime

from chassis.dates import business_day
from contracts.actions import ActionOutcome, ActionStatus
from contracts.events import (
    LetterPosted,
    LetterPrepared,
    MessageBounced,
    MessageFailed,
    MessageSent,
    TaskCompleted,
    TaskOpened,
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


def forgotten(event: ActionEvent, *, at: datetime) -> ForgottenAction:
    return ForgottenAction(organisation=event.organisation, key=event.key, status=status_of(event), at=at)


def outcome_of(action: ForgottenAction) -> ActionOutcome:
    """Without its recipient and its proof, which the bus was not told or may not tell for ever."""
    return ActionOutcome(key=action.key, status=action.status, recipient="", reason=REASON, evidence={}, at=action.at)


def status_of(event: ActionEvent) -> ActionStatus:
    if isinstance(event, MessageFailed):
        return ActionStatus(event.outcome)  # failed, or uncertain
    return STATUSES[type(event)]


def is_behind(known: ActionStatus, event: ActionEvent) -> bool:
    return known in COMES_AFTER[status_of(event)]


def bring_forward(row: Done, event: ActionEvent, *, at: datetime) -> None:
    """Let it be what became of it. Of what a person wrote nothing comes back: its customer may have been erased."""
    row.settled_at = at
    if isinstance(row, Message):
        row.status, row.reason = MessageStatus(status_of(event).value), REASON
        if isinstance(event, MessageBounced):
            row.bounce_code, row.address_is_dead = event.code, event.address_is_dead
    elif isinstance(row, Letter):
        row.status, row.posted_on = LetterStatus.POSTED, business_day(at)
        row.cause = row.reason = None
    else:
        row.status, row.reason, row.outcome_note = TaskStatus.COMPLETED, None, REASON
        row.outcome = CallOutcome(event.outcome) if event.outcome in WITHOUT_MORE else CallOutcome.OTHER
