"""Send a test: claimed first, so that the same key twice is one mail, and recorded when the relay has answered."""

from datetime import datetime
from uuid import uuid4

from sqlmodel.ext.asyncio.session import AsyncSession

from chassis.auth import Caller
from chassis.idempotency import IdempotencyKeyReused
from contracts.actions import Attachment
from services.notify.letters.press import Press
from services.notify.messages.conversation import Deferred, Refused, Silent
from services.notify.messages.desk import Desk
from services.notify.messages.domain import LOST, InProgress, RelayDeferred, lease_of, message_id, seller_of
from services.notify.messages.mail import Mail, Written, compose, sender_among
from services.notify.previews import use_cases as previews
from services.notify.previews.use_cases import Asked
from services.notify.rendering.jobs import Rendering
from services.notify.trials import domain, store
from services.notify.trials.models import Trial, TrialStatus
from services.notify.trials.schemas import TrialInput


async def send_trial(
    desk: Desk, press: Press, caller: Caller, template: str, body: TrialInput, *, key: str | None, now: datetime
) -> Trial:
    """Hand a test to the relay. The same key again answers the first outcome.

    Raises what a preview does, NoAddressOfYourOwn, InProgress, and RelayDeferred when it may be tried again.
    """
    recipient, key = domain.recipient_of(caller.name, caller.email), key or str(uuid4())
    async with desk.sessions() as session, session.begin():
        if known := await _known(session, desk, caller, key, domain.fingerprint(template, body)):
            return known
        asked = await previews.find(session, caller.organisation, template, body)
    texts = await previews.rendered(desk.renderer, asked)
    letter = await previews.letter(press, asked, texts) if body.as_letter else None
    sender = _sender(desk, body, asked)
    trial = Trial(
        organisation=caller.organisation,
        subject=caller.subject,
        key=key,
        fingerprint=domain.fingerprint(template, body),
        template=template,
        language=asked.language,
        recipient=recipient,
        message_id=message_id(caller.organisation, f"test:{caller.subject}:{key}", sender),
        status=TrialStatus.SENDING,
        requested_at=now,
        lease_until=desk.real() + lease_of(desk.settings.smtp_timeout),
    )
    mail = _composed(trial, caller, asked, texts, sender, letter)
    await _claim(desk, trial)
    return await _hand_over(desk, trial, mail)


def _sender(desk: Desk, body: TrialInput, asked: Asked) -> str:
    """As of a message; nobody writes from the address of a sample."""
    is_real = body.context is not None or body.seller is not None
    return sender_among(seller_of(asked.context).email if is_real else "", desk.settings.sender_address)


async def _claim(desk: Desk, trial: Trial) -> None:
    async with desk.sessions() as session, session.begin():
        is_ours = await store.claim(session, trial, real=desk.real())
    if not is_ours:
        raise InProgress(trial.key)


async def _known(session: AsyncSession, desk: Desk, caller: Caller, key: str, fingerprint: str) -> Trial | None:
    trial = await store.find(session, caller.organisation, caller.subject, key)
    if trial is None:
        return None
    if trial.fingerprint != fingerprint:
        raise IdempotencyKeyReused(key)
    if domain.is_lost(trial, real=desk.real()):
        trial.status, trial.reason = TrialStatus.UNCERTAIN, LOST
    elif trial.status is TrialStatus.SENDING:
        raise InProgress(key)
    return trial


def _composed(trial: Trial, caller: Caller, asked: Asked, texts: Rendering, sender: str, letter: bytes | None) -> Mail:
    marked = domain.marked(texts, asked.language)
    written = Written(
        headers={"X-Relance-Test": "yes"},
        recipient=trial.recipient,
        recipient_name=caller.name,
        message_id=trial.message_id,
        language=asked.language,
        subject=marked.subject,
        text=marked.text,
        html=marked.html,
    )
    filename = f"{trial.template}.pdf"
    attachments = [Attachment.model_construct(filename=filename, content=letter)] if letter else []
    return compose(
        written,
        sender=sender,
        sender_name=seller_of(asked.context).name,
        answers=None,
        attachments=attachments,
        at=trial.requested_at,
    )


async def _hand_over(desk: Desk, trial: Trial, mail: Mail) -> Trial:
    status, reason = TrialStatus.SENT, None
    try:
        async with desk.relay.addressed(mail) as conversation:
            await conversation.begin()
            await conversation.hand_over(mail.content, timeout=desk.settings.smtp_timeout)
    except Deferred as deferred:
        async with desk.sessions() as session, session.begin():
            await store.release(session, trial)
        raise RelayDeferred(str(deferred)) from None
    except Refused as refused:
        status, reason = TrialStatus.FAILED, str(refused)
    except Silent as silent:
        status, reason = TrialStatus.UNCERTAIN, str(silent)
    async with desk.sessions() as session, session.begin():
        await store.settle(session, trial, status, reason)
    trial.status, trial.reason = status, reason
    return trial
