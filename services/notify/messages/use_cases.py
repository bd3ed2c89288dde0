"""What services and people do with messages."""

import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis import outbox, telemetry
from chassis.auth import Caller
from chassis.database import Sessions, without_transaction
from chassis.problems import InvalidField, NotFound
from contracts.actions import ActionOutcome, Context, DunningContext, QuoteContext, SendMessage
from contracts.overdue_list import OverdueListContext
from services.notify.actions import use_cases as actions
from services.notify.figures.measures import MESSAGES
from services.notify.messages import domain, mail, store
from services.notify.messages.desk import Desk
from services.notify.messages.domain import InProgress, seller_of
from services.notify.messages.handover import check_time, give_up, hand_over
from services.notify.messages.models import Message, MessageStatus
from services.notify.rendering.jobs import Rendering
from services.notify.templates import use_cases as templates
from services.notify.templates.domain import EffectiveTemplate


async def send_message(desk: Desk, organisation: str, asked: SendMessage, *, now: datetime) -> ActionOutcome:
    """Hand one e-mail to the relay, unless its key did before: then the first outcome is the answer.

    Raises what `hand_over` does, and 422 or 409 when the request cannot become a message: nothing is stored.
    """
    async with _reading(desk) as session:
        before = await store.before(session, organisation, asked)
    if before.is_key_used and (known := await _known_outcome(desk, organisation, asked.key, now=now)):
        return known
    async with _reading(desk) as session:
        template = await templates.template_for(session, organisation, asked.template, asked.context)
        returned = await store.get_message(session, organisation, before.returned) if before.returned else None
    check_time(desk, asked.not_after)
    sender = mail.sender_among(seller_of(asked.context).email, desk.settings.sender_address)
    texts = await templates.render(desk.renderer, template, asked.context, domain.language_of(asked.context))
    kept = await _kept(desk, template, asked.context, texts)
    message = _message(organisation, asked, template, kept, sender, now=now)
    try:
        if returned is not None:
            message.bounce_code = returned.bounce_code
            return domain.outcome_of(await give_up(desk, message, domain.not_sent(returned)))
        composed = _composed(desk, message, texts, asked, sender, before.first_of_thread, now=now)
        return domain.outcome_of(await hand_over(desk, message, composed, not_after=asked.not_after))
    except InProgress:
        known = await _known_outcome(desk, organisation, asked.key, now=now)
        if known is None:
            raise
        return known


@asynccontextmanager
async def _reading(desk: Desk) -> AsyncIterator[AsyncSession]:
    async with desk.sessions() as session:
        await without_transaction(session)
        yield session


async def _known_outcome(desk: Desk, organisation: str, key: str, *, now: datetime) -> ActionOutcome | None:
    """The outcome of a key that was finished, also as another kind or before a restore; None when it may be tried.

    409 under way.
    """
    async with desk.sessions() as session, session.begin():
        message = await store.find_message(session, organisation, key)
        if message is None or message.status is MessageStatus.PENDING:
            return await actions.find_but_messages(session, organisation, key)
        if domain.is_finished(message):
            return domain.outcome_of(message)
        for lost in await _give_up(session, real=desk.real(), now=now, message=message):
            return domain.outcome_of(lost)
    raise InProgress(key)


async def sweep(sessions: Sessions, *, real: datetime, now: datetime) -> int:
    """How many messages were left behind by a process that died, and are uncertain now."""
    async with sessions() as session, session.begin():
        return len(await _give_up(session, real=real, now=now))


async def _give_up(
    session: AsyncSession, *, real: datetime, now: datetime, message: Message | None = None
) -> Sequence[Message]:
    lost = await store.give_up_expired(session, now=real, at=now, reason=domain.LOST, message=message)
    for each in lost:
        outbox.record(session, domain.event_of(each), at=now)
        MESSAGES.labels(each.status.value).inc()
    return lost


async def settle_message(
    session: AsyncSession, caller: Caller, message_id: UUID, outcome: MessageStatus, note: str, *, now: datetime
) -> Message:
    message = await store.lock_message(session, caller.organisation, message_id)
    if message is None:
        raise NotFound("message", message_id)
    domain.settle(message, outcome, note, by=caller.author, now=now)
    outbox.record(session, domain.event_of(message), at=now)
    return message


async def look_after(session: AsyncSession, caller: Caller, message_id: UUID, note: str, *, now: datetime) -> Message:
    message = await store.lock_message(session, caller.organisation, message_id)
    if message is None:
        raise NotFound("message", message_id)
    domain.look_after(message, note, by=caller.author, now=now)
    return message


async def get_message(session: AsyncSession, organisation: str, message_id: UUID) -> Message:
    message = await store.get_message(session, organisation, message_id)
    if message is None:
        raise NotFound("message", message_id)
    return message


async def _kept(desk: Desk, template: EffectiveTemplate, context: Context, texts: Rendering) -> Rendering:
    """What is written down of the texts that leave. A retry is asked for anew, with its context: none is read again.

    A list names many, and an erased customer would stand in it on. Whoever has the link of a quote answers it.
    """
    if isinstance(context, OverdueListContext):
        return Rendering(subject=texts.subject, text="", html="")
    if isinstance(context, QuoteContext) and context.link:
        without = context.model_copy(update={"link": domain.NO_LINK})
        return await templates.render(desk.renderer, template, without, domain.language_of(context))
    return texts


def _message(
    organisation: str, asked: SendMessage, template: EffectiveTemplate, kept: Rendering, sender: str, *, now: datetime
) -> Message:
    context = asked.context
    receivable = context.receivable if isinstance(context, DunningContext) else None
    return Message(
        organisation=organisation,
        key=asked.key,
        thread=asked.thread,
        template=asked.template,
        language=template.in_language(domain.language_of(context))[0],
        customer_id=domain.customer_of(context),
        invoice_id=receivable.invoice_id if receivable else None,
        reference=domain.reference_of(context),
        recipient=asked.recipient,
        recipient_name=asked.recipient_name,
        message_id=domain.message_id(organisation, asked.key, sender),
        subject=kept.subject,
        text=kept.text,
        html=kept.html,
        attachments=[
            {"filename": each.filename, "size": len(each.content), "sha256": hashlib.sha256(each.content).hexdigest()}
            for each in asked.attachments
        ],
        trace_id=telemetry.trace_id(),
        requested_at=asked.at,
        status=MessageStatus.PENDING,
        settled_at=now,
    )


def _composed(
    desk: Desk,
    message: Message,
    texts: Rendering,
    asked: SendMessage,
    sender: str,
    answers: str | None,
    *,
    now: datetime,
) -> mail.Mail:
    bounce_domain = desk.settings.bounce_domain
    for number, each in enumerate(asked.attachments):
        if not mail.CONTENT_TYPE.fullmatch(each.content_type):
            raise InvalidField(f"attachments.{number}.content_type", each.content_type, "for example application/pdf")
    return mail.compose(
        mail.written(message, texts),
        sender=sender,
        sender_name=seller_of(asked.context).name,
        answers=answers,
        attachments=asked.attachments,
        at=now,
        returns_to=domain.returns_to(message, bounce_domain) if bounce_domain else None,
    )
