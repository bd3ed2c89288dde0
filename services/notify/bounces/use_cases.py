"""A message becomes bounced, once, with the words of the mail server that gave it back."""

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import outbox
from chassis.problems import DomainError
from services.notify.bounces.report import Action, NoReport, Report, read
from services.notify.bounces.schemas import BounceView, Found
from services.notify.figures.measures import MESSAGES
from services.notify.messages import store
from services.notify.messages.domain import event_of
from services.notify.messages.models import Message, MessageStatus


class StillLeaving(DomainError):
    """The report came before the relay's answer was recorded: it may be handed over again."""

    status = 503

    def __init__(self, message: Message) -> None:
        super().__init__(f"Message {message.id} is {message.status}: its outcome is not recorded yet; try again later")


def understood(raw: bytes) -> Report | NoReport:
    """Reading takes time that a database connection need not wait for."""
    try:
        return read(raw)
    except NoReport as error:
        return error


async def take_in(session: AsyncSession, organisation: str, report: Report | NoReport, *, now: datetime) -> BounceView:
    """Whatever the mail is, the answer says what it was taken for. The same again changes nothing."""
    if isinstance(report, NoReport):
        return _view(Found.IGNORED, str(report))
    if report.action is Action.OTHER:
        return _view(Found.IGNORED, "it tells of no failure")
    message = await store.lock_by_digests(session, organisation, report.digests)
    if message is None:
        return _view(Found.UNKNOWN, "it names no message of this organisation")
    if report.action is Action.DELAYED:
        return _view(Found.DELAYED, report.diagnostic, message)
    return _bounced(session, message, report, now=now)


def _bounced(session: AsyncSession, message: Message, report: Report, *, now: datetime) -> BounceView:
    if message.status in (MessageStatus.PENDING, MessageStatus.SENDING):
        raise StillLeaving(message)
    if message.status in (MessageStatus.BOUNCED, MessageStatus.FAILED):
        return _view(Found.REPEATED, f"the message was {message.status} before", message)
    message.status, message.reason, message.bounce_code = MessageStatus.BOUNCED, report.diagnostic, report.code
    message.address_is_dead = report.address_is_dead
    message.settled_at, message.settled_by, message.settled_by_name, message.note = now, None, None, None
    outbox.record(session, event_of(message), at=now)
    MESSAGES.labels(message.status.value).inc()
    return _view(Found.BOUNCED, report.diagnostic, message)


def _view(found: Found, reason: str, message: Message | None = None) -> BounceView:
    return BounceView(
        found=found, reason=reason, message_id=message.id if message else None, key=message.key if message else None
    )
