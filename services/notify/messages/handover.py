"""One message to the relay, once: the claim is committed before the content leaves, the answer after.

A crash before the claim leaves nothing, a crash after it leaves `sending`, which ends as `uncertain`.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, TypeVar
from uuid import uuid4

from opentelemetry import trace
from sqlalchemy.exc import DBAPIError

from chassis import faults, outbox
from chassis.database import without_transaction
from services.notify.figures.measures import MESSAGES, NOT_SENT
from services.notify.messages import store
from services.notify.messages.conversation import Conversation, Deferred, Refused, Silent
from services.notify.messages.desk import Desk
from services.notify.messages.domain import InProgress, RelayDeferred, TooLate, event_of, lease_of
from services.notify.messages.mail import Mail
from services.notify.messages.models import Message, MessageStatus

Written = TypeVar("Written")
RECORD_TRIES = 32
LONGEST_PAUSE_S = 2.0
"""Between two tries to record: about a minute in all, in which a database that died has come back."""
UNSETTLED = (MessageStatus.SENDING, MessageStatus.UNCERTAIN)
"""What the relay's answer may still change: an uncertain message was given up, but no person settled it."""
tracer = trace.get_tracer("relance.notify")


async def hand_over(desk: Desk, message: Message, mail: Mail, *, not_after: datetime | None) -> Message:
    """The message as it is recorded: sent, failed or uncertain.

    Raises RelayDeferred and TooLate, after which it is pending and may be tried again, and InProgress.
    """
    with tracer.start_as_current_span("hand over", kind=trace.SpanKind.CLIENT):
        try:
            async with desk.relay.addressed(mail) as conversation:
                await _claim(desk, message)
                faults.reached("message: claimed, nothing left")
                return await _data(desk, conversation, message, mail, not_after)
        except Deferred as deferred:
            MESSAGES.labels("deferred").inc()
            await _back_to_pending(desk, message, str(deferred))
            raise RelayDeferred(str(deferred)) from None
        except Refused as refused:
            return await _refused(desk, message, str(refused))
        except Silent as silent:
            changes = {"status": MessageStatus.UNCERTAIN, "reason": str(silent)}
            return await _record(desk, message, **changes)
        except TooLate as late:
            MESSAGES.labels("too_late").inc()
            await _back_to_pending(desk, message, str(late))
            raise


async def _claim(desk: Desk, message: Message) -> None:
    """Commit that this attempt, and no other, hands the message over."""
    message.status, message.claim = MessageStatus.SENDING, uuid4()
    message.lease_until = desk.real() + lease_of(desk.settings.smtp_timeout)
    async with desk.sessions() as session:
        await without_transaction(session)  # one statement, which commits by itself
        is_ours = await store.put_unless_begun(session, message)
    if not is_ours:
        message.claim = None
        raise InProgress(message.key)


async def _data(
    desk: Desk, conversation: Conversation, message: Message, mail: Mail, not_after: datetime | None
) -> Message:
    """Time is asked last, after the relay said that it listens: a slow relay delays no one's reminder."""
    check_time(desk, not_after)
    await conversation.begin()
    faults.reached("message: the relay listens")
    check_time(desk, not_after)
    _check_lease(desk, message)
    handed_over_at = desk.real()
    answer = await conversation.hand_over(mail.content, timeout=desk.settings.smtp_timeout)
    faults.reached("message: accepted, not recorded")
    return await _record(
        desk,
        message,
        status=MessageStatus.SENT,
        reason=None,
        relay_answer=answer,
        sha256=hashlib.sha256(mail.content).hexdigest(),
        handed_over_at=handed_over_at,
    )


def check_time(desk: Desk, not_after: datetime | None) -> None:
    """Past `not_after` (real time) nothing may leave: the balance it speaks of may be out of date."""
    if not_after is not None and desk.real() > not_after:
        raise TooLate(not_after)


def _check_lease(desk: Desk, message: Message) -> None:
    """A process that was stopped for long may have been given up: it must not act then."""
    if message.lease_until is None or desk.real() > message.lease_until:
        raise Deferred("this attempt lasted longer than its lease; nothing was handed over")


async def _record(desk: Desk, message: Message, **changes: Any) -> Message:
    """Commit the relay's answer and its event."""
    return await _once_the_database_is_there(lambda: _record_once(desk, message, changes))


async def _once_the_database_is_there(write: Callable[[], Awaitable[Written]]) -> Written:
    """A database that is away for up to a minute is waited for: what is not written down ends as a doubt."""
    for attempt in range(RECORD_TRIES):
        try:
            return await write()
        except (DBAPIError, OSError, TimeoutError):
            if attempt == RECORD_TRIES - 1:
                raise
            await asyncio.sleep(min(0.2 * 2**attempt, LONGEST_PAUSE_S))
    raise AssertionError("unreachable: the last try returns or raises")


async def _record_once(desk: Desk, message: Message, changes: dict[str, Any]) -> Message:
    async with desk.sessions() as session, session.begin():
        recorded = await store.change_claimed(
            session, message, among=UNSETTLED, settled_at=message.settled_at, **changes
        )
        if recorded is not None:
            outbox.record(session, event_of(recorded), at=message.settled_at)
            MESSAGES.labels(recorded.status.value).inc()
            return recorded
        settled = await store.find_message(session, message.organisation, message.key)
    if settled is None:
        raise LookupError(f"message {message.id} is gone")
    return settled


async def _refused(desk: Desk, message: Message, reason: str) -> Message:
    """Refused for good, before the claim (then the row is made now) or after it."""
    if message.claim is not None:
        return await _record(desk, message, status=MessageStatus.FAILED, reason=reason)
    return await give_up(desk, message, reason)


async def give_up(desk: Desk, message: Message, reason: str) -> Message:
    """Record that a message which nobody began to hand over is not sent. Raises InProgress."""
    message.status, message.reason = MessageStatus.FAILED, reason
    async with desk.sessions() as session, session.begin():
        if not await store.put_unless_begun(session, message):
            raise InProgress(message.key)
        outbox.record(session, event_of(message), at=message.settled_at)
    is_of_the_relay = message.bounce_code is None  # else the address is known to be dead, and no relay was asked
    MESSAGES.labels(message.status.value if is_of_the_relay else NOT_SENT).inc()
    return message


async def _back_to_pending(desk: Desk, message: Message, reason: str) -> None:
    """Kept with its reason, for people to see what waits; another attempt may take it."""
    if message.claim is not None:  # it did not leave, which is known only here
        await _once_the_database_is_there(lambda: _unclaim(desk, message, reason))
        return
    message.status, message.reason = MessageStatus.PENDING, reason
    async with desk.sessions() as session, session.begin():
        await store.put_unless_begun(session, message)


async def _unclaim(desk: Desk, message: Message, reason: str) -> None:
    changes = {"status": MessageStatus.PENDING, "reason": reason, "claim": None, "lease_until": None}
    async with desk.sessions() as session, session.begin():
        await store.change_claimed(session, message, among=(MessageStatus.SENDING,), **changes)
