"""The life of a message: what each status answers, and why a request is refused."""

import hashlib
from datetime import datetime, timedelta
from uuid import UUID

from chassis.caller import Author
from chassis.problems import DomainError
from contracts.actions import BOUNCE, ActionOutcome, ActionStatus, Context, CustomerContext, QuoteContext
from contracts.base import utc
from contracts.events import MessageBounced, MessageFailed, MessageSent
from contracts.overdue_list import OverdueListContext
from contracts.parties import Contact, Language, Seller
from services.notify.messages.models import FINISHED, Message, MessageStatus

RECORDING_TAKES = timedelta(seconds=10)
RETURNS = "bounces+"
LOST = "The process stopped between handing the message over and recording the relay's answer."
NO_LINK = "https://…"
"""In the place of a link that opens too much to be kept or shown."""


class TooLate(DomainError):
    def __init__(self, not_after: datetime) -> None:
        super().__init__(f"not_after: {utc(not_after)} has passed; nothing was handed over")


class InProgress(DomainError):
    def __init__(self, key: str) -> None:
        super().__init__(f"key: {key!r} is being handed to the relay; ask again to read its outcome")


class RelayDeferred(DomainError):
    """The relay did not accept the message now; the same request may be made again."""

    status = 503

    def __init__(self, words: str) -> None:
        super().__init__(words)


class NoSenderAddress(DomainError):
    def __init__(self) -> None:
        super().__init__("seller.email: no usable address, and RELANCE_SENDER_ADDRESS is not set; expected one of them")


class MessageNotUncertain(DomainError):
    def __init__(self, message: Message) -> None:
        super().__init__(f"Message {message.id} is {message.status}; only an uncertain one is settled by a person.")


class MessageNotBounced(DomainError):
    def __init__(self, message: Message) -> None:
        super().__init__(f"Message {message.id} is {message.status}; only one that came back is looked after.")


class MessageLookedAfter(DomainError):
    def __init__(self, message: Message) -> None:
        who = message.settled_by_name or message.settled_by
        super().__init__(f"Message {message.id} was looked after by {who}: {message.note!r}.")


def contact_of(context: CustomerContext) -> Contact:
    return context.contact if isinstance(context, QuoteContext) else context.receivable.contact


def customer_of(context: Context) -> UUID | None:
    """None for what goes to a colleague."""
    return None if isinstance(context, OverdueListContext) else contact_of(context).customer_id


def language_of(context: Context) -> Language:
    return context.language if isinstance(context, OverdueListContext) else contact_of(context).language


def seller_of(context: Context) -> Seller:
    return context.seller if isinstance(context, QuoteContext | OverdueListContext) else context.receivable.seller


def reference_of(context: Context) -> str:
    """The number of what the message is about; of a list, its day."""
    if isinstance(context, OverdueListContext):
        return context.today.isoformat()
    return context.quote.number if isinstance(context, QuoteContext) else context.receivable.number


def message_id(organisation: str, key: str, sender: str) -> str:
    """The same for each attempt: the hash of the key at the sender's domain."""
    digest = hashlib.sha256(f"{organisation}/{key}".encode()).hexdigest()
    return f"<{digest[:32]}@{sender.rpartition('@')[2]}>"


def returns_to(message: Message, bounce_domain: str) -> str:
    """The envelope's sender, to which a message comes back: of this message alone."""
    return f"{RETURNS}{message.message_id[1:33]}@{bounce_domain}"


def lease_of(smtp_timeout: float) -> timedelta:
    """Real time that a hand-over may take: the relay's two answers (seconds each), and recording the second."""
    return timedelta(seconds=2 * smtp_timeout) + RECORDING_TAKES


def is_finished(message: Message) -> bool:
    return message.status in FINISHED


def outcome_of(message: Message) -> ActionOutcome:
    evidence = {
        "message_id": message.message_id,
        "relay": message.relay_answer,
        "sha256": message.sha256,
        "handed_over_at": utc(message.handed_over_at) if message.handed_over_at else None,
        "trace_id": message.trace_id,
        "settled_by": message.settled_by,
        "note": message.note,
        BOUNCE: message.bounce_code,
    }
    return ActionOutcome(
        key=message.key,
        status=ActionStatus(message.status.value),
        recipient=message.recipient,
        reason=message.reason,
        evidence={name: value for name, value in evidence.items() if value},
        at=message.settled_at,
    )


def event_of(message: Message) -> MessageSent | MessageFailed | MessageBounced:
    """What is told of a finished message."""
    if message.status is MessageStatus.BOUNCED:
        return MessageBounced(
            organisation=message.organisation,
            key=message.key,
            recipient=message.recipient,
            outcome=message.status.value,
            reason=message.reason,
            code=message.bounce_code or "",
            address_is_dead=message.address_is_dead,
        )
    kind = MessageSent if message.status is MessageStatus.SENT else MessageFailed
    return kind(
        organisation=message.organisation,
        key=message.key,
        recipient=message.recipient,
        outcome=message.status.value,
        reason=message.reason,
    )


def not_sent(returned: Message) -> str:
    """Why nothing is sent to an address from which another message came back."""
    when = f"{returned.settled_at:%Y-%m-%d}"
    return f"not sent: what was sent before came back on {when} ({returned.bounce_code}): {returned.reason}"


def settle(message: Message, outcome: MessageStatus, note: str, *, by: Author, now: datetime) -> None:
    """A person found out what became of an uncertain message."""
    if message.status is not MessageStatus.UNCERTAIN:
        raise MessageNotUncertain(message)
    message.status = outcome
    _settled(message, note, by=by, now=now)


def look_after(message: Message, note: str, *, by: Author, now: datetime) -> None:
    """A person dealt with a message that came back: its address may be written to again."""
    if message.status is not MessageStatus.BOUNCED:
        raise MessageNotBounced(message)
    if message.settled_by is not None:
        raise MessageLookedAfter(message)
    _settled(message, note, by=by, now=now)


def _settled(message: Message, note: str, *, by: Author, now: datetime) -> None:
    message.settled_by, message.settled_by_name, message.note, message.settled_at = by.id, by.name, note, now
