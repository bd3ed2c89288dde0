"""What an event tells of an action that is not in the database, and what is answered under its key."""

from datetime import datetime

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
from services.notify.forgotten.models import ForgottenAction

STATUSES: dict[type[ActionEvent], ActionStatus] = {
    MessageSent: ActionStatus.SENT,
    MessageBounced: ActionStatus.BOUNCED,
    LetterPrepared: ActionStatus.PREPARED,
    LetterPosted: ActionStatus.POSTED,
    TaskOpened: ActionStatus.OPENED,
    TaskCompleted: ActionStatus.COMPLETED,
}
REASON = "It was done after the backup that notify was restored from, and is not done again."


def forgotten(event: ActionEvent, *, at: datetime) -> ForgottenAction:
    return ForgottenAction(organisation=event.organisation, key=event.key, status=_status_of(event), at=at)


def outcome_of(action: ForgottenAction) -> ActionOutcome:
    """Without its recipient and its proof, which the bus was not told or may not tell for ever."""
    return ActionOutcome(key=action.key, status=action.status, recipient="", reason=REASON, evidence={}, at=action.at)


def _status_of(event: ActionEvent) -> ActionStatus:
    if isinstance(event, MessageFailed):
        return ActionStatus(event.outcome)  # failed, or uncertain
    return STATUSES[type(event)]
